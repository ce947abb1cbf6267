// Prices and quantities of the market, in fixed decimals so that columns do not jump.

import { decimal } from "../ops/amounts";

const PRICE_DIGITS = 4;
const GRAM_DIGITS = 6;

/** How many digits after the point the prices of an instrument need, by its tick in base units. */
export function priceDigits(tick: bigint): number {
  let digits = PRICE_DIGITS;
  let rest = tick;
  while (digits > 2 && rest % 10n === 0n && rest > 0n) {
    rest /= 10n;
    digits -= 1;
  }
  return digits;
}

/** A price a tonne in base units of money, with `digits` after the point. */
export function priceText(price: bigint | number | string, digits = 2): string {
  return decimal(BigInt(price), PRICE_DIGITS, digits);
}

/** How many digits after the point the tonnes of an instrument need, by its lot in grams. */
export function tonneDigits(lot: bigint): number {
  let digits = GRAM_DIGITS;
  let rest = lot;
  while (digits > 0 && rest % 10n === 0n && rest > 0n) {
    rest /= 10n;
    digits -= 1;
  }
  return digits;
}

/** Grams as tonnes, with `digits` after the point at least. */
export function tonnes(grams: bigint | number | string, digits = 0): string {
  return decimal(BigInt(grams), GRAM_DIGITS, digits);
}

/** A fee in millionths as a percentage, without trailing zeros. */
export function rateText(ppm: bigint): string {
  return `${decimal(ppm, 4, 0)}%`;
}

/** A change in basis points as a signed percentage with two digits. */
export function changeText(basisPoints: number): string {
  const sign = basisPoints > 0 ? "+" : basisPoints < 0 ? "−" : "";
  return `${sign}${(Math.abs(basisPoints) / 100).toFixed(2)}%`;
}

/** How far a price is above another, in basis points, towards zero. */
export function changeBp(price: bigint, from: bigint): number {
  return from === 0n ? 0 : Number(((price - from) * 10_000n) / from);
}

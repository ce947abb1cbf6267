// What keeps an operator from bonding or taking out tonnes of a batch, before it is signed.

import type { ValidatorFound } from "./shapes";

export const LOTS_MOST = 32;
const BATCH = /^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}$/;
const GRAMS = 1_000_000n;

/** A batch that an operator has free on the market or bonded, in whole tonnes. */
export interface Stock {
  readonly batch: string;
  readonly free: bigint;
  readonly bonded: bigint;
}

interface Balance {
  readonly asset: string;
  readonly amount: string;
}

/** Every batch of an operator, by id. */
export function stocks(found: ValidatorFound, balances: readonly Balance[]): Stock[] {
  const free = new Map(
    balances
      .filter(({ asset }) => BATCH.test(asset))
      .map(({ asset, amount }) => [asset, BigInt(amount) / GRAMS]),
  );
  const bonded = new Map(found.lots.map(({ batch, tonnes }) => [batch, BigInt(tonnes)]));
  return [...new Set([...free.keys(), ...bonded.keys()])]
    .sort()
    .map((batch) => ({ batch, free: free.get(batch) ?? 0n, bonded: bonded.get(batch) ?? 0n }))
    .filter((stock) => stock.free > 0n || stock.bonded > 0n);
}

export type BondFault = "notAdmitted" | "notHeld" | "tooSmall" | "tooManyLots";

/** Why tonnes cannot be bonded; null when nothing is known against it. */
export function bondFault(
  found: ValidatorFound,
  stock: Stock,
  tonnes: bigint,
  least: number,
): BondFault | null {
  if (found.status !== "admitted") return "notAdmitted";
  if (tonnes > stock.free) return "notHeld";
  if (found.lots.length === 0 && tonnes < BigInt(least)) return "tooSmall";
  const isNew = stock.bonded === 0n;
  return isNew && found.lots.length >= LOTS_MOST ? "tooManyLots" : null;
}

export type UnbondFault = "notBonded" | "tooManyEntries";

/** Why tonnes cannot be taken out; null when nothing is known against it. */
export function unbondFault(
  found: ValidatorFound,
  stock: Stock,
  tonnes: bigint,
): UnbondFault | null {
  if (tonnes > stock.bonded) return "notBonded";
  return found.unbonding.length >= LOTS_MOST ? "tooManyEntries" : null;
}

/** Whether the 21 days of what is taken out wait until the power is 0. */
export function waitsForPower(found: ValidatorFound, tonnes: bigint, least: number): boolean {
  return found.power > 0 && BigInt(found.bonded_t) - tonnes < BigInt(least);
}

// Decimals by asset class, compiled into the page, so that no server can move a decimal point.

export const MONEY: readonly string[] = ["cny", "usd", "eur"];
const THIN = "\u2009";
const BATCH = /^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}$/;

const GROUPED = /^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$/;

interface AssetClass {
  readonly digits: number;
  readonly least: number;
  readonly unit: string;
}

/** The class of an asset by its id: digits after the point, how many are always shown, the unit. */
export function assetClass(asset: string): AssetClass | null {
  if (MONEY.includes(asset)) return { digits: 4, least: 2, unit: asset.toUpperCase() };
  if (BATCH.test(asset) || asset.startsWith("basket:")) {
    return { digits: 6, least: 0, unit: `t ${asset}` };
  }
  if (asset.startsWith("unit:")) return { digits: 6, least: 0, unit: `kg ${asset}` };
  if (asset.startsWith("points:") || asset === "cp") return { digits: 0, least: 0, unit: asset };
  return null;
}

/** An amount of an asset in base units as a person reads it, with its unit. */
export function amountText(amount: bigint, asset: string): string {
  const found = assetClass(asset);
  if (found === null) return `${decimal(amount, 0, 0)} × ${asset}`;
  return `${decimal(amount, found.digits, found.least)} ${found.unit}`;
}

/** Grams as tonnes. */
export function tonnesText(grams: bigint): string {
  return `${decimal(grams, 6, 0)} t`;
}

/** Money base units; every currency here has four digits after the point. */
export function moneyText(units: bigint, currency: string): string {
  return `${decimal(units, 4, 2)} ${currency.toUpperCase()}`.trim();
}

/** Base units with `digits` after the point, at least `least` of them shown, thousands apart. */
export function decimal(amount: bigint, digits: number, least: number): string {
  const sign = amount < 0n ? "−" : "";
  const text = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, THIN);
  const rest = text.slice(text.length - digits).replace(/0+$/, "").padEnd(least, "0");
  return `${sign}${whole}${digits > 0 && rest ? `.${rest}` : ""}`;
}

/** Base units of what a person typed; null when it is no number with at most so many digits. */
export function baseUnits(text: string, digits: number): bigint | null {
  const spaced = text.trim().replaceAll(/[\s\u2009]/g, "");
  // Where a comma ends no thousand, it may be a decimal one: no guess is made.
  const plain = GROUPED.test(spaced) ? spaced.replaceAll(",", "") : spaced;
  const found = /^([0-9]{1,13})(?:\.([0-9]*))?$/.exec(plain);
  const rest = found?.[2] ?? "";
  if (found === null || rest.length > digits) return null;
  return BigInt((found[1] ?? "0") + rest.padEnd(digits, "0"));
}

/** The currency that an instrument is quoted in, by its id; "" when the id tells none. */
export function quoteOf(instrument: string): string {
  const last = instrument.slice(instrument.lastIndexOf("-") + 1);
  return MONEY.includes(last) ? last : "";
}

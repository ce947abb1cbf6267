// Why a validator weighs what it weighs: the arithmetic of engine.md 17.3, so that a reader can
// follow each number. The ledger decides; this only explains.

const BP = 10_000n;
const KG = 1_000n;
const QUALITY_LEAST_BP = 6_000;
const FULL_YEARS = 3;
const YEAR_STEP_BP = 1_000;
const VINTAGE_LEAST_BP = 5_000;
const SHARE_LEAST_BP = 1_500n;
const POWER_TOTAL = 1_000_000n;
const TAKEN_MAX = 100;
const UTC8_MS = 28_800_000;

/** The vintage that a batch names in its id. */
export function vintageOf(batch: string): number {
  return Number(batch.split("-")[2]);
}

/** The year at UTC+8 of a time in ms. */
export function yearOf(time: number): number {
  return new Date(time + UTC8_MS).getUTCFullYear();
}

/** The rate of a lot by its age, in basis points. */
export function vintageRate(vintage: number, year: number): number {
  const age = Math.max(0, year - vintage);
  if (age <= FULL_YEARS) return Number(BP);
  return Math.max(VINTAGE_LEAST_BP, Number(BP) - YEAR_STEP_BP * (age - FULL_YEARS));
}

/** The weight of whole tonnes in kilograms. */
export function lotWeight(tonnes: bigint, qualityBp: number, vintageBp: number): bigint {
  if (qualityBp < QUALITY_LEAST_BP) return 0n;
  return ((tonnes * KG * BigInt(qualityBp)) / BP) * BigInt(vintageBp) / BP;
}

/** The weight of a validator by its stake, its bonus and its credit, all but the weight in bp. */
export function validatorWeight(stake: bigint, bonusBp: number, credit: number): bigint {
  return ((stake * (BP + BigInt(bonusBp))) / BP) * BigInt(credit) / BP;
}

/** The most that one weight counts; null when none is above it. */
export function capOf(weights: readonly bigint[]): bigint | null {
  const falling = weights.filter((weight) => weight > 0n).sort(descending).slice(0, TAKEN_MAX);
  if (falling.length === 0) return null;
  const count = BigInt(falling.length);
  const equal = (BP + count - 1n) / count;
  const share = equal > SHARE_LEAST_BP ? equal : SHARE_LEAST_BP;
  let rest = falling.reduce((sum, weight) => sum + weight, 0n);
  for (const [place, weight] of falling.entries()) {
    const water = (share * rest) / (BP - BigInt(place) * share);
    if (weight <= water) return place === 0 ? null : water;
    rest -= weight;
  }
  return null;
}

/** The power that the weights of the last epoch ask for, in millionths, by operator. */
export function targets(weights: ReadonlyMap<string, bigint>): Map<string, bigint> {
  const taken = [...weights]
    .filter(([, weight]) => weight > 0n)
    .sort(([left, first], [right, second]) =>
      first === second ? (left < right ? -1 : 1) : descending(first, second),
    )
    .slice(0, TAKEN_MAX);
  const cap = capOf(taken.map(([, weight]) => weight));
  const cut = taken.map(
    ([name, weight]) => [name, cap !== null && weight > cap ? cap : weight] as const,
  );
  const total = cut.reduce((sum, [, weight]) => sum + weight, 0n);
  return new Map(
    cut.map(([name, weight]) => {
      const power = (weight * POWER_TOTAL) / total;
      return [name, power > 1n ? power : 1n];
    }),
  );
}

/** When an epoch begins, in ms, by its number. */
export function epochStart(number: number, epochMs: number): number {
  return number * epochMs - UTC8_MS;
}

/** When the epoch after the one of a time begins, in ms. */
export function nextEpoch(time: number, epochMs: number): number {
  return epochStart(Math.floor((time + UTC8_MS) / epochMs) + 1, epochMs);
}

function descending(left: bigint, right: bigint): number {
  return left > right ? -1 : left < right ? 1 : 0;
}

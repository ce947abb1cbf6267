// A vote with tonnes: which lots one has, and what they weigh.

const TONNE_G = 1_000_000n;
const BATCH = /^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}$/;

export interface Votable {
  readonly batch: string;
  readonly tonnes: bigint;
}

/** The whole tonnes of batches among balances in base units, by batch. */
export function votable(balances: ReadonlyMap<string, bigint>): Votable[] {
  return [...balances]
    .filter(([asset]) => BATCH.test(asset))
    .map(([batch, grams]) => ({ batch, tonnes: grams / TONNE_G }))
    .filter(({ tonnes }) => tonnes > 0n)
    .sort((left, right) => (left.batch < right.batch ? -1 : 1));
}

/** The weight of an owner's tonnes: their square root, rounded down. */
export function voteWeight(tonnes: bigint): bigint {
  if (tonnes < 2n) return tonnes;
  let root = tonnes;
  let next = (root + 1n) / 2n;
  while (next < root) {
    root = next;
    next = (root + tonnes / root) / 2n;
  }
  return root;
}

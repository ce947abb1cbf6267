// What epochs leave of validators, as series over time: the power in force, the power that the
// weights ask for, and the shares of all.

import { targets } from "./reasons";

export const SHOWN = 60;
export const WHOLE_BP = 10_000;
const POWER_TOTAL = 1_000_000;
const NAMED = 6;

/** A validator at the end of an epoch. */
export interface EpochRow {
  readonly epoch: number;
  readonly operator: string;
  readonly power: number;
  /** Weighted kilograms. */
  readonly weight: string;
  readonly credit: number;
  readonly blocks: number;
  readonly signed: number;
  readonly height: number;
  readonly time: number;
}

/** All validators at the end of one epoch. */
export interface Ended {
  readonly epoch: number;
  readonly time: number;
  readonly rows: readonly EpochRow[];
}

/** Rows, the newest first, by epoch, the oldest first; the oldest is left out when it is cut. */
export function byEpoch(rows: readonly EpochRow[], isCut: boolean): Ended[] {
  const found = new Map<number, EpochRow[]>();
  for (const row of rows) found.set(row.epoch, [...(found.get(row.epoch) ?? []), row]);
  const ended = [...found].map(([epoch, all]) => ({ epoch, time: all[0]?.time ?? 0, rows: all }));
  ended.sort((left, right) => left.epoch - right.epoch);
  return (isCut ? ended.slice(1) : ended).slice(-SHOWN);
}

/** The series of one validator; what needs all of an epoch is null where that is not known. */
export interface History {
  readonly ends: readonly { readonly epoch: number; readonly time: number }[];
  /** Basis points of all power. */
  readonly power: readonly number[];
  readonly target: readonly (number | null)[];
  readonly weight: readonly number[];
  readonly credit: readonly number[];
  /** Basis points of the blocks that it was to sign; null where there were none. */
  readonly signed: readonly (number | null)[];
}

/** The history by a validator's own rows, the newest first, and by the epochs that are whole. */
export function historyOf(own: readonly EpochRow[], whole: readonly Ended[]): History {
  const rows = own.slice(0, SHOWN).reverse();
  const known = new Map(whole.map((ended) => [ended.epoch, ended.rows]));
  return {
    ends: rows.map(({ epoch, time }) => ({ epoch, time })),
    power: rows.map((row) => partOf(row.power, total(known.get(row.epoch)))),
    target: rows.map((row) => targetOf(row, known.get(row.epoch))),
    weight: rows.map((row) => Number(row.weight)),
    credit: rows.map((row) => row.credit),
    signed: rows.map(({ signed, blocks }) => (blocks === 0 ? null : partOf(signed, blocks))),
  };
}

function targetOf(row: EpochRow, all: readonly EpochRow[] | undefined): number | null {
  if (all === undefined) return null;
  const weights = new Map(all.map(({ operator, weight }) => [operator, BigInt(weight)]));
  return Number((targets(weights).get(row.operator) ?? 0n) / 100n);
}

function total(all: readonly EpochRow[] | undefined): number {
  const sum = all?.reduce((power, row) => power + row.power, 0) ?? 0;
  return sum === 0 ? POWER_TOTAL : sum;
}

/** The shares of one validator, in basis points of all power, over the epochs. */
export interface Shares {
  readonly operator: string | null;
  readonly values: readonly number[];
}

/** The shares of those who had most in the newest epoch; all others together have no operator. */
export function sharesOf(whole: readonly Ended[]): Shares[] {
  const newest = new Map(whole.at(-1)?.rows.map(({ operator, power }) => [operator, power]));
  const all = [...new Set(whole.flatMap(({ rows }) => rows.map(({ operator }) => operator)))];
  all.sort((left, right) => {
    const more = (newest.get(right) ?? 0) - (newest.get(left) ?? 0);
    return more !== 0 ? more : left < right ? -1 : 1;
  });
  const named = all.slice(0, all.length > NAMED ? NAMED : all.length);
  const others = new Set(all.slice(named.length));
  const shares: Shares[] = named.map((operator) => ({
    operator,
    values: whole.map(({ rows }) => shareIn(rows, (row) => row.operator === operator)),
  }));
  if (others.size === 0) return shares;
  const values = whole.map(({ rows }) => shareIn(rows, (row) => others.has(row.operator)));
  return [...shares, { operator: null, values }];
}

function shareIn(rows: readonly EpochRow[], isMeant: (row: EpochRow) => boolean): number {
  const power = rows.filter(isMeant).reduce((sum, row) => sum + row.power, 0);
  return partOf(power, total(rows));
}

function partOf(part: number, whole: number): number {
  return Math.floor((part * WHOLE_BP) / whole);
}

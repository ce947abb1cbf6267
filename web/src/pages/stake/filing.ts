// What is wrong with a proof of reduction before it is signed: the rules of engine.md 17.2 as far
// as a page can know them. The ledger decides.

import { baseUnits } from "../../ops/amounts";
import type { Cpoe } from "./shapes";

export const OPEN_MOST = 4;
export const SERIALS_MOST = 64;
export const DAY_MS = 86_400_000;
const SERIAL_LENGTH = 200;
const UTC8_MS = 28_800_000;
const DAYS_LEAST = 28;
const DAYS_MOST = 366;
const UNSETTLED = ["filed", "attested", "challenged"];
const PRINTED = /^CTN-(.+)-([0-9]{1,15})-([0-9]{1,15})$/;

export interface Period {
  readonly start: number;
  readonly end: number;
}

/** From the first ms of one day at UTC+8 to the last ms of another; null when one is no date. */
export function periodOf(first: string, last: string): Period | null {
  const start = Date.parse(`${first}T00:00:00Z`) - UTC8_MS;
  const end = Date.parse(`${last}T00:00:00Z`) - UTC8_MS + DAY_MS - 1;
  return Number.isNaN(start) || Number.isNaN(end) ? null : { start, end };
}

/** Why a period cannot be claimed at a time; null when it can. */
export function periodFault({ start, end }: Period, now: number): "length" | "open" | null {
  const length = end - start;
  if (length < DAYS_LEAST * DAY_MS || length > DAYS_MOST * DAY_MS) return "length";
  return end > now ? "open" : null;
}

/** The record of the same project whose period overlaps; a revoked one leaves its period free. */
export function overlapping({ start, end }: Period, known: readonly Cpoe[]): Cpoe | null {
  const found = known.find(
    (one) => one.status !== "revoked" && one.period_start <= end && start <= one.period_end,
  );
  return found ?? null;
}

/** The serials that were typed, one on a line or apart by commas. */
export function serialsOf(typed: string): string[] {
  return typed.split(/[\n,，;；]+/).map((part) => part.trim()).filter((part) => part !== "");
}

interface Range {
  readonly line: string;
  readonly start: bigint;
  readonly end: bigint;
}

function rangeOf(serial: string): Range | null {
  const found = PRINTED.exec(serial.toUpperCase());
  if (found === null) return null;
  return { line: found[1] ?? "", start: BigInt(found[2] ?? 0), end: BigInt(found[3] ?? 0) };
}

/** What serials of this ledger add up to in tonnes; null where one is of another registry. */
export function serialsSum(serials: readonly string[]): bigint | null {
  const ranges = serials.map(rangeOf).filter((range) => range !== null);
  if (ranges.length < serials.length) return null;
  return ranges.reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
}

export type SerialFault = "none" | "many" | "long" | "reversed" | "repeated";

/** Why serials cannot be claimed together; null when nothing is known against them. */
export function serialsFault(serials: readonly string[]): SerialFault | null {
  if (serials.length === 0) return "none";
  if (serials.length > SERIALS_MOST) return "many";
  if (serials.some((serial) => serial.length > SERIAL_LENGTH)) return "long";
  const ranges = serials.map(rangeOf).filter((range) => range !== null);
  if (ranges.some(({ start, end }) => end < start)) return "reversed";
  const isRepeated = ranges.some((one, place) =>
    ranges
      .slice(place + 1)
      .some((two) => one.line === two.line && one.start <= two.end && two.start <= one.end),
  );
  return isRepeated || new Set(serials).size < serials.length ? "repeated" : null;
}

/** Whole tonnes above zero; null when the text is none. */
export function wholeTonnes(typed: string): bigint | null {
  const tonnes = baseUnits(typed, 0);
  return tonnes !== null && tonnes > 0n ? tonnes : null;
}

/** How many records of an owner are neither valid nor revoked. */
export function openCount(records: readonly Cpoe[]): number {
  return records.filter(({ status }) => UNSETTLED.includes(status)).length;
}

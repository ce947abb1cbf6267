// Times in words: distances for people, exact ones beside them.

import type { Language } from "../app/settings";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long ago `time` was at `now`, both in ms, in the largest unit that fits. */
export function relativeTime(time: number, now: number, language: Language): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  // Clocks differ a little: what was just made is never said to come.
  const distance = Math.min(0, time - now);
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length) return words.format(Math.trunc(distance / length), unit);
  }
  return words.format(0, "second");
}

/** Date and time to the second, with the zone of the reader. */
export function exactTime(time: number, language: Language): string {
  const words = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" });
  return words.format(time);
}

/** How long from `now` until `time`, both in ms, in its two largest units; null when it is due. */
export function remainingTime(time: number, now: number, language: Language): string | null {
  if (time <= now) return null;
  let rest = Math.ceil((time - now) / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(unitText(count, unit, language));
    // What is far away is not told to the second.
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ");
}

/** A length of time in ms in its two largest units. */
export function lengthText(ms: number, language: Language): string {
  return remainingTime(ms, 0, language) ?? unitText(0, "second", language);
}

function unitText(count: number, unit: string, language: Language): string {
  const words = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" });
  return words.format(count);
}

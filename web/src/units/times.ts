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

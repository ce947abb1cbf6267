import { describe, expect, test } from "vitest";
import {
  capOf,
  lotWeight,
  nextEpoch,
  targets,
  validatorWeight,
  vintageOf,
  vintageRate,
  yearOf,
} from "./reasons";

// The example of engine.md 17.3.
const WEIGHTS = [100_000n, 60_000n, 40_000n, 30_000n, 20_000n, 20_000n, 20_000n, 10_000n];
const DAY = 86_400_000;

describe("the reasons of a weight", () => {
  test("a lot weighs by quality, then by age, and nothing below the least quality", () => {
    expect(lotWeight(2_000n, 7_000, 10_000)).toBe(1_400_000n);
    expect(lotWeight(1n, 7_001, 9_000)).toBe(630n);
    expect(lotWeight(2_000n, 5_999, 10_000)).toBe(0n);
  });

  test.each([
    [2026, 10_000], [2023, 10_000], [2022, 9_000], [2018, 5_000], [2010, 5_000], [2027, 10_000],
  ])("a vintage of %d counts %d bp in 2026", (vintage, rate) => {
    expect(vintageRate(vintage, 2026)).toBe(rate);
  });

  test("the vintage stands in the id, the year begins at UTC+8", () => {
    expect(vintageOf("vcs-00001-2025-001")).toBe(2025);
    expect(yearOf(Date.UTC(2026, 11, 31, 16))).toBe(2027);
  });

  test("bonus and credit follow the stake, each rounded down", () => {
    expect(validatorWeight(1_400_000n, 25, 9_700)).toBe(1_361_395n);
  });

  test("no weight counts more than its share", () => {
    expect(capOf(WEIGHTS)).toBe(26_250n);
    expect(capOf([5n, 5n])).toBeNull();
    expect(capOf([])).toBeNull();
  });

  test("the powers are those of the design", () => {
    const weights = new Map(WEIGHTS.map((weight, place) => [`v${place}`, weight]));
    expect([...targets(weights).values()]).toEqual([
      150_000n, 150_000n, 150_000n, 150_000n, 114_285n, 114_285n, 114_285n, 57_142n,
    ]);
  });

  test("the next epoch is the next midnight at UTC+8", () => {
    expect(nextEpoch(Date.UTC(2026, 10, 25, 15, 59), DAY)).toBe(Date.UTC(2026, 10, 25, 16));
    expect(nextEpoch(Date.UTC(2026, 10, 25, 16), DAY)).toBe(Date.UTC(2026, 10, 26, 16));
  });
});

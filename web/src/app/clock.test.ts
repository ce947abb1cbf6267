import { expect, test } from "vitest";
import { clockOffset } from "./clock";

const STATUS = { time: 1_000_000, age_ms: 5_000 };

test("a clock is off from a whole minute on, fast or slow", () => {
  expect(clockOffset(STATUS, 1_005_000)).toBe(0);
  expect(clockOffset(STATUS, 1_064_999)).toBe(0);
  expect(clockOffset(STATUS, 1_065_000)).toBe(1);
  expect(clockOffset(STATUS, 1_005_000 - 180_000)).toBe(-3);
});

import { describe, expect, test } from "vitest";
import { baseUnits, decimal } from "./amounts";

describe("a typed number", () => {
  test.each([
    ["8.75", 87_500n],
    [" 1 234.5 ", 12_345_000n],
    ["1\u2009234", 12_340_000n],
    ["1,234,567.5", 12_345_675_000n],
    ["8.", 80_000n],
  ])("%s is counted in base units", (text, units) => {
    expect(baseUnits(text, 4)).toBe(units);
  });

  test.each(["8,75", "1,23,456", "1,2345", ",5", "8.75001", "-1", "1e3", "", "8.7.5", "0x10"])(
    "%s is no number, and never another one",
    (text) => {
      expect(baseUnits(text, 4)).toBeNull();
    },
  );

  test("reads back what was written", () => {
    for (const units of [0n, 1n, 9_999n, 10_000n, 123_456_789_012n]) {
      expect(baseUnits(decimal(units, 4, 2), 4)).toBe(units);
    }
  });
});

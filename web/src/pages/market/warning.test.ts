import { expect, test } from "vitest";
import { feesOf } from "./fees";
import { type Standing, warningOf } from "./warning";

const OPEN: Standing = { phase: "open", best: 87_500, band: { low: 70_000n, high: 100_000n } };

test.each([
  ["limit", 70_000n, OPEN, null],
  ["limit", 100_000n, OPEN, null],
  ["limit", 69_900n, OPEN, "band"],
  ["limit", 100_100n, OPEN, "band"],
  ["limit", 200_000n, { ...OPEN, band: null }, null],
  ["market", undefined, OPEN, null],
  ["market", undefined, { ...OPEN, best: undefined }, "nobody"],
  ["limit", 87_500n, { ...OPEN, best: undefined }, null],
  ["limit", 200_000n, { ...OPEN, phase: "closed" }, "phase"],
  ["market", undefined, { ...OPEN, phase: "call" }, "phase"],
] as const)("warns of what stops a trade: %s %s %o", (kind, price, standing, said) => {
  expect(warningOf(kind, price, standing)).toBe(said);
});

test("takes the fees that are set, and the default of what is not", () => {
  expect(feesOf([])).toEqual({ maker: 300n, taker: 500n });
  expect(feesOf([{ name: "taker_ppm", value: "450" }])).toEqual({ maker: 300n, taker: 450n });
  expect(feesOf([{ name: "maker_ppm", value: '"many"' }])).toEqual({ maker: 300n, taker: 500n });
});

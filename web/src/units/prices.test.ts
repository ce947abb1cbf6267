import { describe, expect, test } from "vitest";
import {
  changeBp,
  changeText,
  priceDigits,
  priceText,
  rateText,
  tonneDigits,
  tonnes,
} from "./prices";

describe("prices", () => {
  test("have as many digits as the tick needs, and two at least", () => {
    expect([1n, 10n, 100n, 1_000n, 10_000n].map(priceDigits)).toEqual([4, 3, 2, 2, 2]);
  });

  test("are base units of 1/10,000", () => {
    expect(priceText("87500")).toBe("8.75");
    expect(priceText(1_234_567_890n, 4)).toBe("123\u2009456.7890");
  });

  test("changes say their sign, and towards zero", () => {
    expect(changeText(changeBp(88_100n, 89_400n))).toBe("−1.45%");
    expect(changeText(0)).toBe("0.00%");
    expect(changeBp(5n, 0n)).toBe(0);
  });
});

test("grams are tonnes without trailing zeros", () => {
  expect(tonnes("28000000")).toBe("28");
  expect(tonnes(1_500_000n)).toBe("1.5");
});

test("tonnes of an instrument have as many digits as its lot needs", () => {
  expect([1_000_000n, 100_000n, 1_000n, 1n, 5_000_000n].map(tonneDigits)).toEqual([0, 1, 3, 6, 0]);
  expect(tonnes(1_500_000n, 3)).toBe("1.500");
});

test("fees are percentages of millionths", () => {
  expect([300n, 500n, 0n, 10_000n].map(rateText)).toEqual(["0.03%", "0.05%", "0%", "1%"]);
});

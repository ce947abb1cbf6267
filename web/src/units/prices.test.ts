import { describe, expect, test } from "vitest";
import { changeBp, changeText, priceDigits, priceText, tonnes } from "./prices";

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

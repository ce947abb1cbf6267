import { describe, expect, test } from "vitest";
import { exactTime, lengthText, relativeTime, remainingTime } from "./times";

const NOW = Date.UTC(2026, 10, 25, 8, 0, 0);

describe("times", () => {
  test.each([
    [0, "now"],
    [999, "now"],
    [1_000, "1 sec. ago"],
    [59_999, "59 sec. ago"],
    [60_000, "1 min. ago"],
    [3_599_999, "59 min. ago"],
    [3_600_000, "1 hr. ago"],
    [86_400_000, "yesterday"],
    [3 * 86_400_000, "3 days ago"],
  ])("say a distance of %d ms in the largest unit that fits", (distance, text) => {
    expect(relativeTime(NOW - distance, NOW, "en")).toBe(text);
  });

  test("never say that what was made is still to come", () => {
    expect(relativeTime(NOW + 5_000, NOW, "en")).toBe("now");
  });

  test("speak the language of the reader", () => {
    expect(relativeTime(NOW - 7_000, NOW, "zh-CN")).toBe("7秒前");
    expect(exactTime(NOW, "zh-CN")).toContain("2026年11月25日");
  });

  test.each([
    [1, "1 sec"],
    [61_000, "1 min 1 sec"],
    [3_600_000, "1 hr"],
    [90_061_000, "1 day 1 hr"],
    [86_400_000 + 5_000, "1 day"],
  ])("say what is left, %d ms, in the two largest units", (left, text) => {
    expect(remainingTime(NOW + left, NOW, "en")).toBe(text);
  });

  test("say nothing of what is due, and a length as what is left", () => {
    expect(remainingTime(NOW, NOW, "en")).toBeNull();
    expect(lengthText(3 * 86_400_000, "zh-CN")).toBe("3天");
    expect(lengthText(0, "en")).toBe("0 sec");
  });
});

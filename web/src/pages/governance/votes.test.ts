import { describe, expect, test } from "vitest";
import { votable, voteWeight } from "./votes";

describe("a vote", () => {
  test.each([
    [0n, 0n], [1n, 1n], [3n, 1n], [4n, 2n], [15n, 3n], [16n, 4n], [10n ** 18n, 10n ** 9n],
    [10n ** 18n - 1n, 10n ** 9n - 1n],
  ])("of %s t weighs %s", (tonnes, weight) => {
    expect(voteWeight(tonnes)).toBe(weight);
  });

  test("is cast with whole tonnes of batches only", () => {
    const balances = new Map([
      ["cny", 5_000_000n],
      ["vcs-00002-2024-001", 2_999_999n],
      ["vcs-00001-2025-001", 7_000_000n],
      ["vcs-00003-2024-001", 999_999n],
    ]);
    expect(votable(balances)).toEqual([
      { batch: "vcs-00001-2025-001", tonnes: 7n },
      { batch: "vcs-00002-2024-001", tonnes: 2n },
    ]);
  });
});

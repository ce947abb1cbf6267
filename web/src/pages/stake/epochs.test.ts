import { describe, expect, test } from "vitest";
import { byEpoch, type EpochRow, historyOf, sharesOf, SHOWN } from "./epochs";

function row(epoch: number, operator: string, changes: Partial<EpochRow> = {}): EpochRow {
  return {
    epoch, operator, power: 500_000, weight: "1000", credit: 8_000, blocks: 10, signed: 9,
    height: epoch, time: epoch * 1_000, ...changes,
  };
}

describe("epochs as series", () => {
  test("the oldest stands first, and is left out when its page was cut", () => {
    const rows = [row(3, "b"), row(3, "a"), row(2, "b"), row(2, "a"), row(1, "b")];
    expect(byEpoch(rows, false).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(byEpoch(rows, true).map(({ epoch }) => epoch)).toEqual([2, 3]);
    const many = Array.from({ length: 70 }, (_, place) => row(100 - place, "a"));
    expect(byEpoch(many, false)).toHaveLength(SHOWN);
  });

  test("a validator's power is its share of the epoch, its target that of the weights", () => {
    const all = [
      row(2, "a", { power: 600_000, weight: "3000" }),
      row(2, "b", { power: 400_000, weight: "3000" }),
    ];
    const history = historyOf([all[0] ?? row(2, "a"), row(1, "a")], byEpoch(all, false));
    expect(history.ends).toEqual([{ epoch: 1, time: 1_000 }, { epoch: 2, time: 2_000 }]);
    expect(history.power).toEqual([5_000, 6_000]);
    expect(history.target).toEqual([null, 5_000]);
    expect(history.weight).toEqual([1_000, 3_000]);
  });

  test("who was asked to sign nothing signed no share of it", () => {
    const rows = [row(2, "a", { blocks: 0, signed: 0 }), row(1, "a")];
    expect(historyOf(rows, []).signed).toEqual([9_000, null]);
  });

  test("who weighs nothing has a target of nothing", () => {
    const all = [row(1, "a", { weight: "0" }), row(1, "b")];
    expect(historyOf(all.slice(0, 1), byEpoch(all, false)).target).toEqual([0]);
  });

  test("the shares of an epoch are the whole, those beyond six stand together", () => {
    const eight = Array.from({ length: 8 }, (_, place) =>
      row(1, `v${place}`, { power: 200_000 - place * 10_000 }),
    );
    const shares = sharesOf(byEpoch(eight, false));
    expect(shares.map(({ operator }) => operator)).toEqual([
      "v0", "v1", "v2", "v3", "v4", "v5", null,
    ]);
    const sum = shares.reduce((all, { values }) => all + (values[0] ?? 0), 0);
    expect(sum).toBeGreaterThan(9_990);
    expect(sum).toBeLessThanOrEqual(10_000);
  });

  test("who came later had no share before", () => {
    const whole = byEpoch([row(2, "a"), row(2, "b"), row(1, "a")], false);
    const later = sharesOf(whole).find(({ operator }) => operator === "b");
    expect(later?.values).toEqual([0, 5_000]);
  });
});

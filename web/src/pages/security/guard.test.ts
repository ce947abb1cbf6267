import { describe, expect, test } from "vitest";
import { keyAddress } from "../../wallet/address";
import { type Guard, guardFault, loosened, widens } from "./guard";

const [ANN, BEN, CAT] = [1, 2, 3].map((seed) => keyAddress(1, new Uint8Array(32).fill(seed))) as [
  string,
  string,
  string,
];
const OPEN: Guard = { trusted_only: false, limits: [], guardians: [], guardian_threshold: 0 };
const HELD: Guard = {
  trusted_only: true,
  limits: [{ asset: "cny", per_day: 100n }],
  guardians: [ANN, BEN],
  guardian_threshold: 2,
};

describe("a change of the guard", () => {
  test("tightens when value reaches fewer, or less of it", () => {
    expect(loosened(OPEN, { ...OPEN, trusted_only: true, limits: HELD.limits })).toEqual([]);
    const lower = [{ asset: "cny", per_day: 99n }, { asset: "usd", per_day: 1n }];
    expect(loosened(HELD, { ...HELD, limits: lower })).toEqual([]);
    expect(loosened(HELD, { ...HELD, guardians: [BEN, ANN] })).toEqual([]);
  });

  test("loosens when value reaches any, a limit rises or goes, guardians are others", () => {
    expect(loosened(HELD, { ...HELD, trusted_only: false })).toEqual(["open"]);
    const higher = [{ asset: "cny", per_day: 101n }];
    expect(loosened(HELD, { ...HELD, limits: higher })).toEqual(["limits"]);
    expect(loosened(HELD, { ...HELD, limits: [] })).toEqual(["limits"]);
    expect(loosened(HELD, { ...HELD, guardians: [ANN, CAT] })).toEqual(["guardians"]);
    expect(loosened(OPEN, HELD)).toEqual(["guardians"]);
  });

  test.each([
    [{ guardians: [ANN] }, "count"],
    [{ guardians: [ANN, ANN] }, "distinct"],
    [{ guardians: [ANN, CAT] }, "others"],
    [{ guardians: ["ctn1nobody"] }, "address"],
    [{ guardian_threshold: 1 }, "quorum"],
    [{ guardian_threshold: 3 }, "quorum"],
    [{ guardians: [], guardian_threshold: 2 }, "noThreshold"],
    [{ limits: [...HELD.limits, ...HELD.limits] }, "oneLimit"],
  ])("is refused by its rule: %o", (part, rule) => {
    expect(guardFault({ ...HELD, ...part }, CAT)).toBe(rule);
  });

  test("is sound with a majority of others", () => {
    expect(guardFault(HELD, CAT)).toBeNull();
    expect(guardFault(OPEN, CAT)).toBeNull();
  });
});

describe("a limit of a signer", () => {
  test("widens with each family more, and when it goes", () => {
    expect(widens(null, ["trade"])).toBe(false);
    expect(widens(["trade", "exit"], ["trade"])).toBe(false);
    expect(widens(["trade"], ["trade", "vote"])).toBe(true);
    expect(widens(["trade"], null)).toBe(true);
  });
});

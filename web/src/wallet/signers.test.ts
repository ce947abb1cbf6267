import { describe, expect, test } from "vitest";
import type { Op } from "./body";
import { type Authority, doesCount, gathered, levelOf, type Signer, signersOf } from "./signers";

const SEND: Op = { op: "assets.transfer", asset: "cny", amount: 1n, to: "x" };
const CANCEL: Op = { op: "market.cancel_orders", instrument: null, side: null };
const LOCK: Op = { op: "accounts.lock", account: "x" };
const STOP: Op = { op: "accounts.cancel_pending", number: 7n };

function signer(name: string, weight = 1, families: readonly string[] | null = null): Signer {
  return { scheme: 1, key: name.repeat(32), weight, families };
}

const [A, B, C] = [signer("aa"), signer("bb"), signer("cc")];

function ids(...signers: Signer[]): Set<string> {
  return new Set(signers.map(({ scheme, key }) => `${scheme}-${key}`));
}

function of(signers: readonly Signer[], k: number, approvers = 1): Authority {
  return { signers, thresholds: { low: 1, medium: k, high: k }, approvers, recoveries: [7n] };
}

describe("what signatures reach", () => {
  test.each([
    [[], 0, 2, false],
    [[A], 1, 1, false],
    [[A, B], 2, 0, true],
    [[A, B, C], 3, 0, true],
  ] as const)("two of three, case %#", (signed, weight, further, isEnough) => {
    expect(gathered(of([A, B, C], 2), [SEND], ids(...signed))).toMatchObject({
      weight, needed: 2, further, isEnough, signed: signed.length,
    });
  });

  test("a low operation needs less, and the highest of several counts", () => {
    expect(gathered(of([A, B], 2), [CANCEL], ids(A)).isEnough).toBe(true);
    expect(gathered(of([A, B], 2), [CANCEL, SEND], ids(A)).isEnough).toBe(false);
  });

  test("a key that is no signer adds nothing", () => {
    expect(gathered(of([A, B], 2), [SEND], ids(A, C))).toMatchObject({ weight: 1, signed: 1 });
  });

  test("the fewest further signatures are those of the heaviest", () => {
    const signers = [signer("aa", 1), signer("bb", 3), signer("cc", 2), signer("dd", 1)];
    expect(gathered(of(signers, 5), [SEND], ids())).toMatchObject({ further: 2 });
    expect(gathered(of(signers, 6), [SEND], ids())).toMatchObject({ further: 3 });
  });

  test("an organisation needs a second signer, also when one has all the weight", () => {
    const signers = [signer("aa", 5), signer("bb", 1)];
    const [heavy] = signers as [Signer, Signer];
    expect(gathered(of(signers, 2, 2), [SEND], ids(heavy))).toMatchObject({
      weight: 5, approvers: 1, approversNeeded: 2, further: 1, isEnough: false,
    });
    expect(gathered(of(signers, 2, 2), [CANCEL], ids(heavy)).isEnough).toBe(true);
    expect(gathered(of(signers, 2, 2), [SEND], ids(...signers)).isEnough).toBe(true);
  });

  test("what can never be reached is not enough, and is told in signatures that there are", () => {
    expect(gathered(of([A, B], 3), [SEND], ids(A))).toMatchObject({ further: 1, isEnough: false });
  });
});

describe("a limited signer", () => {
  const bot = signer("bb", 1, ["trade", "exit"]);

  test("counts for its families, all of them", () => {
    expect([doesCount(bot, [CANCEL]), doesCount(bot, [SEND])]).toEqual([true, false]);
    expect(doesCount(bot, [CANCEL, SEND])).toBe(false);
  });

  test("counts for what any one signer may send", () => {
    expect(doesCount(bot, [LOCK])).toBe(true);
  });

  test("neither weighs nor is awaited where it does not count", () => {
    expect(gathered(of([A, bot, C], 2), [SEND], ids(A, bot))).toMatchObject({
      weight: 1, signed: 2, further: 1, isEnough: false,
    });
  });
});

test("stopping a recovery is of the highest level, cancelling anything else of none", () => {
  expect(levelOf([STOP], [7n])).toBe("high");
  expect(levelOf([STOP], [8n])).toBe("any");
  expect(gathered(of([A, B], 2), [STOP], ids(A)).isEnough).toBe(false);
  expect(gathered({ ...of([A, B], 2), recoveries: [] }, [STOP], ids(A)).isEnough).toBe(true);
});

test("the keys of a stored account carry their limits", () => {
  const stored = {
    signers: [
      { scheme: 1n, key: "aa", weight: 1n },
      { scheme: 2n, key: "bb", weight: 2n },
    ],
    thresholds: { low: 1n, medium: 2n, high: 3n },
  };
  const limited = [{ scheme: 2n, key: "bb", families: ["trade"] }];
  expect(signersOf(stored, limited)).toEqual({
    signers: [
      { scheme: 1, key: "aa", weight: 1, families: null },
      { scheme: 2, key: "bb", weight: 2, families: ["trade"] },
    ],
    thresholds: { low: 1, medium: 2, high: 3 },
  });
  expect(signersOf(null, [])).toEqual({ signers: [], thresholds: null });
});

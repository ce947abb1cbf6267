import { describe, expect, test } from "vitest";
import { opMisfit } from "../../wallet/body";
import { keysOf, openedBy, openingFault, openingOp } from "./opening";

const [A, B, C] = ["aa", "bb", "cc"].map((two) => two.repeat(32)) as [string, string, string];
const SECP = `02${"dd".repeat(32)}`;
const NEEDED = { low: 1, medium: 2, high: 2 };

test("keys are found whatever separates them", () => {
  expect(keysOf(` ${A}\n${B.toUpperCase()},${C}；\t`)).toEqual([A, B, C]);
  expect(keysOf(" \n")).toEqual([]);
});

describe("keys and thresholds", () => {
  test.each([
    [[A, B], NEEDED, null],
    [[A, SECP], NEEDED, null],
    [[A, `${B}0`], NEEDED, "key"],
    [[A, "zz".repeat(32)], NEEDED, "key"],
    [[A, A], NEEDED, "twice"],
    [[A], NEEDED, "count"],
    [[], NEEDED, "count"],
    [[A, B], { low: 2, medium: 1, high: 2 }, "rising"],
    [[A, B], { low: 1, medium: 2, high: 3 }, "rising"],
    [[A, B], { low: 0, medium: 1, high: 1 }, "rising"],
  ])("case %#", (keys, needed, fault) => {
    expect(openingFault(keys, needed)).toBe(fault);
  });

  test("no more than sixteen", () => {
    const keys = Array.from({ length: 17 }, (_, n) => n.toString(16).padStart(64, "0"));
    expect(openingFault(keys.slice(1), NEEDED)).toBeNull();
    expect(openingFault(keys, NEEDED)).toBe("count");
  });
});

test("the operation is one that the ledger reads, with the scheme of each key", () => {
  const op = openingOp([A, SECP], NEEDED);
  expect(opMisfit(op)).toBeNull();
  expect(op["signers"]).toEqual([
    { scheme: 1n, key: A, weight: 1n },
    { scheme: 2n, key: SECP, weight: 1n },
  ]);
});

test("the new address is that of the event", () => {
  const receipt = {
    tx: "", height: 1n, status: "applied", refusal: null, op: null, facts: {}, fee: null, moves: [],
  } as const;
  const event = { event: "accounts.MultisigOpened", address: "ctn1x", creator: "c", signers: 2n };
  expect(openedBy({ ...receipt, events: [event] })).toBe("ctn1x");
  expect(openedBy({ ...receipt, events: [{ event: "accounts.Locked" }] })).toBeNull();
});

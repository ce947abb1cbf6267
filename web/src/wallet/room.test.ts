import { describe, expect, test } from "vitest";
import { shareOf } from "./preparing";
import { bodyOf, freeSequence, isNext, itemOf, type RoomItem } from "./room";
import type { Authority, Signer } from "./signers";
import vectors from "./vectors/bodies.json";

const [VECTOR, OTHER] = vectors.bodies as [
  (typeof vectors.bodies)[number],
  (typeof vectors.bodies)[number],
];
const [OWN, SECOND, THIRD] = ["aa", "bb", "cc"].map((two) => two.repeat(32)) as [
  string,
  string,
  string,
];
const SEND = { op: "assets.transfer", asset: "cny", amount: 1n, to: "x" };

function item(more: Record<string, bigint | string> = {}): RoomItem {
  return itemOf({
    id: VECTOR.id,
    account: VECTOR.address,
    body: VECTOR.body,
    created: 5n,
    put_up_by: `1-${OWN}`,
    sequence: 7n,
    next_sequence: 7n,
    expires: 1_200n,
    height: 9n,
    signers: [{ scheme: 1n, key: OWN, weight: 1n, signed: true, counts: true }],
    weight: 1n,
    needed: 2n,
    approvers: 1n,
    approvers_needed: 1n,
    is_ready: false,
    tx: VECTOR.envelope,
    ...more,
  });
}

function authority(approvers = 1, families: readonly string[] | null = null): Authority {
  const signers: Signer[] = [
    { scheme: 1, key: OWN, weight: 1, families },
    { scheme: 1, key: SECOND, weight: 1, families: null },
    { scheme: 1, key: THIRD, weight: 1, families: null },
  ];
  return { signers, thresholds: { low: 1, medium: 2, high: 3 }, approvers, recoveries: [] };
}

describe("a body that waits", () => {
  test("is read by its exact text", () => {
    expect(bodyOf(item())).toMatchObject({ id: VECTOR.id, sender: VECTOR.address, sequence: 7n });
  });

  test("is refused when the text is another transaction's", () => {
    expect(() => bodyOf(item({ body: OTHER.body }))).toThrow("body_refused");
  });

  test("is refused when the text is another account's", () => {
    expect(() => bodyOf(item({ account: "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp" }))).toThrow(
      "body_refused",
    );
  });

  test("is refused when the text cannot be read", () => {
    expect(() => bodyOf(item({ body: VECTOR.body.replace(",", ", ") }))).toThrow("body_refused");
  });

  test("is next when nothing has to go before it", () => {
    expect([isNext(item()), isNext(item({ next_sequence: 6n }))]).toEqual([true, false]);
  });
});

test("a new body takes the first sequence that nothing waits with", () => {
  const waiting = (...sequences: bigint[]) => sequences.map((sequence) => item({ sequence }));
  expect(freeSequence(7n, [])).toBe(7n);
  expect(freeSequence(7n, waiting(8n, 7n))).toBe(9n);
  expect(freeSequence(7n, waiting(8n, 9n))).toBe(7n);
  expect(freeSequence(7n, waiting(7n, 7n, 9n))).toBe(8n);
});

describe("the part of a key", () => {
  const body = { ops: [SEND], sequence: 7n };

  test("is the first of two, and goes on to the room", () => {
    expect(shareOf(authority(), body, new Set(), OWN, null)).toEqual({
      isSigner: true,
      canEnter: true,
      doesCount: true,
      signature: 1,
      of: 2,
      isEnough: false,
      behind: 0,
    });
  });

  test("is the second of two, with which nothing is missing", () => {
    const share = shareOf(authority(), body, new Set([`1-${SECOND}`]), OWN, null);
    expect(share).toMatchObject({ signature: 2, of: 2, isEnough: true });
  });

  test("is one of more when an organisation asks for more signers", () => {
    const share = shareOf(authority(3), body, new Set(), OWN, null);
    expect(share).toMatchObject({ signature: 1, of: 3, isEnough: false });
  });

  test("is nothing for a key that is no signer", () => {
    const share = shareOf(authority(), body, new Set(), "dd".repeat(32), null);
    expect(share).toMatchObject({ isSigner: false, canEnter: false, isEnough: false });
  });

  test("has no weight for a limited key, to which the room is not open", () => {
    const share = shareOf(authority(1, ["trade"]), body, new Set(), OWN, null);
    expect(share).toMatchObject({ isSigner: true, canEnter: false, doesCount: false, of: 2 });
  });

  test("waits behind what has a lower sequence", () => {
    const items = [item({ sequence: 5n }), item({ sequence: 6n }), item({ sequence: 7n })];
    expect(shareOf(authority(), body, new Set(), OWN, { items }).behind).toBe(2);
  });
});

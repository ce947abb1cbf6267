import { describe, expect, test } from "vitest";
import type { Op } from "./body";
import type { Receipt } from "./door";
import { OPS } from "../ops/declared";
import { changes, FINAL, RIGHTS, type Surroundings, warnings } from "./preview";
import { compose } from "./preparing";
import { noted } from "./sending";
import type { Sent } from "./store";

const ME = "ctn1a5l06gduce9h85gelnuusssc2lll8tgx3n4aml";
const TO = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp";
const SEND: Op = { op: "assets.transfer", asset: "cny", amount: 5n, to: TO };
const TRIAL: Receipt = {
  tx: "",
  height: 9n,
  status: "applied",
  refusal: null,
  op: null,
  facts: {},
  fee: null,
  events: [],
  moves: [
    { asset: "cny", source: ME, target: "fees:tx", amount: 20n },
    { asset: "cny", source: ME, target: TO, amount: 5n },
    { asset: "vcs-01987-2023-001", source: "order:1", target: ME, amount: 7n },
    { asset: "cny", source: TO, target: "fees:tx", amount: 3n },
  ],
};

function order(side: "buy" | "sell", price: bigint | null): Op {
  return {
    op: "market.place_order",
    instrument: "a-cny",
    side,
    kind: price === null ? "market" : "limit",
    qty: 1n,
    price,
    trigger: null,
    protect_bp: null,
    tif: "ioc",
    expires: null,
    post_only: false,
    display: null,
    stp: "cancel_taker",
    fills_max: 1n,
    client_id: null,
    via: null,
  };
}

function codes(ops: Op[], around: Partial<Surroundings> = {}): string[] {
  const base = {
    account: ME,
    known: new Set<string>(),
    lasts: new Map(),
    trial: TRIAL,
    isHigh: false,
  };
  return warnings(ops, { ...base, ...around }).map(({ code }) => code);
}

test("balances change by what moves to and from the account, the fee included", () => {
  const balances = new Map([["cny", 100n]]);
  expect(changes(ME, { stored: null, sequence: 0n, balances }, TRIAL)).toEqual([
    { asset: "cny", before: 100n, after: 75n },
    { asset: "vcs-01987-2023-001", before: 0n, after: 7n },
  ]);
});

describe("warnings", () => {
  test("a first recipient, but not a known one and not oneself", () => {
    expect(codes([SEND])).toEqual(["new_recipient"]);
    expect(codes([SEND], { known: new Set([TO]) })).toEqual([]);
    expect(codes([{ ...SEND, to: ME }])).toEqual([]);
    expect(codes([{ ...SEND, to: "fund:treasury" }])).toEqual(["holding_recipient"]);
  });

  test.each([
    ["buy", 105n, []],
    ["buy", 106n, ["price_worse"]],
    ["sell", 95n, []],
    ["sell", 94n, ["price_worse"]],
    ["buy", null, []],
    ["sell", 200n, []],
  ] as const)("%s at %s when the last was 100", (side, price, expected) => {
    expect(codes([order(side, price)], { lasts: new Map([["a-cny", 100n]]) })).toEqual(expected);
  });

  test("what cannot be undone", () => {
    expect(codes([{ op: "registry.cancel" }])).toEqual(["irreversible"]);
  });

  test("a right given away", () => {
    expect(codes([{ op: "accounts.set_signers" }], { isHigh: true })).toEqual([
      "right_given",
      "high_threshold",
    ]);
  });

  test.each([
    ["kernel.AccountFrozen", "frozen"],
    ["market.OutsideBand", "simulation_refused"],
    ["market.TooManyOrders", "over_limit"],
  ])("a trial refused by %s", (refusal, code) => {
    expect(codes([], { trial: { ...TRIAL, status: "refused", refusal, op: 0n } })).toEqual([code]);
  });

  test("what is final or gives a right is an operation of the ledger", () => {
    expect([...FINAL, ...RIGHTS].filter((tag) => !(tag in OPS))).toEqual([]);
  });

  test("no trial", () => {
    expect(codes([], { trial: null })).toEqual(["no_simulation"]);
  });
});

test("the fee of a composed body covers the body that states it", () => {
  const head = { chain: "ctn-dev:00c0ffee00c0ffee", height: 200n, time: 0n };
  const holdings = { stored: null, sequence: 7n, balances: new Map() };
  const body = compose({ account: ME, head, holdings, ops: [order("buy", 5n)], memo: "" });
  expect([body.fee.amount, body.expires, body.sequence]).toEqual([20n, 1_200n, 7n]);
  const long = compose({
    account: ME,
    head,
    holdings,
    ops: Array(12).fill(order("buy", 5n)) as Op[],
    memo: "",
  });
  expect(long.fee.amount).toBeGreaterThanOrEqual(
    120n + 10n * BigInt(Math.ceil(long.text.length / 1024)),
  );
});

test("the drawer says what became of a transaction", () => {
  const sent: Sent = {
    id: "x",
    account: ME,
    envelope: "",
    body: "",
    at: 0,
    status: "sent",
    height: null,
    refusal: null,
  };
  const receipt = { ...TRIAL, status: "refused" as const, refusal: "market.OffTick" };
  const refusal = { module: "market", code: "OffTick", sentence: "", facts: {}, op: 0n };
  expect(noted(sent, { status: "refused", id: "x", refusal, receipt })).toMatchObject({
    status: "refused",
    height: "9",
    refusal: "market.OffTick",
  });
  expect(noted(sent, { status: "unreached", id: "x" }).status).toBe("unreached");
});

import { describe, expect, test } from "vitest";
import { type Typed, isOrder, notional, orderOf } from "./ticket";

const TERMS = {
  key: "vcs1987.23-cny", tick: "100", lot: "1000000", qtyMax: "99000000", protectMaxBp: 500,
};
const TYPED: Typed = { side: "buy", kind: "limit", price: "8.75", tonnes: "3", tif: "gtc" };

describe("a ticket", () => {
  test("makes a limit order in base units", () => {
    const made = orderOf(TYPED, TERMS);
    expect(made).toMatchObject({ price: 87_500n, qty: 3_000_000n, protect_bp: null, tif: "gtc" });
    expect(isOrder(made)).toBe(true);
  });

  test("makes a market order that is bound by the instrument's protection", () => {
    const made = orderOf({ ...TYPED, kind: "market", price: "" }, TERMS);
    expect(made).toMatchObject({ price: null, protect_bp: 500n, tif: "ioc" });
  });

  test.each([
    [{ price: "" }, "price", "number"],
    [{ price: "8.755" }, "price", "tick"],
    [{ price: "<b>8</b>" }, "price", "number"],
    [{ tonnes: "0" }, "tonnes", "number"],
    [{ tonnes: "1.5" }, "tonnes", "lot"],
    [{ tonnes: "100" }, "tonnes", "most"],
  ])("names the field and the rule: %o", (part, field, rule) => {
    expect(orderOf({ ...TYPED, ...part }, TERMS)).toEqual({ field, rule });
  });

  test("counts money as the ledger does, downwards", () => {
    expect(notional(87_501n, 1_500_000n)).toBe(131_251n);
  });
});

import { expect, test } from "vitest";
import { type OpenOrder, sum } from "./holdings";

function order(asset: string, reserved: bigint): OpenOrder {
  return {
    no: "1",
    instrument: "a-cny",
    side: "buy",
    price: 1n,
    qty: 1n,
    open: 1n,
    asset,
    reserved,
  };
}

test("an asset counts what is free, what its orders reserve and what is held as serials", () => {
  const free = new Map([["cny", 10n]]);
  const orders = [order("cny", 3n), order("cny", 4n), order("vcs-1", 5n)];
  const held = [
    { batch: "vcs-2", first: 1n, last: 3n },
    { batch: "vcs-2", first: 9n, last: 9n },
  ];
  expect(sum(free, orders, held)).toEqual([
    { asset: "cny", free: 10n, inOrders: 7n, heldTonnes: 0n },
    { asset: "vcs-1", free: 0n, inOrders: 5n, heldTonnes: 0n },
    { asset: "vcs-2", free: 0n, inOrders: 0n, heldTonnes: 4n },
  ]);
});

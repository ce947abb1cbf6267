// All that an account has, by class: free to use, reserved by its orders, serials that it holds.

import { quoteOf } from "../../ops/amounts";
import { readAccount, readItems, readOne } from "../../wallet/door";
import type { Fields } from "../../wallet/json";

const ORDERS_MAX = 50;

/** One asset of an account, in base units. */
export interface Holding {
  readonly asset: string;
  readonly free: bigint;
  readonly inOrders: bigint;
  readonly heldTonnes: bigint;
}

/** An open order of the account and what it reserves. */
export interface OpenOrder {
  readonly no: string;
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly price: bigint | null;
  readonly qty: bigint;
  readonly open: bigint;
  readonly asset: string;
  readonly reserved: bigint;
}

/** Serials of a batch that the account holds outside of the market. */
export interface Held {
  readonly batch: string;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Portfolio {
  readonly holdings: readonly Holding[];
  readonly orders: readonly OpenOrder[];
  readonly held: readonly Held[];
  readonly history: readonly Fields[];
  readonly certificates: readonly Fields[];
}

/** Reads everything that the wallet's page shows of an account. */
export async function readPortfolio(address: string): Promise<Portfolio> {
  const [account, orders, held, history, certificates] = await Promise.all([
    readAccount(address),
    readOrders(address),
    readHeld(address),
    readItems(`/accounts/${address}/history?limit=20`),
    readItems(`/certificates?beneficiary=${address}&limit=20`),
  ]);
  return { holdings: sum(account.balances, orders, held), orders, held, history, certificates };
}

/** The serials that an account holds, lowest first. */
export async function readHeld(address: string): Promise<Held[]> {
  const rows = await readItems(`/intervals?owner=${address}&status=held&limit=100`);
  return rows.map((row) => ({
    batch: String(row["batch"]),
    first: row["start"] as bigint,
    last: row["end"] as bigint,
  }));
}

/** Adds up free balances, reservations and held serials by asset, in the order of their ids. */
export function sum(
  free: ReadonlyMap<string, bigint>,
  orders: readonly OpenOrder[],
  held: readonly Held[],
): Holding[] {
  const assets = new Set([
    ...free.keys(),
    ...orders.map(({ asset }) => asset),
    ...held.map(({ batch }) => batch),
  ]);
  return [...assets].sort().map((asset) => ({
    asset,
    free: free.get(asset) ?? 0n,
    inOrders: total(
      orders.filter((order) => order.asset === asset).map(({ reserved }) => reserved),
    ),
    heldTonnes: total(
      held.filter(({ batch }) => batch === asset).map(({ first, last }) => last - first + 1n),
    ),
  }));
}

async function readOrders(address: string): Promise<OpenOrder[]> {
  const rows = await readItems(`/accounts/${address}/open-orders?limit=${ORDERS_MAX}`);
  return Promise.all(rows.map(orderOf));
}

async function orderOf(row: Fields): Promise<OpenOrder> {
  const no = String(row["no"]);
  const instrument = String(row["instrument"]);
  const side = row["side"] === "buy" ? "buy" : "sell";
  const asset = side === "buy" ? quoteOf(instrument) : await assetOf(instrument);
  const held = await readOne(`/state/balance/${encodeURIComponent(`order:${no}`)}/${asset}`);
  return {
    no,
    instrument,
    side,
    asset,
    price: row["price"] === null ? null : BigInt(String(row["price"])),
    qty: BigInt(String(row["qty"])),
    open: BigInt(String(row["open"])),
    reserved: typeof held["value"] === "bigint" ? held["value"] : 0n,
  };
}

const assets = new Map<string, Promise<string>>();

/** The asset of an instrument, which never changes. */
function assetOf(instrument: string): Promise<string> {
  const known = assets.get(instrument);
  if (known !== undefined) return known;
  const asked = readOne(`/instruments/${encodeURIComponent(instrument)}`).then((found) =>
    String(found["asset"]),
  );
  assets.set(instrument, asked);
  return asked;
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((all, one) => all + one, 0n);
}

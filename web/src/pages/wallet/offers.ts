// What can be bought and retired in one transaction: instruments on a batch that settle at once.

import { readItems, readOne } from "../../wallet/door";
import type { Json } from "../../wallet/json";
import type { Level } from "./retirement";

const BATCH = /^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}$/;
const LISTED_MAX = 100;

/** An instrument whose tonnes can be retired by the transaction that buys them. */
export interface Offer {
  readonly instrument: string;
  readonly batch: string;
  readonly quote: string;
  readonly tick: bigint;
  readonly lot: bigint;
}

/** What is on offer of an instrument now. */
export interface Book {
  readonly asks: readonly Level[];
  readonly high: bigint;
  readonly phase: string;
}

/** The instruments that fit, by id. */
export async function readOffers(): Promise<Offer[]> {
  const rows = await readItems(`/instruments?limit=${LISTED_MAX}`);
  return rows
    .filter(
      (row) =>
        row["status"] === "active" && row["t_plus"] === 0n && BATCH.test(String(row["asset"])),
    )
    .map((row) => ({
      instrument: String(row["id"]),
      batch: String(row["asset"]),
      quote: String(row["quote"]),
      tick: amount(row["tick"]),
      lot: amount(row["lot"]),
    }));
}

/** The selling side of a book and the top of its band. */
export async function readBook(instrument: string): Promise<Book> {
  const place = encodeURIComponent(instrument);
  const [book, state] = await Promise.all([
    readOne(`/feed/${place}`),
    readOne(`/state/instrument_state/${place}`),
  ]);
  const value = state["value"] as Record<string, Json> | null;
  const asks = (book["asks"] as [Json, Json][]).map(([price, grams]): Level => [
    amount(price),
    amount(grams),
  ]);
  return { asks, high: amount(value?.["high"]), phase: String(book["phase"]) };
}

function amount(value: Json | undefined): bigint {
  return typeof value === "bigint" ? value : BigInt(String(value ?? "0"));
}

// Hot data comes by columns, one list each; a column of texts is one whose numbers are too large.

import type { Candle } from "../../design/Candles";

type Column = readonly (number | string | null)[];

export interface Columns {
  readonly height: number;
  readonly rows: number;
  readonly [name: string]: unknown;
}

const PRICE_UNITS = 10_000;
const GRAMS = 1_000_000;

/** Candles for drawing: money a tonne and tonnes, as the numbers that a chart needs. */
export function candlesOf(found: Columns): Candle[] {
  const [time, open, high, low, close, qty] = ["time", "open", "high", "low", "close", "qty"].map(
    (name) => column(found, name),
  ) as [Column, Column, Column, Column, Column, Column];
  return time.map((moment, place) => ({
    time: Number(moment),
    open: Number(open[place]) / PRICE_UNITS,
    high: Number(high[place]) / PRICE_UNITS,
    low: Number(low[place]) / PRICE_UNITS,
    close: Number(close[place]) / PRICE_UNITS,
    volume: Number(qty[place]) / GRAMS,
  }));
}

export interface TapeRow {
  readonly no: number;
  readonly time: number;
  readonly price: bigint;
  readonly qty: bigint;
  readonly taker: "buy" | "sell" | null;
}

/** Trades, newest first. */
export function tapeOf(found: Columns): TapeRow[] {
  const [no, time, price, qty, taker] = ["no", "time", "price", "qty", "taker"].map((name) =>
    column(found, name),
  ) as [Column, Column, Column, Column, Column];
  return no.map((number, place) => ({
    no: Number(number),
    time: Number(time[place]),
    price: BigInt(price[place] ?? 0),
    qty: BigInt(qty[place] ?? 0),
    taker: side(taker[place]),
  }));
}

function side(value: number | string | null | undefined): "buy" | "sell" | null {
  return value === "buy" || value === "sell" ? value : null;
}

function column(found: Columns, name: string): Column {
  const value = found[name];
  return Array.isArray(value) ? (value as Column) : [];
}

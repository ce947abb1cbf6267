// What a tonne of a batch last cost, and the cheapest of a project's batches.

import type { CarbonPricesQuery } from "../../gql/graphql";

export interface Price {
  readonly instrument: string;
  readonly batch: string;
  readonly quote: string;
  /** Base units of the quote for a tonne: the last trade, else the reference. */
  readonly price: bigint;
}

/** The prices of all batches that have an instrument, in the order of the instruments. */
export function pricesOf(found: CarbonPricesQuery): Price[] {
  const last = new Map(found.tickers.nodes.map((row) => [row.instrumentId, row.lastPrice]));
  return found.instruments.nodes.map((row) => ({
    instrument: row.key,
    batch: row.assetId,
    quote: row.quote,
    price: BigInt(last.get(row.key) ?? row.ref),
  }));
}

/** The cheapest in one currency of those that stand for tonnes of a project or batch. */
export function cheapest(prices: readonly Price[], id: string): Price | null {
  const fits = prices.filter((row) => row.batch === id || row.batch.startsWith(`${id}-`));
  const first = fits[0];
  if (first === undefined) return null;
  return fits
    .filter((row) => row.quote === first.quote)
    .reduce((least, row) => (row.price < least.price ? row : least), first);
}

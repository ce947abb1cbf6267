// The trading fees that the network asks, before what conduct discounts (market.md 11).

import { useDocument } from "../../data/useRead";
import { FeesDocument, type FeesQuery } from "../../gql/graphql";

export interface Fees {
  readonly maker: bigint;
  readonly taker: bigint;
}

// What holds while governance has set nothing else, in millionths.
const MAKER_PPM = 300n;
const TAKER_PPM = 500n;

/** The fees of now in millionths; null until they are known. */
export function useFees(): Fees | null {
  const reading = useDocument(FeesDocument, {});
  return reading.state === "ready" ? feesOf(reading.data.params) : null;
}

/** The fees that parameters set, in millionths of the notional; what they leave out is default. */
export function feesOf(params: FeesQuery["params"]): Fees {
  const set = new Map(params.map(({ name, value }) => [name, value]));
  const ppm = (name: string, otherwise: bigint) => {
    const value = set.get(name);
    return value !== undefined && /^[0-9]{1,9}$/.test(value) ? BigInt(value) : otherwise;
  };
  return { maker: ppm("maker_ppm", MAKER_PPM), taker: ppm("taker_ppm", TAKER_PPM) };
}

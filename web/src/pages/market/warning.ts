// What stands in the way of an order before it is signed; signing stays possible.

import type { Typed } from "./ticket";

export interface Standing {
  readonly phase: string;
  /** The best price of the other side; undefined when nobody stands there. */
  readonly best: number | undefined;
  /** The band of today, in base units; null when it is not known. */
  readonly band: { readonly low: bigint; readonly high: bigint } | null;
}

export type Warning = "phase" | "nobody" | "band" | null;

/** The first thing that keeps an order from trading now: phase, an empty side, or the band. */
export function warningOf(
  kind: Typed["kind"],
  price: bigint | undefined,
  standing: Standing,
): Warning {
  if (standing.phase !== "open") return "phase";
  if (kind === "market") return standing.best === undefined ? "nobody" : null;
  const { band } = standing;
  if (band === null || price === undefined) return null;
  return price < band.low || price > band.high ? "band" : null;
}

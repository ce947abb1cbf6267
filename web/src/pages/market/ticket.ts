// What a ticket makes of what was typed: an order, or the field and rule that stop it.

import type { Book } from "../../data/book";
import { baseUnits } from "../../ops/amounts";
import { priceText } from "../../units/prices";
import type { Op } from "../../wallet/Signing";

const PRICE_DIGITS = 4;
const GRAM_DIGITS = 6;
const FILLS_MAX = 20n;
const TONNE = 1_000_000n;

export interface Typed {
  readonly side: "buy" | "sell";
  readonly kind: "limit" | "market";
  readonly price: string;
  readonly tonnes: string;
  readonly tif: "gtc" | "day" | "ioc";
}

export interface Terms {
  readonly key: string;
  readonly tick: string;
  readonly lot: string;
  readonly qtyMax: string;
  readonly protectMaxBp: number;
}

export type Wrong = { readonly field: "price" | "tonnes"; readonly rule: string };

/** The order, or the first thing that is wrong with it; amounts of the op are base units. */
export function orderOf(typed: Typed, terms: Terms): Op | Wrong {
  const isMarket = typed.kind === "market";
  const price = isMarket ? null : baseUnits(typed.price, PRICE_DIGITS);
  if (!isMarket && (price === null || price === 0n)) return { field: "price", rule: "number" };
  if (price !== null && price % BigInt(terms.tick) !== 0n) return { field: "price", rule: "tick" };
  const qty = baseUnits(typed.tonnes, GRAM_DIGITS);
  if (qty === null || qty === 0n) return { field: "tonnes", rule: "number" };
  if (qty % BigInt(terms.lot) !== 0n) return { field: "tonnes", rule: "lot" };
  if (qty > BigInt(terms.qtyMax)) return { field: "tonnes", rule: "most" };
  return {
    op: "market.place_order",
    instrument: terms.key,
    side: typed.side,
    kind: typed.kind,
    qty,
    price,
    trigger: null,
    protect_bp: isMarket ? BigInt(terms.protectMaxBp) : null,
    tif: isMarket ? "ioc" : typed.tif,
    expires: null,
    post_only: false,
    display: null,
    stp: "cancel_taker",
    fills_max: FILLS_MAX,
    client_id: null,
    via: null,
  };
}

/** Whether what a ticket made is an order. */
export function isOrder(made: Op | Wrong): made is Op {
  return "op" in made;
}

/** The best price that a side can take, in base units; undefined when nobody offers one. */
export function bestFor(side: Typed["side"], book: Book | null): number | undefined {
  return (side === "buy" ? book?.asks : book?.bids)?.[0]?.[0];
}

/** That price as one would type it; empty when there is none. */
export function offeredFor(side: Typed["side"], book: Book | null, digits: number): string {
  const price = bestFor(side, book);
  return price === undefined ? "" : priceText(price, digits);
}

/** What an order costs before fees, in money base units: floor, as the ledger counts. */
export function notional(price: bigint, grams: bigint): bigint {
  return (price * grams) / TONNE;
}

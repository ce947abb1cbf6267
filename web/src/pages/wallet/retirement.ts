// One transaction that retires tonnes: what its certificate says, what it hides, and, where the
// tonnes are bought, the order before it. Both operations succeed or neither does.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Op } from "../../wallet/body";
import { encode, type Fields } from "../../wallet/json";

export const GRAMS = 1_000_000n;
const PART_GRAMS = 1_000n;
const PARTS_MAX = 20;
const FILLS_MAX = 40n;
const SLIP_BP = 100n;
const BP = 10_000n;
const FEE_PPM = 500n;
const PPM = 1_000_000n;
const TAG = utf8ToBytes("ctn/pii/1\n");

export type Privacy = "public" | "name_hidden" | "sealed";

/** What the certificate is to say; empty texts are absent. */
export interface Claim {
  readonly name: string;
  readonly account: string | null;
  readonly country: string;
  readonly purpose: string | null;
  readonly message: string;
  readonly start: string;
  readonly end: string;
  readonly privacy: Privacy;
}

/** Tonnes to retire: of the market in grams, or held serials. */
export interface Lot {
  readonly batch: string;
  readonly grams: bigint;
  readonly parts: readonly (readonly [bigint, bigint])[];
}

/** A retirement, and the opening that its owner must keep when something is hidden. */
export interface Retirement {
  readonly op: Op;
  readonly opening: { readonly salt: string; readonly fields: Fields } | null;
}

/** The level of a book: price per tonne and grams on offer. */
export type Level = readonly [price: bigint, grams: bigint];

/** What a purchase takes from a book; `short` is what the book does not have. */
export interface Purchase {
  readonly limit: bigint;
  readonly cost: bigint;
  readonly short: bigint;
}

/** The fields that a certificate can hide, as `registry.reveal` will want them. */
export function openingOf(claim: Claim): Fields {
  const { name, account, country, purpose, message, start, end } = claim;
  return {
    beneficiary: name === "" ? null : { name, lei: null, account, country },
    on_behalf_of: "",
    purpose,
    message,
    period_start: start === "" ? null : start,
    period_end: end === "" ? null : end,
  };
}

/** SHA-256 of tag, salt and the hidden fields in canonical JSON (registry.md 8). */
export function commitmentOf(opening: Fields, privacy: Privacy, salt: string): string {
  const { beneficiary = null, on_behalf_of = "" } = opening;
  const hidden: Fields = privacy === "sealed" ? opening : { beneficiary, on_behalf_of };
  return bytesToHex(sha256(concatBytes(TAG, hexToBytes(salt), utf8ToBytes(encode(hidden)))));
}

/** The operation that retires a lot; `salt` is 32 random bytes in hex. */
export function retire(lot: Lot, claim: Claim, salt: string): Retirement {
  const opening = openingOf(claim);
  const isHidden = claim.privacy !== "public";
  const isHeld = lot.parts.length > 0;
  const op: Op = {
    op: "registry.retire",
    batch: lot.batch,
    source: isHeld ? "held" : "market",
    parts: lot.parts.map(([first, last]) => [first, last]),
    grams: isHeld ? 0n : lot.grams,
    ...visible(opening, claim.privacy),
    use: "voluntary",
    country: claim.country,
    privacy: claim.privacy,
    commitment: isHidden ? commitmentOf(opening, claim.privacy, salt) : null,
    envelope: null,
  };
  return { op, opening: isHidden ? { salt, fields: opening } : null };
}

/** The order that buys what is then retired: what it does not get at once, it does not wait for. */
export function buy(instrument: string, grams: bigint, limit: bigint): Op {
  return {
    op: "market.place_order",
    instrument,
    side: "buy",
    kind: "limit",
    qty: grams,
    price: limit,
    trigger: null,
    protect_bp: null,
    tif: "ioc",
    expires: null,
    post_only: false,
    display: null,
    stp: "cancel_taker",
    fills_max: FILLS_MAX,
    client_id: null,
    via: null,
  };
}

/** What buying so many grams costs at most: the limit leaves 1 % for prices that move. */
export function purchase(
  asks: readonly Level[],
  grams: bigint,
  tick: bigint,
  high: bigint,
): Purchase {
  let left = grams;
  let worst = 0n;
  for (const [price, offered] of asks) {
    if (left <= 0n) break;
    worst = price;
    left -= offered;
  }
  // Up to a tick: the buyer allows a little more rather than miss by a rounding.
  const slipped = roundUp((worst * (BP + SLIP_BP)) / BP, tick);
  const limit = slipped > high ? high : slipped;
  const notional = ceilDivide(limit * grams, GRAMS);
  return {
    limit,
    cost: notional + ceilDivide(notional * FEE_PPM, PPM),
    short: left > 0n ? left : 0n,
  };
}

/** The lowest held serials that make so many tonnes, in at most 20 parts, or null. */
export function partsOf(
  held: readonly (readonly [bigint, bigint])[],
  tonnes: bigint,
): [bigint, bigint][] | null {
  const parts: [bigint, bigint][] = [];
  let left = tonnes;
  for (const [first, last] of held) {
    if (left === 0n || parts.length === PARTS_MAX) break;
    const size = last - first + 1n;
    const taken = size < left ? size : left;
    parts.push([first, first + taken - 1n]);
    left -= taken;
  }
  return left === 0n && parts.length > 0 ? parts : null;
}

/** Whether grams can be retired from the market: whole thousands. */
export function isWhole(grams: bigint): boolean {
  return grams > 0n && grams % PART_GRAMS === 0n;
}

function visible(opening: Fields, privacy: Privacy): Fields {
  if (privacy === "public") return opening;
  if (privacy === "name_hidden") return { ...opening, beneficiary: null, on_behalf_of: "" };
  return {
    beneficiary: null,
    on_behalf_of: "",
    purpose: null,
    message: "",
    period_start: null,
    period_end: null,
  };
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

function roundUp(value: bigint, step: bigint): bigint {
  return ceilDivide(value, step) * step;
}

// A shared account before it is opened: its keys, and how many of them each level needs. The
// ledger decides; this tells it beforehand (engine.md 3.4).

import type { Op } from "../../wallet/body";
import type { Receipt } from "../../wallet/door";
import { schemeOf } from "../../wallet/envelope";

export const KEYS_LEAST = 2;
export const KEYS_MOST = 16;
export const LEVELS = ["low", "medium", "high"] as const;
export type Level = (typeof LEVELS)[number];
export type Needed = Readonly<Record<Level, number>>;

const OPENED = "accounts.MultisigOpened";

/** The keys of a text, in hex, whatever separates them. */
export function keysOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,，;；]+/)
    .filter((part) => part !== "");
}

/** The rule that keys and thresholds break; null when they are sound. */
export function openingFault(keys: readonly string[], needed: Needed): string | null {
  if (!keys.every((key) => schemeOf(key) !== null)) return "key";
  if (new Set(keys).size !== keys.length) return "twice";
  if (keys.length < KEYS_LEAST || keys.length > KEYS_MOST) return "count";
  const { low, medium, high } = needed;
  const isRising = low >= 1 && low <= medium && medium <= high && high <= keys.length;
  return isRising ? null : "rising";
}

/** The operation that opens an account in which each key has the weight 1. */
export function openingOp(keys: readonly string[], needed: Needed): Op {
  return {
    op: "accounts.open_multisig",
    signers: keys.map((key) => ({ scheme: BigInt(schemeOf(key) ?? 0), key, weight: 1n })),
    thresholds: {
      low: BigInt(needed.low),
      medium: BigInt(needed.medium),
      high: BigInt(needed.high),
    },
  };
}

/** The address that a receipt says was opened; null when none was. */
export function openedBy({ events }: Receipt): string | null {
  const found = events.find(({ event }) => event === OPENED);
  return typeof found?.["address"] === "string" ? found["address"] : null;
}

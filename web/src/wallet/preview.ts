// What a transaction would do, and what to be warned of before it is signed (thallo.md 10.3).

import type { Op } from "./body";
import type { Holdings, Receipt } from "./door";
import type { Json } from "./json";

/** A balance before and after, of the account that signs. */
export interface Change {
  readonly asset: string;
  readonly before: bigint;
  readonly after: bigint;
}

export type WarningCode =
  | "new_recipient"
  | "holding_recipient"
  | "price_worse"
  | "irreversible"
  | "right_given"
  | "frozen"
  | "over_limit"
  | "simulation_refused"
  | "no_simulation"
  | "high_threshold"
  | "overtakes";

export interface Warning {
  readonly code: WarningCode;
  readonly op: number | null;
  readonly subject: string;
}

/** What is known of the world that the operations meet. */
export interface Surroundings {
  readonly account: string;
  readonly known: ReadonlySet<string>;
  readonly lasts: ReadonlyMap<string, bigint | null>;
  readonly trial: Receipt | null;
  readonly isHigh: boolean;
}

const WORSE_PER_CENT = 5n;
export const FINAL = ["registry.retire", "registry.cancel", "registry.reveal"];
export const RIGHTS = ["accounts.set_signers", "accounts.sponsor", "identity.appoint"];
const FROZEN = ["AccountFrozen", "Frozen", "BatchFrozen", "BatchImpaired", "ScopeFrozen"];
const LIMITS = ["TooManyOrders", "IssueLimit"];
const RECIPIENTS = ["to", "account", "subject", "address"];

/** The balances that a trial changes, in the order of their assets. */
export function changes(account: string, holdings: Holdings, trial: Receipt): Change[] {
  const deltas = new Map<string, bigint>();
  for (const { asset, source, target, amount } of trial.moves) {
    const more = (target === account ? amount : 0n) - (source === account ? amount : 0n);
    if (more !== 0n) deltas.set(asset, (deltas.get(asset) ?? 0n) + more);
  }
  return [...deltas.keys()].sort().map((asset) => {
    const before = holdings.balances.get(asset) ?? 0n;
    return { asset, before, after: before + (deltas.get(asset) ?? 0n) };
  });
}

/** What an operation should be thought about twice for. */
export function warnings(ops: readonly Op[], around: Surroundings): Warning[] {
  const found = ops.flatMap((op, place) => ofOne(op, place, around));
  const { trial, isHigh } = around;
  if (trial === null) found.push({ code: "no_simulation", op: null, subject: "" });
  if (trial !== null && trial.status !== "applied") {
    const name = trial.refusal ?? trial.status;
    const last = name.slice(name.lastIndexOf(".") + 1);
    const code = FROZEN.includes(last)
      ? "frozen"
      : LIMITS.includes(last)
        ? "over_limit"
        : "simulation_refused";
    found.push({ code, op: trial.op === null ? null : Number(trial.op), subject: name });
  }
  if (isHigh) found.push({ code: "high_threshold", op: null, subject: "" });
  return found;
}

/** The instruments whose last price the warnings need. */
export function instrumentsOf(ops: readonly Op[]): string[] {
  const named = ops.filter(({ op, price }) => op === "market.place_order" && price !== null);
  return [...new Set(named.map((op) => String(op["instrument"])))];
}

/** The accounts that receive something or are given a right. */
export function recipientsOf(ops: readonly Op[]): string[] {
  return [
    ...new Set(ops.flatMap((op) => RECIPIENTS.map((name) => op[name] ?? null)).filter(isText)),
  ];
}

function ofOne(op: Op, place: number, around: Surroundings): Warning[] {
  const found: Warning[] = [];
  const note = (code: WarningCode, subject = "") => found.push({ code, op: place, subject });
  for (const name of recipientsOf([op])) {
    if (name === around.account) continue;
    if (name.includes(":")) note("holding_recipient", name);
    else if (!around.known.has(name)) note("new_recipient", name);
  }
  if (FINAL.includes(op.op)) note("irreversible");
  if (RIGHTS.includes(op.op)) note("right_given");
  const last = around.lasts.get(String(op["instrument"])) ?? null;
  if (op.op === "market.place_order" && last !== null && isWorse(op, last)) note("price_worse");
  return found;
}

/** Whether an order may trade more than 5 % worse than the last trade did. */
function isWorse(op: Op, last: bigint): boolean {
  const price = op["price"];
  if (typeof price !== "bigint") return false;
  return op["side"] === "buy"
    ? price * 100n > last * (100n + WORSE_PER_CENT)
    : price * 100n < last * (100n - WORSE_PER_CENT);
}

function isText(value: Json): value is string {
  return typeof value === "string" && value !== "";
}

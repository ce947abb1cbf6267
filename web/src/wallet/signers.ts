// Who signs for an account, and how much of it a transaction needs (engine.md 3.4, people.md 2).
// The ledger decides; this tells beforehand which signature is missing.

import { highest, OPS, type Threshold } from "../ops/declared";
import type { Op } from "./body";
import { readOne } from "./door";
import type { PublicKey } from "./envelope";
import { type Fields, isFields, type Json } from "./json";

const ORGANISATIONS = ["enterprise", "institution"];
const CANCEL = "accounts.cancel_pending";
const RECOVERY = "accounts.recover";
const APPROVERS_LEAST = 2;

export interface Signer extends PublicKey {
  readonly weight: number;
  /** What a limited signer counts for; null for everything. */
  readonly families: readonly string[] | null;
}

export type Thresholds = Readonly<Record<"low" | "medium" | "high", number>>;

/** The keys of an account and what they must reach together. */
export interface Authority {
  readonly signers: readonly Signer[];
  readonly thresholds: Thresholds;
  /** Distinct signers that medium and high operations of an organisation need; else 1. */
  readonly approvers: number;
  /** The numbers of recoveries that wait: to stop one is of the highest level. */
  readonly recoveries: readonly bigint[];
}

/** What signatures reach together, and how many more are needed at least. */
export interface Gathered {
  readonly weight: number;
  readonly needed: number;
  readonly approvers: number;
  readonly approversNeeded: number;
  /** Signatures that are there, whether they count or not. */
  readonly signed: number;
  readonly further: number;
  readonly isEnough: boolean;
}

/** The name of a signer among those of its account. */
export function signerId({ scheme, key }: PublicKey): string {
  return `${scheme}-${key}`;
}

/** Whether a signer's weight counts for operations; what any one signer may send binds none. */
export function doesCount(
  { families }: Signer,
  ops: readonly Op[],
  stopsRecovery = false,
): boolean {
  if (families === null) return true;
  return ops.every(({ op }) => {
    const rule = OPS[op];
    if (rule === undefined) return false;
    return (rule.threshold === "any" && !stopsRecovery) || families.includes(rule.family);
  });
}

/** The level of operations; stopping a recovery is of the highest, which only the state tells. */
export function levelOf(ops: readonly Op[], recoveries: readonly bigint[]): Threshold {
  return stopsRecovery(ops, recoveries) ? "high" : highest(ops.map(({ op }) => op));
}

function stopsRecovery(ops: readonly Op[], recoveries: readonly bigint[]): boolean {
  const isOne = (value: Json | undefined) => recoveries.some((one) => one === value);
  return ops.some(({ op, number }) => op === CANCEL && isOne(number));
}

/** What the signatures of some keys reach for operations of an account. */
export function gathered(
  authority: Authority,
  ops: readonly Op[],
  signed: ReadonlySet<string>,
): Gathered {
  const { signers, thresholds, recoveries } = authority;
  const level = levelOf(ops, recoveries);
  const needed = level === "any" ? 1 : thresholds[level];
  const approversNeeded = level === "medium" || level === "high" ? authority.approvers : 1;
  const stops = stopsRecovery(ops, recoveries);
  const counting = signers.filter((signer) => doesCount(signer, ops, stops));
  const there = counting.filter((signer) => signed.has(signerId(signer)));
  const weight = sumOf(there);
  const isEnough = weight >= needed && there.length >= approversNeeded;
  // The heaviest first: so no other choice needs fewer of them.
  const missing = counting
    .filter((signer) => !signed.has(signerId(signer)))
    .map((signer) => signer.weight)
    .sort((left, right) => right - left);
  let [further, reached] = [0, weight];
  while (reached < needed || there.length + further < approversNeeded) {
    const next = missing[further];
    if (next === undefined) break;
    reached += next;
    further += 1;
  }
  const count = signers.filter((signer) => signed.has(signerId(signer))).length;
  return {
    weight, needed, approvers: there.length, approversNeeded, signed: count, further, isEnough,
  };
}

/** Who signs for an account of several keys: its limits, its organisation, what waits. */
export async function readAuthority(account: string, stored: Json): Promise<Authority | null> {
  const { signers } = signersOf(stored, []);
  if (signers.length < 2) return null;
  const [found, rights, params] = await Promise.all([
    readOne(`/accounts/${account}/protection`),
    readOne(`/accounts/${account}/permissions`),
    readOne("/params"),
  ]);
  const known = signersOf(stored, rows(found["limited_signers"]));
  const kind = isFields(rights["guard"]) ? rights["guard"]["kind"] : null;
  const least = rows(params["items"]).find((row) => row["name"] === "enterprise_min_approvers");
  const waiting = rows(found["pending"]).filter((row) => row["op"] === RECOVERY);
  return {
    signers: known.signers,
    thresholds: known.thresholds ?? { low: 1, medium: 1, high: 1 },
    approvers: ORGANISATIONS.includes(String(kind))
      ? approversOf(Number(least?.["value"] ?? APPROVERS_LEAST), known.signers)
      : 1,
    recoveries: waiting.map((row) => BigInt(String(row["number"]))),
  };
}

/** Where more are asked for than an account has, all unlimited signers approve, at least two. */
function approversOf(least: number, signers: readonly Signer[]): number {
  const unlimited = signers.filter(({ families }) => families === null).length;
  return Math.min(least, Math.max(APPROVERS_LEAST, unlimited));
}

/** The keys of a stored account with their limits; none before it has signed. */
export function signersOf(
  stored: Json,
  limited: readonly Fields[],
): { readonly signers: readonly Signer[]; readonly thresholds: Thresholds | null } {
  if (!isFields(stored)) return { signers: [], thresholds: null };
  const known = isFields(stored["thresholds"]) ? stored["thresholds"] : {};
  return {
    signers: rows(stored["signers"]).map((row) => ({
      scheme: Number(row["scheme"]),
      key: String(row["key"]),
      weight: Number(row["weight"]),
      families:
        limited
          .filter((one) => one["key"] === row["key"] && one["scheme"] === row["scheme"])
          .map((one) => texts(one["families"]))[0] ?? null,
    })),
    thresholds: {
      low: Number(known["low"]),
      medium: Number(known["medium"]),
      high: Number(known["high"]),
    },
  };
}

/** The objects of a list. */
export function rows(value: Json | undefined): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** The texts of a list. */
export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function sumOf(signers: readonly Signer[]): number {
  return signers.reduce((sum, { weight }) => sum + weight, 0);
}

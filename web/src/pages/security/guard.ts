// How an account is protected, as it is read and as it would be: which change tightens, so acts at
// once, and which loosens, so waits (people.md 2.6). The ledger decides; this tells it beforehand.

import { isAddress } from "../../wallet/address";
import { readOne } from "../../wallet/door";
import { type Fields, isFields } from "../../wallet/json";
import type { Op } from "../../wallet/body";
import { rows, type Signer, signersOf, texts, type Thresholds } from "../../wallet/signers";

const GUARDIANS_LEAST = 2;
const GUARDIANS_MOST = 9;

export interface Limit {
  readonly asset: string;
  readonly per_day: bigint;
}

export interface Guard {
  readonly trusted_only: boolean;
  readonly limits: readonly Limit[];
  readonly guardians: readonly string[];
  readonly guardian_threshold: number;
}

export interface Waiting {
  readonly number: bigint;
  readonly op: Op;
  readonly requested: number;
  readonly effective: number;
  /** A recovery that its owner can no longer stop. */
  readonly isFinal: boolean;
}

export interface Security {
  readonly guard: Guard;
  readonly lockedBy: string | null;
  readonly lockedSince: number;
  readonly waiting: readonly Waiting[];
  readonly trusted: readonly { readonly address: string; readonly since: number }[];
  /** None before the account has signed for the first time: its one key signs then. */
  readonly signers: readonly Signer[];
  readonly thresholds: Thresholds | null;
  readonly votes: readonly { readonly guardian: string; readonly time: number }[];
  /** How long what loosens waits, and a recovery, in ms. */
  readonly delay: number;
  readonly recoveryDelay: number;
}

/** Everything about the protection of an account. */
export async function readSecurity(account: string): Promise<Security> {
  const [found, stored, rights, params] = await Promise.all([
    readOne(`/accounts/${account}/protection`),
    readOne(`/accounts/${account}`),
    readOne(`/accounts/${account}/permissions`),
    readOne("/params"),
  ]);
  const values = new Map(rows(params["items"]).map((row) => [row["name"], row["value"] ?? null]));
  const attested = isFields(rights["guard"]) ? rights["guard"]["kind"] : null;
  const isOrganisation = attested === "enterprise" || attested === "institution";
  const delay = values.get(isOrganisation ? "enterprise_delay" : "person_delay");
  return {
    guard: guardOf(found),
    lockedBy: typeof found["locked_by"] === "string" ? found["locked_by"] : null,
    lockedSince: Number(found["locked_since"] ?? 0),
    waiting: rows(found["pending"]).map((row) => waitingOf(row, account)),
    trusted: rows(found["trusted"]).map((row) => ({
      address: String(row["address"]),
      since: Number(row["since"]),
    })),
    ...signersOf(stored["account"] ?? null, rows(found["limited_signers"])),
    votes: rows(found["recovery_votes"]).map((row) => ({
      guardian: String(row["guardian"]),
      time: Number(row["time"]),
    })),
    delay: Number(delay ?? 0),
    recoveryDelay: Number(values.get("recovery_delay") ?? 0),
  };
}

/** Whether one key alone stands between the account and whoever takes it. */
export function isBare(security: Security): boolean {
  return security.signers.length <= 1 && security.guard.guardians.length === 0;
}

/** In what a guard would be weaker than it is; nothing when it only tightens. */
export function loosened(before: Guard, after: Guard): ("open" | "limits" | "guardians")[] {
  const kept = new Map(after.limits.map(({ asset, per_day }) => [asset, per_day]));
  const raises = before.limits.some(({ asset, per_day }) => {
    const now = kept.get(asset);
    return now === undefined || now > per_day;
  });
  const others =
    before.guardian_threshold !== after.guardian_threshold ||
    [...before.guardians].sort().join() !== [...after.guardians].sort().join();
  return [
    ...(before.trusted_only && !after.trusted_only ? (["open"] as const) : []),
    ...(raises ? (["limits"] as const) : []),
    ...(others ? (["guardians"] as const) : []),
  ];
}

/** The rule that a guard breaks; null when it is sound. */
export function guardFault(guard: Guard, account: string): string | null {
  const { limits, guardians, guardian_threshold: threshold } = guard;
  if (new Set(limits.map(({ asset }) => asset)).size !== limits.length) return "oneLimit";
  if (!guardians.every(isAddress)) return "address";
  if (new Set(guardians).size !== guardians.length) return "distinct";
  if (guardians.includes(account)) return "others";
  if (guardians.length === 0) return threshold === 0 ? null : "noThreshold";
  if (guardians.length < GUARDIANS_LEAST || guardians.length > GUARDIANS_MOST) return "count";
  const isQuorum =
    threshold >= GUARDIANS_LEAST &&
    threshold <= guardians.length &&
    2 * threshold > guardians.length;
  return isQuorum ? null : "quorum";
}

/** Whether a signer would count for more than it does; null is for everything. */
export function widens(
  before: readonly string[] | null,
  after: readonly string[] | null,
): boolean {
  if (before === null) return false;
  return after === null || after.some((family) => !before.includes(family));
}

function guardOf(found: Fields): Guard {
  return {
    trusted_only: found["trusted_only"] === true,
    limits: rows(found["limits"]).map((row) => ({
      asset: String(row["asset"]),
      per_day: BigInt(String(row["per_day"])),
    })),
    guardians: texts(found["guardians"]),
    guardian_threshold: Number(found["guardian_threshold"]),
  };
}

function waitingOf(row: Fields, account: string): Waiting {
  const { is_final: isFinal, ...change } = isFields(row["change"]) ? row["change"] : {};
  const tag = String(row["op"]);
  // A recovery is kept without the account that it is of.
  const whose = tag === "accounts.recover" ? { account } : {};
  const op: Op = { ...change, ...whose, op: tag };
  return {
    number: BigInt(String(row["number"])),
    op,
    requested: Number(row["requested"]),
    effective: Number(row["effective"]),
    isFinal: isFinal === true,
  };
}

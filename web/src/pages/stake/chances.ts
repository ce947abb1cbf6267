// What a reader can do about a proof of reduction, and what stands in the way of it.

import { DAY_MS } from "./filing";
import type { Cpoe } from "./shapes";

export const WAIT_MS = 30 * DAY_MS;
export type Act = "attest" | "challenge" | "rule";
export type Hindrance =
  | "over" | "noWallet" | "own" | "notVerifier" | "otherVerifier" | "notAttested" | "notMember";

/** Who reads: nobody has an account, duties are as of now, members those of the council. */
export interface Reader {
  readonly account: string | null;
  readonly roles: readonly string[];
  /** The class that the reader verifies, "" for every one; null for no verifier. */
  readonly verifies: string | null;
  readonly isMember: boolean;
}

export interface Chance {
  readonly act: Act;
  readonly hindrance: Hindrance | null;
}

/** What may be done about a record in its state at a time in ms, with what keeps the reader off. */
export function chances(record: Cpoe, reader: Reader, now: number): Chance[] {
  const found: Chance[] = [];
  if (record.status === "filed") {
    found.push({ act: "attest", hindrance: attestHindrance(record, reader, now) });
  }
  if (record.status === "attested") {
    found.push({ act: "challenge", hindrance: challengeHindrance(record, reader, now) });
  }
  if (["attested", "challenged", "valid"].includes(record.status)) {
    found.push({ act: "rule", hindrance: memberHindrance(reader) });
  }
  return found;
}

/** What keeps a reader from deciding with the council. */
export function memberHindrance({ account, isMember }: Reader): Hindrance | null {
  if (account === null) return "noWallet";
  return isMember ? null : "notMember";
}

function attestHindrance(record: Cpoe, reader: Reader, now: number): Hindrance | null {
  if (record.filed + WAIT_MS <= now) return "over";
  if (reader.account === null) return "noWallet";
  if (record.owner === reader.account) return "own";
  const scope = record.project.split("-")[0];
  const verifies = reader.verifies;
  if (verifies === null || (verifies !== "" && verifies !== scope)) return "notVerifier";
  return record.verifier === reader.account ? null : "otherVerifier";
}

function challengeHindrance(record: Cpoe, reader: Reader, now: number): Hindrance | null {
  if ((record.attested ?? 0) + WAIT_MS <= now) return "over";
  if (reader.account === null) return "noWallet";
  if (!reader.roles.includes("ordinary")) return "notAttested";
  return record.owner === reader.account ? "own" : null;
}

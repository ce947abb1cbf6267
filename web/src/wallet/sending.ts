// The way of one transaction: composed, tried, signed, handed in, followed to its receipt.

import { type Body, type Op, readBody, writeBody } from "./body";
import {
  type Answered,
  DoorRefused,
  type Head,
  type Holdings,
  readAccount,
  readHead,
  readLast,
  readTransaction,
  type Receipt,
  type Refusal,
  refusalOf,
  simulate,
  submit,
  Unreached,
} from "./door";
import { leastFee, unsigned } from "./envelope";
import { type Change, changes, instrumentsOf, type Warning, warnings } from "./preview";
import { readSent, type Sent, writeSent } from "./store";
import { hexToBytes } from "@noble/hashes/utils.js";

export const EXPIRES_AFTER = 1_000n;
const FOLLOW_TRIES = 30;
const FOLLOW_MS = 2_000;

/** What became of what a page asked to have signed. */
export type Outcome =
  | { readonly status: "declined" }
  | {
      readonly status: "applied";
      readonly id: string;
      readonly height: bigint;
      readonly receipt: Receipt;
    }
  | {
      readonly status: "refused";
      readonly id: string;
      readonly refusal: Refusal;
      readonly receipt: Receipt | null;
    }
  | { readonly status: "pending" | "unreached" | "broken"; readonly id: string };

/** A body that is ready to be read by its signer, and what it would do. */
export interface Prepared {
  readonly body: Body;
  readonly head: Head;
  readonly trial: Receipt | null;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
}

/** Writes the body of operations, tries it, and collects what its signer must know. */
export async function prepare(
  account: string,
  key: string,
  ops: readonly Op[],
  memo: string,
): Promise<Prepared> {
  const [head, holdings] = await Promise.all([readHead(), readAccount(account)]);
  const body = compose({ account, head, holdings, ops, memo });
  const [trial, lasts, known] = await Promise.all([
    tried(unsigned(body.text, hexToBytes(key))),
    lastsOf(ops),
    knownTo(account),
  ]);
  const around = { account, known, lasts, trial, isHigh: body.threshold === "high" };
  return {
    body,
    head,
    trial,
    changes: trial?.status === "applied" ? changes(account, holdings, trial) : [],
    warnings: warnings(ops, around),
  };
}

interface Composing {
  readonly account: string;
  readonly head: Head;
  readonly holdings: Holdings;
  readonly ops: readonly Op[];
  readonly memo: string;
}

/** The body with the least fee; read back by the rule that shows and signs it. */
export function compose({ account, head, holdings, ops, memo }: Composing): Body {
  let amount = 0n;
  for (;;) {
    const text = writeBody({
      chain: head.chain,
      sender: account,
      sequence: holdings.sequence,
      expires: head.height + EXPIRES_AFTER,
      fee: { amount, payer: null },
      memo,
      ops,
    });
    // A longer number can make a longer envelope, never a shorter one, so this ends.
    const least = leastFee(ops, text);
    if (least <= amount) return readBody(text);
    amount = least;
  }
}

/** Hands in an envelope and follows it to its receipt; the drawer keeps what became of it. */
export async function send(sent: Sent): Promise<Outcome> {
  await writeSent(sent);
  let outcome: Outcome;
  try {
    outcome = outcomeOf(sent.id, await followed(sent.id, await submit(sent.envelope)));
  } catch (error) {
    outcome = failed(sent.id, error);
  }
  await writeSent(noted(sent, outcome));
  return outcome;
}

/** What a drawer row says after an outcome. */
export function noted(sent: Sent, outcome: Outcome): Sent {
  switch (outcome.status) {
    case "declined":
      return sent;
    case "applied":
      return { ...sent, status: "applied", height: outcome.height.toString(), refusal: null };
    case "refused": {
      const { module, code } = outcome.refusal;
      const height = outcome.receipt?.height.toString() ?? null;
      return { ...sent, status: "refused", height, refusal: `${module}.${code}` };
    }
    default:
      return { ...sent, status: outcome.status };
  }
}

async function followed(id: string, first: Answered): Promise<Answered> {
  let answer = first;
  for (let tries = 0; answer.status === "pending" && tries < FOLLOW_TRIES; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    answer = await readTransaction(id);
  }
  return answer;
}

function outcomeOf(id: string, { status, receipt }: Answered): Outcome {
  if (status === "pending" || receipt === null) return { status: "pending", id };
  if (status === "applied") return { status, id, height: receipt.height, receipt };
  if (status === "broken") return { status, id };
  return { status: "refused", id, refusal: refusalOf(receipt), receipt };
}

function failed(id: string, error: unknown): Outcome {
  if (error instanceof Unreached) return { status: "unreached", id };
  if (!(error instanceof DoorRefused)) throw error;
  // The doors' own faults say nothing about the transaction, which can be offered again.
  if (error.status >= 500 || error.status === 429) return { status: "unreached", id };
  return { status: "refused", id, refusal: error.refusal, receipt: null };
}

async function tried(envelope: string): Promise<Receipt | null> {
  try {
    return await simulate(envelope);
  } catch (error) {
    if (error instanceof DoorRefused && isVerdict(error)) return refusedTrial(error);
    if (error instanceof DoorRefused || error instanceof Unreached) return null;
    throw error;
  }
}

/** Whether the ledger said no; a door that has no time, or takes less work in a trial, did not. */
function isVerdict({ refusal }: DoorRefused): boolean {
  return refusal.module !== "door" && refusal.code !== "TooMuchWork";
}

/** A trial that a check before admission ended: nothing would be charged. */
function refusedTrial({ refusal }: DoorRefused): Receipt {
  return {
    tx: "",
    height: 0n,
    status: "not_admitted",
    refusal: `${refusal.module}.${refusal.code}`,
    op: null,
    facts: refusal.facts,
    fee: null,
    moves: [],
    events: [],
  };
}

async function lastsOf(ops: readonly Op[]): Promise<ReadonlyMap<string, bigint | null>> {
  const names = instrumentsOf(ops);
  const lasts = await Promise.all(names.map((name) => readLast(name).catch(() => null)));
  return new Map(names.map((name, place) => [name, lasts[place] ?? null]));
}

/** The addresses that this account has sent to from this browser, and was not refused. */
async function knownTo(account: string): Promise<ReadonlySet<string>> {
  const rows = await readSent().catch((): Sent[] => []);
  const mine = rows.filter((row) => row.account === account && row.status === "applied");
  return new Set(mine.flatMap(({ body }) => body.match(/ctn1[a-z0-9]{38}/g) ?? []));
}

// What is to be signed, made ready to be read: a body composed or given, its trial, its warnings,
// and the part that this key has in the signatures it needs.

import { ED25519 } from "./address";
import { type Body, type Op, readBody, writeBody } from "./body";
import {
  DoorRefused,
  type Head,
  type Holdings,
  readAccount,
  readHead,
  readLast,
  type Receipt,
  simulate,
  Unreached,
} from "./door";
import { leastFee, type PublicKey, unsigned } from "./envelope";
import { type Change, changes, instrumentsOf, type Warning, warnings } from "./preview";
import { bodyOf, freeSequence, type Room, type RoomDoor, type RoomItem } from "./room";
import {
  type Authority,
  type Gathered,
  gathered,
  readAuthority,
  type Signer,
  signerId,
} from "./signers";
import { readSent, type Sent } from "./store";

export const EXPIRES_AFTER = 1_000n;
// What goes from signer to signer needs hours, as the command line gives it.
export const EXPIRES_SHARED = 100_000n;

/** Who signs now: the account acted for, the key of this wallet, the room of the account. */
export interface Actor {
  readonly account: string;
  readonly key: string;
  readonly room: RoomDoor;
}

/** What is to be signed: operations of a new body, or a body that waits in the room. */
export type Subject =
  | { readonly ops: readonly Op[]; readonly memo: string }
  | { readonly item: RoomItem };

/** The part that this key has in the signatures of an account of several. */
export interface Share {
  readonly isSigner: boolean;
  /** Whether the room is open to this key: it is to unlimited signers. */
  readonly canEnter: boolean;
  /** False for a limited signer that does not count for these operations. */
  readonly doesCount: boolean;
  /** Which signature this is, and how many there must be at least. */
  readonly signature: number;
  readonly of: number;
  /** Whether nothing is missing with this one. */
  readonly isEnough: boolean;
  /** How many transactions must go before, as they wait in the room. */
  readonly behind: number;
}

/** A body that is ready to be read by its signer, and what it would do. */
export interface Prepared {
  readonly body: Body;
  readonly head: Head;
  readonly trial: Receipt | null;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
  /** Null for an account that one key alone signs for. */
  readonly share: Share | null;
  readonly goesToRoom: boolean;
}

interface Found {
  readonly head: Head;
  readonly holdings: Holdings;
  readonly authority: Authority | null;
  readonly room: Room | null;
}

/** Writes or reads the body, tries it, and collects what its signer must know. */
export async function prepare(actor: Actor, subject: Subject): Promise<Prepared> {
  const { account } = actor;
  const [head, holdings] = await Promise.all([readHead(), readAccount(account)]);
  const authority = await readAuthority(account, holdings.stored);
  const canEnter = authority !== null && signerOf(authority, actor.key)?.families === null;
  const isAlone = !("item" in subject) && isEnough(authority, actor, subject.ops);
  const room = canEnter ? await waitingOf(actor, isAlone) : null;
  const found = { head, holdings, authority, room };
  const isGiven = "item" in subject;
  const body = isGiven ? bodyOf(subject.item) : composed(actor, found, subject);
  const signed = new Set(isGiven ? signedOf(subject.item) : []);
  const share = authority === null ? null : shareOf(authority, body, signed, actor.key, room);
  const keys = triers(authority, body, signed, actor.key);
  const [trial, lasts, known] = await Promise.all([
    tried(unsigned(trialText(body, holdings), keys)),
    lastsOf(body.ops),
    knownTo(account),
  ]);
  const around = { account, known, lasts, trial, isHigh: body.threshold === "high" };
  const overtaken = isGiven || share === null || !share.isEnough ? [] : overtakes(body, room);
  return {
    body,
    head,
    trial,
    changes: trial?.status === "applied" ? changes(account, holdings, trial) : [],
    warnings: [...warnings(body.ops, around), ...overtaken],
    share,
    goesToRoom: share !== null && (isGiven || !share.isEnough),
  };
}

/** Whether one key alone may have operations of an account done. */
function isEnough(authority: Authority | null, { key }: Actor, ops: readonly Op[]): boolean {
  if (authority === null) return true;
  return gathered(authority, ops, new Set([idOf(authority, key)])).isEnough;
}

/** What waits; what one key may do alone, such as a lock, never hangs on the room. */
async function waitingOf({ room }: Actor, isAlone: boolean): Promise<Room | null> {
  try {
    return await room.list();
  } catch (error) {
    if (isAlone) return null;
    throw error;
  }
}

function composed(
  actor: Actor,
  { head, holdings, authority, room }: Found,
  { ops, memo }: Extract<Subject, { ops: readonly Op[] }>,
): Body {
  const terms = { account: actor.account, head, holdings, ops, memo };
  if (authority === null) return compose(terms);
  const schemes = authority.signers.map(({ scheme }) => scheme);
  if (isEnough(authority, actor, ops)) return compose({ ...terms, schemes });
  // What waits comes first: two bodies with one sequence could never both be run.
  const sequence = freeSequence(holdings.sequence, room?.items ?? []);
  return compose({ ...terms, schemes, sequence, expiresAfter: EXPIRES_SHARED });
}

interface Composing {
  readonly account: string;
  readonly head: Head;
  readonly holdings: Holdings;
  readonly ops: readonly Op[];
  readonly memo: string;
  /** Of those who may sign; one Ed25519 key unless said. */
  readonly schemes?: readonly number[];
  readonly sequence?: bigint;
  readonly expiresAfter?: bigint;
}

/** The body with the least fee; read back by the rule that shows and signs it. */
export function compose(terms: Composing): Body {
  const { account, head, holdings, ops, memo, schemes = [ED25519] } = terms;
  let amount = 0n;
  for (;;) {
    const text = writeBody({
      chain: head.chain,
      sender: account,
      sequence: terms.sequence ?? holdings.sequence,
      expires: head.height + (terms.expiresAfter ?? EXPIRES_AFTER),
      fee: { amount, payer: null },
      memo,
      ops,
    });
    // A longer number can make a longer envelope, never a shorter one, so this ends.
    const least = leastFee(ops, text, schemes);
    if (least <= amount) return readBody(text);
    amount = least;
  }
}

/** The part of a key in what a body needs, beside signatures that are there. */
export function shareOf(
  authority: Authority,
  { ops, sequence }: Pick<Body, "ops" | "sequence">,
  signed: ReadonlySet<string>,
  key: string,
  room: Pick<Room, "items"> | null,
): Share {
  const own = idOf(authority, key);
  const signer = signerOf(authority, key);
  const before = gathered(authority, ops, signed);
  const after: Gathered = gathered(authority, ops, new Set([...signed, own]));
  const counted = before.approvers + (signed.has(own) ? 0 : 1);
  const waits = room?.items.filter((item) => item.sequence < sequence) ?? [];
  return {
    isSigner: signer !== undefined,
    canEnter: signer?.families === null,
    doesCount: signed.has(own) || after.approvers > before.approvers,
    signature: counted,
    of: after.approvers + after.further,
    isEnough: after.isEnough,
    behind: waits.length,
  };
}

/** The keys of a trial: those that signed and this one, or all while that is not enough. */
function triers(
  authority: Authority | null,
  { ops }: Body,
  signed: ReadonlySet<string>,
  key: string,
): readonly PublicKey[] {
  if (authority === null) return [{ scheme: ED25519, key }];
  const there = new Set([...signed, idOf(authority, key)]);
  if (!gathered(authority, ops, there).isEnough) return authority.signers;
  return authority.signers.filter((signer) => there.has(signerId(signer)));
}

/** The text of a trial: what waits behind others is tried as if they were done. */
function trialText(body: Body, { sequence }: Holdings): string {
  return body.sequence === sequence ? body.text : writeBody({ ...body, sequence });
}

/** What waits in the room and would lapse, since this body takes its sequence. */
function overtakes({ sequence }: Body, room: Room | null): Warning[] {
  const taken = room?.items.filter((item) => item.sequence === sequence) ?? [];
  return taken.map(() => ({ code: "overtakes", op: null, subject: "" }));
}

function signedOf({ signers }: RoomItem): string[] {
  return signers.filter(({ isSigned }) => isSigned).map(signerId);
}

function signerOf({ signers }: Authority, key: string): Signer | undefined {
  return signers.find((signer) => signer.key === key);
}

function idOf(authority: Authority, key: string): string {
  return signerId(signerOf(authority, key) ?? { scheme: ED25519, key });
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

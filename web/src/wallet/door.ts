// What the wallet asks of the platform: the head, an account, a trial, a submission. Answers are
// read with BigInt, since receipts hold amounts as JSON numbers.

import { settings } from "../app/settings";
import { faultOf, OFFLINE, Refused } from "../data/fault";
import { encode, type Fields, isFields, type Json, parse } from "./json";

const API = "/api/v1";
const ASK_MS = 15_000;
const COMMIT_MS = 40_000;

/** The ledger's or a door's no: its stable name, facts, and the public sentence. */
export interface Refusal {
  readonly module: string;
  readonly code: string;
  readonly sentence: string;
  readonly facts: Fields;
  readonly op: bigint | null;
}

/** The platform refused a request. */
export class DoorRefused extends Refused {
  constructor(
    readonly status: number,
    readonly refusal: Refusal,
  ) {
    const { module, code, sentence, facts } = refusal;
    super(faultOf({ module, code, detail: sentence, facts: plainOf(facts) }));
  }
}

/** The platform did not answer at all. */
export class Unreached extends Refused {
  constructor(cause: string) {
    super(OFFLINE);
    this.cause = cause;
  }
}

/** What moved from one account to another. */
export interface Move {
  readonly asset: string;
  readonly amount: bigint;
  readonly source: string;
  readonly target: string;
}

/** What became of a transaction, or would become of it. */
export interface Receipt {
  readonly tx: string;
  readonly height: bigint;
  readonly status: "applied" | "refused" | "broken" | "not_admitted";
  readonly refusal: string | null;
  readonly op: bigint | null;
  readonly facts: Fields;
  readonly fee: { readonly payer: string; readonly asset: string; readonly amount: bigint } | null;
  readonly moves: readonly Move[];
  readonly events: readonly Fields[];
}

export interface Head {
  readonly chain: string;
  readonly height: bigint;
  readonly time: bigint;
}

export interface Holdings {
  /** The account's record, with its signers; null before its first transaction. */
  readonly stored: Json;
  readonly sequence: bigint;
  readonly balances: ReadonlyMap<string, bigint>;
}

/** How a login is shown: its token, and whether its cookie goes and comes along. */
export interface Pass {
  readonly token?: string | null;
  readonly hasCookie?: boolean;
}

interface How extends Pass {
  readonly ms?: number;
}

export interface Answered {
  readonly status: Receipt["status"] | "pending";
  readonly receipt: Receipt | null;
}

/** The chain and its last block. */
export async function readHead(): Promise<Head> {
  const found = await ask("GET", "/status");
  return found as unknown as Head;
}

/** The next sequence of an address and all that it holds. */
export async function readAccount(address: string): Promise<Holdings> {
  const found = await ask("GET", `/accounts/${address}`);
  const rows = found["balances"] as Fields[];
  return {
    stored: found["account"] ?? null,
    sequence: found["sequence"] as bigint,
    balances: new Map(rows.map((row) => [String(row["asset"]), BigInt(String(row["amount"]))])),
  };
}

/** The price of the last trade of an instrument, null before the first. */
export async function readLast(instrument: string): Promise<bigint | null> {
  const found = await ask("GET", `/instruments/${encodeURIComponent(instrument)}/ticker`);
  const last = found["last_trade"] ?? null;
  return isFields(last) ? BigInt(String(last["price"])) : null;
}

/** Rows of a list resource. */
export async function readItems(path: string): Promise<Fields[]> {
  return (await ask("GET", path))["items"] as Fields[];
}

/** One resource. */
export function readOne(path: string): Promise<Fields> {
  return ask("GET", path);
}

/** What would become of an envelope in the next block; its signatures are not checked. */
export async function simulate(tx: string): Promise<Receipt> {
  return receiptOf((await ask("POST", "/simulate", { tx }))["receipt"] as Fields);
}

/** Hands in an envelope and waits for its block, at most half a minute; repeating it is safe. */
export async function submit(tx: string): Promise<Answered> {
  return answered(await ask("POST", "/transactions", { tx, wait: "commit" }, { ms: COMMIT_MS }));
}

/** Asks for what only a login may see: by its token, its cookie, or both. */
export function askAs(
  method: string,
  path: string,
  body: Json | undefined,
  by: Pass,
): Promise<Fields> {
  return ask(method, path, body, { ...by, ms: COMMIT_MS });
}

/** What became of a transaction that was handed in before. */
export async function readTransaction(id: string): Promise<Answered> {
  return answered(await ask("GET", `/transactions/${id}`));
}

/** Posts to a resource of ours. */
export function post(path: string, body: Json): Promise<Fields> {
  return ask("POST", path, body, { ms: COMMIT_MS });
}

/** A refusal of a receipt. */
export function refusalOf(receipt: Receipt): Refusal {
  const [module = "", code = ""] = (receipt.refusal ?? "").split(".");
  return { module, code, sentence: "", facts: receipt.facts, op: receipt.op };
}

async function ask(
  method: string,
  path: string,
  body?: Json,
  { ms = ASK_MS, token = null, hasCookie = false }: How = {},
): Promise<Fields> {
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-language": settings().language,
  };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(API + path, {
      method,
      headers,
      credentials: hasCookie ? "same-origin" : "omit",
      signal: AbortSignal.timeout(ms),
      ...(body === undefined ? {} : { body: encode(body) }),
    });
    text = await answer.text();
  } catch (error) {
    throw new Unreached(String(error));
  }
  let found: Json;
  try {
    found = parse(text);
  } catch {
    throw new Unreached(`no JSON (${answer.status})`);
  }
  if (!isFields(found)) throw new Unreached("no object");
  if (!answer.ok) throw new DoorRefused(answer.status, problemOf(found));
  return found;
}

function problemOf(found: Fields): Refusal {
  const facts = found["facts"];
  return {
    module: String(found["module"] ?? "door"),
    code: String(found["code"] ?? "failed"),
    sentence: String(found["detail"] ?? ""),
    facts: isFields(facts) ? facts : {},
    op: null,
  };
}

function plainOf(facts: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === "string" ? value : encode(value),
    ]),
  );
}

/** What an answer about a transaction says. */
export function answered(found: Fields): Answered {
  const receipt = found["receipt"];
  return {
    status: found["status"] as Answered["status"],
    receipt: isFields(receipt) ? receiptOf(receipt) : null,
  };
}

function receiptOf(found: Fields): Receipt {
  const moves = (found["moves"] as Json[]).map(moveOf);
  return { ...(found as unknown as Receipt), moves };
}

function moveOf(row: Json): Move {
  const [asset, source, target, amount] = row as [string, string, string, bigint];
  return { asset, source, target, amount };
}

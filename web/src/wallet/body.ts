// The body of a transaction: what the user reads is what is signed (engine.md 4.1). Everything that
// the dialog shows and the worker signs comes from `readBody`, so a text that it refuses is never
// shown and never signed.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { CARRIER, highest, OPS, type Schema, type Threshold } from "../ops/declared";
import { isAddress, isHolding } from "./address";
import { encode, type Fields, isFields, type Json, NotCanonical, parseCanonical } from "./json";
import { misfit, objectMisfit } from "./shape";
import { fits } from "./text";

export const OPS_MAX = 16;
export const MEMO_BYTES = 256;
const SIGN_TAG = utf8ToBytes("ctn/tx/1\n");
const HOLDING_MAX = 200;
const CHAIN = /^[a-z][a-z0-9-]{2,39}:[0-9a-f]{16}$/;

const COUNT: Schema = { type: "integer", minimum: 0 };
const OUTER: Readonly<Record<string, Schema>> = {
  chain: { type: "string", maxLength: 64 },
  sender: { type: "string" },
  sequence: COUNT,
  expires: COUNT,
  fee: {
    type: "object",
    properties: { amount: COUNT, payer: { anyOf: [{ type: "string" }, { type: "null" }] } },
  },
  memo: { type: "string" },
};

/** One operation: its tag in `op`, and every field of its class. */
export type Op = { op: string } & Fields;

/** A body that was read: the text, and what stands in it. */
export interface Body {
  readonly text: string;
  readonly id: string;
  readonly chain: string;
  readonly sender: string;
  readonly sequence: bigint;
  readonly expires: bigint;
  readonly fee: { readonly amount: bigint; readonly payer: string | null };
  readonly memo: string;
  readonly ops: readonly Op[];
  readonly threshold: Threshold;
}

/** A body that this page does not sign: the field and the rule. */
export class BodyRefused extends Error {}

/** Reads a canonical body; refuses whatever a node would refuse of its form. */
export function readBody(text: string): Body {
  let value: Json;
  try {
    value = parseCanonical(text);
  } catch (error) {
    if (error instanceof NotCanonical) throw new BodyRefused(error.message);
    throw error;
  }
  if (!isFields(value)) throw new BodyRefused("body: an object");
  const { ops, ...outer } = value;
  refuse(objectMisfit(outer, OUTER, "body"));
  const fields = outer as unknown as Omit<Body, "text" | "id" | "ops" | "threshold">;
  if (!CHAIN.test(fields.chain)) throw new BodyRefused("body.chain: name and 16 hex");
  if (!isAddress(fields.sender)) throw new BodyRefused("body.sender: an address");
  const payer = fields.fee.payer;
  if (payer !== null && !isAddress(payer)) throw new BodyRefused("body.fee.payer: an address");
  if (!fits(fields.memo, MEMO_BYTES)) throw new BodyRefused("body.memo: text of 256 bytes");
  const read = readOps(ops);
  return {
    ...fields,
    text,
    id: txId(text),
    ops: read,
    threshold: highest(read.map(({ op }) => op)),
  };
}

/** The canonical text of a body. */
export function writeBody(body: Omit<Body, "text" | "id" | "threshold">): string {
  const { chain, sender, sequence, expires, fee, memo, ops } = body;
  return encode({
    chain,
    sender,
    sequence,
    expires,
    memo,
    fee: { amount: fee.amount, payer: fee.payer },
    ops: [...ops],
  });
}

/** The id of a transaction: SHA-256 of its body in hex. */
export function txId(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The bytes that every signer signs. */
export function signBytesOf(text: string): Uint8Array {
  return concatBytes(SIGN_TAG, utf8ToBytes(text));
}

/** Says what is wrong with one operation; null when it fits its class. */
export function opMisfit(op: Json, at = "op"): string | null {
  if (!isFields(op) || typeof op["op"] !== "string") return `${at}: an operation`;
  const declared = Object.hasOwn(OPS, op["op"]) ? OPS[op["op"]] : undefined;
  if (declared === undefined) return `${at}: operation ${op["op"]} is not known here`;
  const properties: Record<string, Schema> = { op: { enum: [op["op"]] } };
  for (const field of declared.fields) properties[field.name] = field.schema;
  const fault = objectMisfit(op, properties, at);
  if (fault !== null) return fault;
  for (const { name, text } of declared.fields) {
    const found = text === null ? null : textMisfit(op[name] ?? null, text, `${at}.${name}`);
    if (found !== null) return found;
  }
  return op["op"] === CARRIER ? carriedMisfit(op["ops"], at) : null;
}

/** Says what is wrong with operations that another carries, which carry none themselves. */
function carriedMisfit(ops: Json | undefined, at: string): string | null {
  for (const [place, inner] of (Array.isArray(ops) ? ops : []).entries()) {
    const where = `${at}.ops[${place}]`;
    if (isFields(inner) && inner["op"] === CARRIER) return `${where}: carries others itself`;
    const fault = opMisfit(inner, where);
    if (fault !== null) return fault;
  }
  return null;
}

function readOps(value: Json | undefined): Op[] {
  const rule: Schema = { type: "array", minItems: 1, maxItems: OPS_MAX, items: { anyOf: [] } };
  if (!Array.isArray(value)) throw new BodyRefused("body.ops: a list");
  if (value.length === 0 || value.length > OPS_MAX) refuse(misfit([], rule, "body.ops"));
  for (const [place, op] of value.entries()) refuse(opMisfit(op, `ops[${place}]`));
  return value as Op[];
}

function textMisfit(value: Json, rule: string, at: string): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const faults = value.map((item, place) => textMisfit(item, rule, `${at}[${place}]`));
    return faults.find((fault) => fault !== null) ?? null;
  }
  if (typeof value !== "string") return null;
  if (rule === "account" && isHolding(value)) {
    return value.length <= HOLDING_MAX && /^[\x20-\x7e]*$/.test(value) ? null : `${at}: an account`;
  }
  if (rule === "account" || rule === "address")
    return isAddress(value) ? null : `${at}: an address`;
  return fits(value, Number(rule)) ? null : `${at}: text of ${rule} bytes`;
}

function refuse(fault: string | null): void {
  if (fault !== null) throw new BodyRefused(fault);
}

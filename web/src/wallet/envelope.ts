// The envelope: a body with its signatures, and the least fee that it must pay (engine.md 4).

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { OPS } from "../ops/declared";
import { ED25519 } from "./address";
import type { Op } from "./body";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const SIGNATURE_WORK = 60;

/** One Ed25519 signature of an envelope. */
export interface Signature {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** The envelope of a body and one signature, in standard base64. */
export function pack(text: string, { key, signature }: Signature): string {
  const body = utf8ToBytes(text);
  const head = new Uint8Array(5);
  head[0] = 1;
  new DataView(head.buffer).setUint32(1, body.length);
  const tail = Uint8Array.of(1, ED25519, KEY_BYTES);
  return base64.encode(
    concatBytes(head, body, tail, key, Uint8Array.of(0, SIGNATURE_BYTES), signature),
  );
}

/** The envelope of a body with an empty signature, for a trial: trials check none. */
export function unsigned(text: string, key: Uint8Array): string {
  return pack(text, { key, signature: new Uint8Array(SIGNATURE_BYTES) });
}

/** The most work that operations may do, by what their classes state. */
export function workOf(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + workOfOne(op), SIGNATURE_WORK);
}

/** The least fee of a body that one Ed25519 key signs, in units of the fee asset. */
export function leastFee(ops: readonly Op[], text: string): bigint {
  const bytes = 5 + utf8ToBytes(text).length + 3 + KEY_BYTES + 2 + SIGNATURE_BYTES;
  const paid = 10 * ops.length + 10 * Math.ceil(bytes / 1024);
  return BigInt(paid + 100 * Math.floor(workOf(ops) / 1000));
}

function workOfOne(op: Op): number {
  const rule = OPS[op.op]?.work;
  if (rule === undefined) throw new Error(`no work is stated for ${op.op}`);
  return Object.entries(rule.per).reduce((sum, [name, more]) => {
    const value = op[name] ?? null;
    const size = Array.isArray(value)
      ? value.length
      : typeof value === "bigint"
        ? Number(value)
        : 0;
    return sum + more * size;
  }, rule.base);
}

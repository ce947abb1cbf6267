// The envelope: a body with its signatures, and the least fee that it must pay (engine.md 4).

import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { OPS } from "../ops/declared";
import { ED25519 } from "./address";
import type { Op } from "./body";

const KEY_BYTES: Readonly<Record<number, number>> = { 1: 32, 2: 33 };
const SIGNATURE_BYTES = 64;
const SIGNATURE_WORK = 60;
const HEAD_BYTES = 6;
const LENGTH_BYTES = 4;

/** A public key: its scheme by number, its bytes in hex. */
export interface PublicKey {
  readonly scheme: number;
  readonly key: string;
}

/** One signature of an envelope. */
export interface Signature extends PublicKey {
  readonly signature: Uint8Array;
}

/** The envelope of a body and its signatures, in standard base64. */
export function pack(text: string, signatures: readonly Signature[]): string {
  const body = utf8ToBytes(text);
  const head = new Uint8Array(HEAD_BYTES - 1);
  head[0] = 1;
  new DataView(head.buffer).setUint32(1, body.length);
  const rows = [...signatures].sort(byKey).map(rowOf);
  return base64.encode(concatBytes(head, body, Uint8Array.of(rows.length), ...rows));
}

/** The envelope of a body with empty signatures, for a trial: trials check none. */
export function unsigned(text: string, keys: readonly PublicKey[]): string {
  const signature = new Uint8Array(SIGNATURE_BYTES);
  return pack(text, keys.map(({ scheme, key }) => ({ scheme, key, signature })));
}

/** The most work that operations and signatures may do, by what their classes state. */
export function workOf(ops: readonly Op[], signatures = 1): number {
  return ops.reduce((sum, op) => sum + workOfOne(op), SIGNATURE_WORK * signatures);
}

/** The least fee of a body that one key of each scheme signs, in units of the fee asset. */
export function leastFee(
  ops: readonly Op[],
  text: string,
  schemes: readonly number[] = [ED25519],
): bigint {
  const signed = schemes.reduce((sum, scheme) => sum + rowBytes(scheme), 0);
  const bytes = HEAD_BYTES + utf8ToBytes(text).length + signed;
  const paid = 10 * ops.length + 10 * Math.ceil(bytes / 1024);
  return BigInt(paid + 100 * Math.floor(workOf(ops, schemes.length) / 1000));
}

/** The scheme of a public key in hex, by its length; null when no scheme has such keys. */
export function schemeOf(key: string): number | null {
  if (!/^[0-9a-f]+$/.test(key)) return null;
  const found = Object.entries(KEY_BYTES).find(([, bytes]) => key.length === 2 * bytes);
  return found === undefined ? null : Number(found[0]);
}

function rowBytes(scheme: number): number {
  const bytes = KEY_BYTES[scheme];
  if (bytes === undefined) throw new Error(`no scheme ${scheme}`);
  return LENGTH_BYTES + bytes + SIGNATURE_BYTES;
}

function rowOf({ scheme, key, signature }: Signature): Uint8Array {
  const bytes = hexToBytes(key);
  const length = Uint8Array.of(0, signature.length);
  return concatBytes(Uint8Array.of(scheme, bytes.length), bytes, length, signature);
}

/** Signatures stand by scheme and key, so that one set of them has one envelope. */
function byKey(left: PublicKey, right: PublicKey): number {
  if (left.scheme !== right.scheme) return left.scheme - right.scheme;
  return left.key < right.key ? -1 : 1;
}

/** A signature as an envelope takes it. */
export function signatureOf(key: Uint8Array, signature: Uint8Array): Signature {
  return { scheme: ED25519, key: bytesToHex(key), signature };
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

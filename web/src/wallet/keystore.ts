// The keystore file, the one format of page and command line (people.md 13.3): Argon2id makes the
// key, XChaCha20-Poly1305 seals the seeds, everything else in the file is bound to them.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { bytesToHex, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Key, keyOf } from "./derivation";
import { WalletFault } from "./fault";
import { encode, type Fields, isFields, type Json, parse } from "./json";
import { objectMisfit } from "./shape";
import type { Schema } from "../ops/declared";

export const FILE_KDF = { m_kib: 64 * 1024, t: 3 };
export const M_KIB_MAX = 1024 * 1024;
export const T_MAX = 10;
const SALT_BYTES = 16;
const NONCE_BYTES = 24;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const FILE_CHARACTERS = 65_536;

/** How a password becomes a key: memory in KiB, passes, salt. */
export interface Kdf {
  readonly m_kib: number;
  readonly t: number;
  readonly salt: Uint8Array;
}

const WORD: Schema = { type: "string" };
const COUNT: Schema = { type: "integer", minimum: 0 };
const ACCOUNT: Schema = {
  type: "object",
  properties: { index: COUNT, scheme: WORD, address: WORD },
};
const FILE: Readonly<Record<string, Schema>> = {
  format: { enum: ["ctn-keystore"] },
  version: { type: "integer", minimum: 1, maximum: 1 },
  kdf: {
    type: "object",
    properties: {
      name: { enum: ["argon2id"] },
      m_kib: COUNT,
      t: COUNT,
      p: { type: "integer", minimum: 1, maximum: 1 },
      salt: { type: "string", pattern: "^[0-9a-f]{32}\\Z" },
    },
  },
  cipher: {
    type: "object",
    properties: {
      name: { enum: ["xchacha20-poly1305"] },
      nonce: { type: "string", pattern: "^[0-9a-f]{48}\\Z" },
    },
  },
  ciphertext: { type: "string", pattern: "^(?:[0-9a-f]{2})*\\Z" },
  accounts: { type: "array", items: ACCOUNT },
  created: { type: "string", pattern: "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\\Z" },
};
const SEEDS: Readonly<Record<string, Schema>> = {
  seeds: {
    type: "array",
    minItems: 1,
    items: {
      type: "object",
      properties: {
        index: COUNT,
        scheme: WORD,
        seed: { type: "string", pattern: "^[0-9a-f]{64}\\Z" },
      },
    },
  },
};

/** Argon2id of a password; one password typed on two systems gives the same bytes. */
export function passwordKey(password: string, kdf: Kdf): Promise<Uint8Array> {
  const text = utf8ToBytes(password.normalize("NFKD"));
  return argon2idAsync(text, kdf.salt, { m: kdf.m_kib, t: kdf.t, p: 1, dkLen: KEY_BYTES });
}

/** Seals bytes under a key and a fresh nonce, bound to `bound`. */
export function seal(key: Uint8Array, nonce: Uint8Array, bound: Json, open: Json): Uint8Array {
  const cipher = xchacha20poly1305(key, nonce, utf8ToBytes(encode(bound)));
  return cipher.encrypt(utf8ToBytes(encode(open)));
}

/** Opens what was sealed; a wrong key and any damage give one fault. */
export function unseal(key: Uint8Array, nonce: Uint8Array, bound: Json, sealed: Uint8Array): Json {
  try {
    const cipher = xchacha20poly1305(key, nonce, utf8ToBytes(encode(bound)));
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(cipher.decrypt(sealed)));
  } catch {
    throw new WalletFault("unreadable");
  }
}

/** The keys of a keystore file, by its password. */
export async function openKeystore(text: string, password: string): Promise<Key[]> {
  const file = readFile(text);
  const kdf = file["kdf"] as Fields;
  const { m, t } = checkedKdf(kdf);
  const { ciphertext, ...bound } = file;
  const sealed = hexToBytes(String(ciphertext));
  if (sealed.length < TAG_BYTES) throw new WalletFault("unreadable");
  const salt = hexToBytes(String(kdf["salt"]));
  const key = await passwordKey(password, { m_kib: m, t, salt });
  const nonce = hexToBytes(String((file["cipher"] as Fields)["nonce"]));
  const open = unseal(key, nonce, bound, sealed);
  if (objectMisfit(open, SEEDS, "seeds") !== null) throw new WalletFault("unreadable");
  const keys = ((open as Fields)["seeds"] as Fields[]).map(readSeed);
  const listed = (file["accounts"] as Fields[]).map((row) => `${row["index"]}/${row["address"]}`);
  if (keys.map((one) => `${one.index}/${one.address}`).join() !== listed.join()) {
    throw new WalletFault("unreadable");
  }
  return keys;
}

/** The text of a keystore file of these keys. */
export async function keystoreText(keys: readonly Key[], password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const bound: Fields = {
    format: "ctn-keystore",
    version: 1n,
    kdf: {
      name: "argon2id",
      m_kib: BigInt(FILE_KDF.m_kib),
      t: BigInt(FILE_KDF.t),
      p: 1n,
      salt: bytesToHex(salt),
    },
    cipher: { name: "xchacha20-poly1305", nonce: bytesToHex(nonce) },
    accounts: keys.map(({ index, address }) => ({
      index: BigInt(index),
      scheme: "ed25519",
      address,
    })),
    created: new Date().toISOString().slice(0, 10),
  };
  const seeds = keys.map(({ index, seed }) => ({
    index: BigInt(index),
    scheme: "ed25519",
    seed: bytesToHex(seed),
  }));
  const sealed = seal(await passwordKey(password, { ...FILE_KDF, salt }), nonce, bound, { seeds });
  return `${encode({ ...bound, ciphertext: bytesToHex(sealed) })}\n`;
}

function readFile(text: string): Fields {
  if (text.length > FILE_CHARACTERS) throw new WalletFault("not_a_keystore");
  let value: Json;
  try {
    value = parse(text);
  } catch {
    throw new WalletFault("not_a_keystore");
  }
  if (!isFields(value) || value["format"] !== "ctn-keystore")
    throw new WalletFault("not_a_keystore");
  if (objectMisfit(value, FILE, "keystore") !== null) throw new WalletFault("unreadable");
  return value;
}

/** Refuses a derivation that protects too little or costs too much, before any work. */
function checkedKdf(kdf: Fields): { m: number; t: number } {
  const [m, t] = [Number(kdf["m_kib"]), Number(kdf["t"])];
  if (m < FILE_KDF.m_kib || t < FILE_KDF.t) throw new WalletFault("kdf_too_weak");
  if (m > M_KIB_MAX || t > T_MAX) throw new WalletFault("kdf_too_heavy");
  return { m, t };
}

function readSeed(row: Fields): Key {
  // A key of another scheme signs by the command line; this page holds Ed25519 alone.
  if (row["scheme"] !== "ed25519") throw new WalletFault("unreadable", "a key of another scheme");
  return keyOf(hexToBytes(String(row["seed"])), Number(row["index"]));
}

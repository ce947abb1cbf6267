// Addresses: bech32 (BIP-173) with prefix `ctn` over 20 bytes, 42 lower-case characters.

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";

export const ED25519 = 1;
const PREFIX = "ctn";
const LENGTH = 42;
const BYTES = 20;

/** The address of a single key: bech32 of SHA-256(u8 scheme + key)[:20] (engine.md 1). */
export function keyAddress(scheme: number, key: Uint8Array): string {
  const digest = sha256(concatBytes(Uint8Array.of(scheme), key));
  return bech32.encode(PREFIX, bech32.toWords(digest.slice(0, BYTES)));
}

/** Whether a text is an address, checksum included. */
export function isAddress(text: string): boolean {
  if (text.length !== LENGTH || text !== text.toLowerCase()) return false;
  if (!text.startsWith(`${PREFIX}1`)) return false;
  const found = bech32.decodeUnsafe(text as `${string}1${string}`, LENGTH);
  return found !== undefined && found.words.length === 32;
}

/** Whether an account id is a holding account, which nobody can sign for. */
export function isHolding(account: string): boolean {
  return account.includes(":");
}

/** An address as a table shows it; the whole one stands beside it where value moves. */
export function short(address: string): string {
  return isHolding(address) || address.length < LENGTH
    ? address
    : `${address.slice(0, 10)}…${address.slice(-6)}`;
}

// From words to keys: BIP-39, then SLIP-10 for Ed25519 at m/44'/3060'/i'/0'/0' (people.md 13.2).

import { ed25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed, validateMnemonic,
} from "@scure/bip39";
import { ED25519, keyAddress } from "./address";
import { WalletFault } from "./fault";

export const COIN_TYPE = 3060;
export const ENTROPY_BYTES = 32;
export type WordLanguage = "zh" | "en";

const HARDENED = 0x8000_0000;
const ROOT = utf8ToBytes("ed25519 seed");

/** One signing key: its number in the wallet, its seed of 32 bytes, key and address. */
export interface Key {
  readonly index: number;
  readonly seed: Uint8Array;
  readonly key: Uint8Array;
  readonly address: string;
}

/** The 2,048 words of a language; each list is a file of its own, fetched when first needed. */
export async function wordList(language: WordLanguage): Promise<readonly string[]> {
  const { wordlist } =
    language === "zh"
      ? await import("@scure/bip39/wordlists/simplified-chinese.js")
      : await import("@scure/bip39/wordlists/english.js");
  return wordlist;
}

/** The words of 32 bytes of entropy: 24 of them. */
export async function wordsOf(entropy: Uint8Array, language: WordLanguage): Promise<string[]> {
  const list = await wordList(language);
  return entropyToMnemonic(entropy, [...list]).normalize("NFKD").split(" ");
}

/** The words that somebody typed, whatever their spaces, or a fault when the check word fails. */
export async function readWords(text: string): Promise<{ phrase: string; language: WordLanguage }> {
  const flat = text.normalize("NFKD").trim().toLowerCase();
  const isChinese = /\p{Script=Han}/u.test(flat);
  const language = isChinese ? "zh" : "en";
  // Chinese words are one character each and are often written without spaces.
  const words = isChinese ? [...flat.replace(/\s+/gu, "")] : flat.split(/\s+/u);
  const phrase = words.join(" ");
  const isLong = words.length === 12 || words.length === 24;
  const list = await wordList(language);
  if (!isLong || !validateMnemonic(phrase, [...list])) throw new WalletFault("words_invalid");
  return { phrase, language };
}

/** The BIP-39 seed, 64 bytes, of words that were read; the passphrase may be empty. */
export async function seedOf(phrase: string, passphrase: string): Promise<Uint8Array> {
  const { language } = await readWords(phrase);
  const list = await wordList(language);
  mnemonicToEntropy(phrase, [...list]);
  return mnemonicToSeed(phrase, passphrase);
}

/** The SLIP-10 key of 32 bytes at a path of hardened steps. */
export function slip10(seed: Uint8Array, path: readonly number[]): Uint8Array {
  let node = hmac(sha512, ROOT, seed);
  for (const step of path) {
    const place = new Uint8Array(4);
    new DataView(place.buffer).setUint32(0, HARDENED + step);
    const data = concatBytes(Uint8Array.of(0), node.slice(0, 32), place);
    node = hmac(sha512, node.slice(32), data);
  }
  return node.slice(0, 32);
}

/** The signing key of account `index` of a BIP-39 seed. */
export function accountKey(seed: Uint8Array, index: number): Key {
  return keyOf(slip10(seed, [44, COIN_TYPE, index, 0, 0]), index);
}

/** A signing key from its own seed of 32 bytes (RFC 8032). */
export function keyOf(seed: Uint8Array, index: number): Key {
  const key = ed25519.getPublicKey(seed);
  return { index, seed, key, address: keyAddress(ED25519, key) };
}

/** The Ed25519 signature of a text's bytes; it is checked by the strict rule before it leaves. */
export function signBytes(key: Key, bytes: Uint8Array): Uint8Array {
  const signature = ed25519.sign(bytes, key.seed);
  if (!ed25519.verify(signature, bytes, key.key, { zip215: false })) {
    throw new WalletFault("unreadable", "the key does not verify its own signature");
  }
  return signature;
}

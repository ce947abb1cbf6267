// What a declaration of a validator needs: the node's public key, and its signature over the chain
// and the operator (engine.md 1). The secret stays with the node; this only reads what it said.

import { ed25519 } from "@noble/curves/ed25519.js";
import { base64 } from "@scure/base";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { fits } from "../../wallet/text";

export const MONIKER_BYTES = 64;
const DOMAIN = "ctn/validator/1\n";
const HEX_KEY = /^[0-9a-f]{64}$/;
const BASE64_KEY = /^[A-Za-z0-9+/]{43}=$/;
const PROOF = /^[0-9a-f]{128}$/;

/** What a consensus key signs to prove that an operator of a chain holds it. */
export function proofBytes(chain: string, operator: string): Uint8Array {
  return new TextEncoder().encode(`${DOMAIN}${chain}\n${operator}`);
}

/** A public key in hex, of its hex or of the base64 that CometBFT writes; null when it is none. */
export function readKey(typed: string): string | null {
  const text = typed.trim();
  if (HEX_KEY.test(text.toLowerCase())) return text.toLowerCase();
  if (!BASE64_KEY.test(text)) return null;
  try {
    return bytesToHex(base64.decode(text));
  } catch {
    return null;
  }
}

export type KeyFault = "form" | "weak" | "known";

/** Why a key cannot be declared; null when nothing is known against it. */
export function keyFault(typed: string, known: readonly string[]): KeyFault | null {
  const key = readKey(typed);
  if (key === null) return "form";
  if (!isSound(key)) return "weak";
  return known.includes(key) ? "known" : null;
}

/** Whether a key is a canonical point of the group of prime order, as the ledger asks it. */
function isSound(key: string): boolean {
  try {
    const point = ed25519.Point.fromBytes(hexToBytes(key));
    return point.isTorsionFree() && !point.isSmallOrder();
  } catch {
    return false;
  }
}

interface Said {
  readonly key: string;
  readonly proof: string;
  readonly chain: string;
  readonly operator: string;
}

/** Why a proof does not hold for a key, an operator and a chain; null when it does. */
export function proofFault({ key, proof, chain, operator }: Said): "form" | "false" | null {
  if (!PROOF.test(proof)) return "form";
  const message = proofBytes(chain, operator);
  try {
    const holds = ed25519.verify(hexToBytes(proof), message, hexToBytes(key), { zip215: false });
    return holds ? null : "false";
  } catch {
    return "false";
  }
}

/** Whether a public name of a node is there and fits. */
export function isMoniker(typed: string): boolean {
  return typed.trim() !== "" && fits(typed.trim(), MONIKER_BYTES);
}

/** Key and proof where a text holds both, as the command prints them; null when it does not. */
export function bothOf(typed: string): { readonly key: string; readonly proof: string } | null {
  const [key, proof, ...rest] = typed.trim().split(/\s+/);
  if (key === undefined || proof === undefined || rest.length > 0) return null;
  return { key, proof: proof.toLowerCase() };
}

/** What the node's machine runs to print key and proof; it sends nothing. */
export function provingCommand(chain: string, operator: string): string {
  return `ctn stake prove ${operator} --chain ${chain}`;
}

// What a dropped file is: a proof, a certificate's document, a recorded registry file, or unknown.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Proved, ProofInvalid, verifyProof } from "./proof";
import type { AnchorRow } from "./shapes";

export type Verdict =
  | { readonly state: "proved"; readonly proved: Proved }
  | { readonly state: "invalid"; readonly step: string; readonly reason: string }
  | { readonly state: "same" | "altered"; readonly certificate: string; readonly hash: string }
  | { readonly state: "known"; readonly hash: string; readonly anchors: readonly AnchorRow[] }
  | { readonly state: "unknown"; readonly hash: string };

/** What the ledger is asked; a proof asks nothing. */
export interface Asked {
  /** The document of a certificate as it stands now; null when there is no such certificate. */
  readonly document: (certificate: string) => Promise<Uint8Array | null>;
  readonly anchors: (hash: string) => Promise<readonly AnchorRow[]>;
}

/** The verdict on a file's bytes; `maker` is the key that the reader trusts, null when none. */
export async function judge(
  bytes: Uint8Array,
  maker: string | null,
  asked: Asked,
): Promise<Verdict> {
  const hash = bytesToHex(sha256(bytes));
  const text = textOf(bytes);
  if (text !== null && isProof(text)) return proofVerdict(text, maker);
  const certificate = text === null ? null : certificateOf(text);
  if (certificate !== null) {
    const document = await asked.document(certificate);
    const isSame = document !== null && bytesToHex(sha256(document)) === hash;
    return { state: isSame ? "same" : "altered", certificate, hash };
  }
  const anchors = await asked.anchors(hash);
  return anchors.length > 0 ? { state: "known", hash, anchors } : { state: "unknown", hash };
}

/** Whether a file means to be a proof, sound or not. */
function isProof(text: string): boolean {
  return text.slice(0, 4_096).includes('"ctn-proof/') || text.includes('"path":[[');
}

function proofVerdict(text: string, maker: string | null): Verdict {
  try {
    return { state: "proved", proved: verifyProof(text, maker) };
  } catch (error) {
    if (!(error instanceof ProofInvalid)) throw error;
    return { state: "invalid", step: error.step, reason: error.message };
  }
}

/** The certificate whose document a text means to be, by its form alone. */
function certificateOf(text: string): string | null {
  try {
    const found = JSON.parse(text) as { certificate?: { id?: unknown } } | null;
    const id = found?.certificate?.id;
    return typeof id === "string" && /^r-[0-9a-f]{24}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { type Asked, judge } from "./judge";
import type { AnchorRow } from "./shapes";

const PROOF = readFileSync(new URL("vectors/certificate.proof.json", import.meta.url));
const ID = `r-${"0a".repeat(12)}`;
const DOCUMENT = bytesOf(`{"certificate":{"id":"${ID}","grams":1000}}`);
const FILE = bytesOf("Serial Number,Quantity\n1,2\n");
const ANCHOR: AnchorRow = {
  file: bytesToHex(sha256(FILE)), layout: "verra.units", rows: 1, accepted: 1,
  report: "", by: "", time: 0,
};
const LEDGER: Asked = {
  document: (certificate) => Promise.resolve(certificate === ID ? DOCUMENT : null),
  anchors: (hash) => Promise.resolve(hash === ANCHOR.file ? [ANCHOR] : []),
};
const NOBODY: Asked = {
  document: () => Promise.reject(new Error("asked")),
  anchors: () => Promise.reject(new Error("asked")),
};

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("a dropped file", () => {
  test("that is a proof is verified without asking anybody", async () => {
    const found = await judge(PROOF, null, NOBODY);
    expect(found.state).toBe("proved");
  });

  test("that means to be a proof and was changed fails at a named step", async () => {
    const changed = bytesOf(new TextDecoder().decode(PROOF).replace("retired", "Retired"));
    expect((await judge(changed, null, NOBODY)).state).toBe("invalid");
  });

  test("that is a certificate's document is the same, or altered by one sign", async () => {
    expect((await judge(DOCUMENT, null, LEDGER)).state).toBe("same");
    const altered = bytesOf(new TextDecoder().decode(DOCUMENT).replace("1000", "9000"));
    expect((await judge(altered, null, LEDGER)).state).toBe("altered");
  });

  test("that names a certificate nobody has is altered", async () => {
    const other = bytesOf(`{"certificate":{"id":"r-${"ff".repeat(12)}"}}`);
    expect((await judge(other, null, LEDGER)).state).toBe("altered");
  });

  test("that the ledger recorded is known, and unknown with one byte more", async () => {
    expect(await judge(FILE, null, LEDGER)).toMatchObject({ state: "known", anchors: [ANCHOR] });
    expect((await judge(bytesOf("x"), null, LEDGER)).state).toBe("unknown");
    expect((await judge(Uint8Array.of(0xff, 0xfe), null, LEDGER)).state).toBe("unknown");
  });
});

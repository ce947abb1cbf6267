import { ed25519 } from "@noble/curves/ed25519.js";
import { base64 } from "@scure/base";
import { bytesToHex } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import {
  bothOf,
  isMoniker,
  keyFault,
  proofBytes,
  proofFault,
  provingCommand,
  readKey,
} from "./declaring";

const SEED = new Uint8Array(32).fill(7);
const KEY = bytesToHex(ed25519.getPublicKey(SEED));
const [CHAIN, OPERATOR] = ["ctn-test", `ctn1${"q".repeat(38)}`];
const PROOF = bytesToHex(ed25519.sign(proofBytes(CHAIN, OPERATOR), SEED));
const SAID = { key: KEY, proof: PROOF, chain: CHAIN, operator: OPERATOR };

describe("a declaration", () => {
  test("signs the domain, the chain and the operator", () => {
    const text = new TextDecoder().decode(proofBytes("c", "o"));
    expect(text).toBe("ctn/validator/1\nc\no");
  });

  test("takes a key in hex or in the base64 of CometBFT", () => {
    expect(readKey(` ${KEY.toUpperCase()} `)).toBe(KEY);
    expect(readKey(base64.encode(ed25519.getPublicKey(SEED)))).toBe(KEY);
    expect(readKey(KEY.slice(1))).toBeNull();
  });

  test("takes both at once as the command prints them", () => {
    expect(bothOf(` ${KEY}\n${PROOF}\n`)).toEqual({ key: KEY, proof: PROOF });
    expect(bothOf(KEY)).toBeNull();
    expect(bothOf("a b c")).toBeNull();
  });

  test("tells what is wrong with a key", () => {
    expect(keyFault("abc", [])).toBe("form");
    expect(keyFault("00".repeat(32), [])).toBe("weak");
    expect(keyFault(`01${"00".repeat(31)}`, [])).toBe("weak");
    expect(keyFault(KEY, [KEY])).toBe("known");
    expect(keyFault(KEY, [])).toBeNull();
  });

  test("tells a proof that is none of this key, operator and chain", () => {
    expect(proofFault(SAID)).toBeNull();
    expect(proofFault({ ...SAID, proof: PROOF.slice(2) })).toBe("form");
    expect(proofFault({ ...SAID, chain: "ctn" })).toBe("false");
    expect(proofFault({ ...SAID, operator: "ctn1" })).toBe("false");
    expect(proofFault({ ...SAID, key: "11".repeat(32) })).toBe("false");
  });

  test("names a node in 1 to 64 bytes", () => {
    expect(isMoniker("北风")).toBe(true);
    expect(isMoniker(" ")).toBe(false);
    expect(isMoniker("风".repeat(22))).toBe(false);
    expect(isMoniker("a\u202eb")).toBe(false);
  });

  test("shows a command with the chain and the operator filled in", () => {
    expect(provingCommand(CHAIN, OPERATOR)).toBe(`ctn stake prove ${OPERATOR} --chain ${CHAIN}`);
  });
});

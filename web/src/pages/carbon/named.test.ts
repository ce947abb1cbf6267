import { describe, expect, test } from "vitest";
import { keyAddress } from "../../wallet/address";
import { namedBy } from "./named";

const ID = `r-${"0a".repeat(12)}`;
const HASH = "ab".repeat(32);
const ADDRESS = keyAddress(1, new Uint8Array(32));

describe("a pasted text", () => {
  test("is a certificate by its id or its address on the web", () => {
    const pasted = [ID, ` ${ID}\n`, `/c/${ID}`, `https://127.0.0.1/c/${ID}?h=00ff`];
    for (const text of pasted) expect(namedBy(text)).toEqual({ kind: "certificate", text: ID });
  });

  test("is an address by its checksum", () => {
    expect(namedBy(ADDRESS)).toEqual({ kind: "address", text: ADDRESS });
    const other = ADDRESS.endsWith("q") ? "p" : "q";
    expect(namedBy(ADDRESS.slice(0, -1) + other).kind).toBe("serial");
  });

  test("is a hash in either case and with the usual prefixes", () => {
    for (const text of [HASH, HASH.toUpperCase(), `0x${HASH}`, `sha256:${HASH}`]) {
      expect(namedBy(text)).toEqual({ kind: "hash", text: HASH });
    }
  });

  test("is taken for a serial otherwise, and for nothing when there is nothing", () => {
    expect(namedBy("CTN-VCS-00001-2022-001-1-5").kind).toBe("serial");
    expect(namedBy('  "" ').kind).toBe("nothing");
  });
});

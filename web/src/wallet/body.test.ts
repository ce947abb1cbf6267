import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { BodyRefused, readBody, signBytesOf, writeBody } from "./body";
import { keyOf, signBytes } from "./derivation";
import { leastFee, pack, signatureOf, unsigned, workOf } from "./envelope";
import { encode, NotCanonical, parse, parseCanonical } from "./json";
import { compose, EXPIRES_SHARED } from "./preparing";
import vectors from "./vectors/bodies.json";

describe("canonical JSON", () => {
  test.each(vectors.values)("%s is read and written as Python does", (text) => {
    expect(encode(parseCanonical(text))).toBe(text);
  });

  test.each(vectors.not_canonical)("refuses %j", (text) => {
    expect(() => parseCanonical(text)).toThrow(NotCanonical);
  });

  test("keeps integers that a double would round", () => {
    expect(parse("[9007199254740993]")).toEqual([9007199254740993n]);
  });

  test("refuses what is nested without end", () => {
    expect(() => parse("[".repeat(10_000))).toThrow(NotCanonical);
  });

  test("a key named __proto__ is a key like any other", () => {
    expect(encode(parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  test.each(['["\\ud800"]', '["\ud800"]'])("refuses half a surrogate pair: %j", (text) => {
    expect(() => parse(text)).toThrow(NotCanonical);
  });
});

describe.each(vectors.bodies)("body $id", (vector) => {
  const key = keyOf(hexToBytes(vectors.seed), 0);

  test("is read, and written as it was", () => {
    const body = readBody(vector.body);
    expect(body.id).toBe(vector.id);
    expect(body.threshold).toBe(vector.threshold);
    expect(writeBody(body)).toBe(vector.body);
  });

  test("is signed to the same envelope, byte for byte", () => {
    const bytes = signBytesOf(vector.body);
    expect(bytesToHex(bytes)).toBe(vector.sign_bytes);
    expect(key.address).toBe(vector.address);
    expect(pack(vector.body, [signatureOf(key.key, signBytes(key, bytes))])).toBe(
      vector.envelope,
    );
  });

  test("states the work and the least fee that the ledger asks", () => {
    const { ops, text } = readBody(vector.body);
    expect(workOf(ops)).toBe(vector.work);
    expect(leastFee(ops, text)).toBe(BigInt(vector.least_fee));
  });
});

describe.each(vectors.shared)("an account that schemes $schemes sign for", (vector) => {
  test("has the envelope that Python writes, whoever signed first", () => {
    const rows = vector.signatures.map(({ scheme, key, signature }) => ({
      scheme, key, signature: hexToBytes(signature),
    }));
    expect(pack(vector.body, rows)).toBe(vector.envelope);
    expect(pack(vector.body, rows.reverse())).toBe(vector.envelope);
  });

  test("pays the least fee and states the work for a signature of each", () => {
    const body = readBody(vector.body);
    expect(workOf(body.ops, vector.schemes.length)).toBe(vector.work);
    expect(leastFee(body.ops, body.text, vector.schemes)).toBe(BigInt(vector.least_fee));
    expect(
      compose({
        account: body.sender,
        head: { chain: body.chain, height: body.expires - EXPIRES_SHARED, time: 0n },
        holdings: { stored: null, sequence: body.sequence, balances: new Map() },
        ops: body.ops,
        memo: "",
        schemes: vector.schemes,
        expiresAfter: EXPIRES_SHARED,
      }).text,
    ).toBe(vector.body);
  });

  test("is tried with an empty signature of each", () => {
    expect(unsigned(vector.body, vector.signatures)).toHaveLength(vector.envelope.length);
  });
});

describe("a body that the ledger refuses", () => {
  test.each(vectors.not_bodies)("$refusal: $text", ({ text }) => {
    expect(() => readBody(text)).toThrow(BodyRefused);
  });
});

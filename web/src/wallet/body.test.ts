import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { BodyRefused, readBody, signBytesOf, writeBody } from "./body";
import { keyOf, signBytes } from "./derivation";
import { leastFee, pack, workOf } from "./envelope";
import { encode, NotCanonical, parse, parseCanonical } from "./json";
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
    expect(pack(vector.body, { key: key.key, signature: signBytes(key, bytes) })).toBe(
      vector.envelope,
    );
  });

  test("states the work and the least fee that the ledger asks", () => {
    const { ops, text } = readBody(vector.body);
    expect(workOf(ops)).toBe(vector.work);
    expect(leastFee(ops, text)).toBe(BigInt(vector.least_fee));
  });
});

describe("a body that the ledger refuses", () => {
  test.each(vectors.not_bodies)("$refusal: $text", ({ text }) => {
    expect(() => readBody(text)).toThrow(BodyRefused);
  });
});

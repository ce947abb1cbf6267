// Verifying the proof file of a certificate in the page: no server is asked (registry.md 8).
// Each step that fails is named, as the independent program tools/verify_certificate.py names it.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Fields, type Json, isFields, parseCanonical } from "../../wallet/json";

const FORMAT = "ctn-proof/1";
const PARTS_PROVED = 16;
const GRAMS_PER_TONNE = 1_000_000n;
const PATH_MAX = 256;
const HASH = /^[0-9a-f]{64}$/;
const HASHES = ["previous", "maker", "transactions", "receipts", "state"] as const;
const NUMBERS = ["version", "height", "time", "count"] as const;

export type Step = "format" | "header" | "value" | "root" | "path" | "seal" | "pin" | "parts";

/** What a proof file does not show, and at which step. */
export class ProofInvalid extends Error {
  readonly step: Step;

  constructor(step: Step, reason: string) {
    super(reason);
    this.step = step;
  }
}

export interface Proved {
  readonly isTrusted: boolean;
  readonly certificate: string;
  readonly batch: string;
  readonly grams: bigint;
  readonly proved: bigint;
  readonly chain: string;
  readonly height: bigint;
  readonly time: number;
  readonly maker: string;
}

interface Row {
  readonly table: string;
  readonly id: string;
  readonly value: string;
  readonly path: readonly (readonly [Uint8Array, Uint8Array])[];
}

interface Part {
  readonly start: bigint;
  readonly end: bigint;
  readonly grams: bigint;
}

/** What a file shows; `maker` is the key that the reader trusts, null when none. */
export function verifyProof(text: string, maker: string | null): Proved {
  const proof = named("format", () => readFile(text));
  const header = named("header", () => readHeader(proof));
  const rows = named("format", () => list(proof["records"]).map(readRow));
  const values = named("value", () => readValues(rows));
  checkPaths(rows, textOf(header["state"]));
  const block = sha256(concatBytes(utf8ToBytes("ctn/block/1\n"), utf8ToBytes(headerText(proof))));
  const sealed = concatBytes(utf8ToBytes("ctn/seal/1\n"), block);
  const key = textOf(header["maker"]);
  const isSealed = named("seal", () =>
    ed25519.verify(hex(textOf(proof["seal"])), sealed, hex(key), { zip215: false }),
  );
  require(isSealed, "seal", "it is not the maker's over this header");
  require(maker === null || maker === key, "pin", `sealed by maker ${key}, not the trusted one`);
  const certificate = fieldsOf(values.values().next().value);
  const proved = named("parts", () => provedGrams(certificate, values));
  return {
    isTrusted: maker !== null,
    certificate: textOf(certificate["id"]),
    batch: textOf(certificate["batch"]),
    grams: numberOf(certificate["grams"]),
    proved,
    chain: textOf(header["chain"]),
    height: numberOf(header["height"]),
    time: Number(numberOf(header["time"])),
    maker: key,
  };
}

function readFile(text: string): Fields {
  const proof = fieldsOf(parseCanonical(text));
  const names = Object.keys(proof).join();
  require(names === "chain,format,header,height,records,seal", "format", "other fields");
  require(proof["format"] === FORMAT, "format", `the file is no ${FORMAT}`);
  return proof;
}

function readHeader(proof: Fields): Fields {
  const header = fieldsOf(parseCanonical(headerText(proof)));
  const wanted = ["chain", ...HASHES, ...NUMBERS].sort().join();
  require(Object.keys(header).join() === wanted, "header", "it has other fields");
  const fits =
    HASHES.every((name) => HASH.test(textOf(header[name]))) &&
    NUMBERS.every((name) => numberOf(header[name]) >= 0n) &&
    header["version"] === 1n;
  require(fits, "header", "a field is not what it must be");
  const isSame = header["chain"] === proof["chain"] && header["height"] === proof["height"];
  require(isSame, "header", "it is of another chain or height than the file");
  return header;
}

function readRow(value: Json): Row {
  const row = fieldsOf(value);
  require(Object.keys(row).join() === "id,path,table,value", "format", "a record's other fields");
  return {
    table: textOf(row["table"]),
    id: textOf(row["id"]),
    value: textOf(row["value"]),
    path: list(row["path"]).map((step) => {
      const [prefix, suffix, ...more] = list(step);
      require(more.length === 0, "path", "a step of another form");
      return [hex(textOf(prefix)), hex(textOf(suffix))];
    }),
  };
}

/** The values by table and id: the certificate first, then what belongs to it, and no more. */
function readValues(rows: readonly Row[]): Map<string, Json> {
  const values = new Map(rows.map((row) => [nameOf(row.table, row.id), parseCanonical(row.value)]));
  const certificate = fieldsOf(values.values().next().value);
  const batch = textOf(certificate["batch"]);
  const due = [
    nameOf("certificate", textOf(certificate["id"])),
    nameOf("batch", batch),
    nameOf("project", batch.split("-").slice(0, -2).join("-")),
    ...partsOf(certificate).slice(0, PARTS_PROVED).map((part) => placeOf(batch, part)),
  ];
  const isWhole = [...values.keys()].join("\n") === due.join("\n") && rows.length === due.length;
  require(isWhole, "value", "the records are not those of one certificate");
  return values;
}

function checkPaths(rows: readonly Row[], state: string): void {
  const bad = rows.filter((row) => rootOf(row) !== state);
  require(bad.length < rows.length, "root", "no path leads to the root in the header");
  for (const row of bad) {
    throw new ProofInvalid("path", `${row.table} ${row.id} does not lead to the root`);
  }
}

/** The root that a record's path leads to (engine.md 9); "" for steps of another form. */
function rootOf(row: Row): string {
  if (row.path.length > PATH_MAX) return "";
  const key = sha256(utf8ToBytes(`${row.table}\0${row.id}`));
  let node = sha256(concatBytes(Uint8Array.of(0), key, sha256(utf8ToBytes(row.value))));
  for (const [prefix, suffix] of row.path) {
    const isLeft = prefix.length === 1 && suffix.length === 32;
    const isRight = prefix.length === 33 && suffix.length === 0;
    if (prefix[0] !== 1 || !(isLeft || isRight)) return "";
    node = sha256(concatBytes(prefix, node, suffix));
  }
  return bytesToHex(node);
}

/** The grams of the first 16 parts, each of which must have ended for this certificate. */
function provedGrams(certificate: Fields, values: ReadonlyMap<string, Json>): bigint {
  const parts = partsOf(certificate);
  let last = 0n;
  for (const part of parts) {
    const isRising = last < part.start && part.start <= part.end;
    require(isRising, "parts", "they overlap or are out of order");
    last = part.end;
  }
  const total = parts.reduce((sum, part) => sum + part.grams, 0n);
  const isWhole = total === certificate["grams"];
  require(isWhole, "parts", "they do not add up to the certificate's grams");
  const batch = textOf(certificate["batch"]);
  const shown = parts.slice(0, PARTS_PROVED);
  for (const part of shown) {
    const found = fieldsOf(values.get(placeOf(batch, part)));
    checkPart(textOf(certificate["id"]), part, found);
  }
  return shown.reduce((sum, part) => sum + part.grams, 0n);
}

function checkPart(certificate: string, part: Part, found: Fields): void {
  const where = `serials ${part.start}-${part.end}`;
  if (isWhole(part)) {
    const hasEnded =
      found["status"] === "retired" && found["cause"] === certificate && found["end"] === part.end;
    require(hasEnded, "parts", `${where} did not retire for this certificate`);
    return;
  }
  const isShared = list(found["shares"]).some((share) => {
    const [name, grams] = list(share);
    return name === certificate && grams === part.grams;
  });
  const holds = part.start === part.end && isShared;
  require(holds, "parts", `${where}: the serial's shares do not list this certificate`);
}

function isWhole(part: Part): boolean {
  return part.grams === (part.end - part.start + 1n) * GRAMS_PER_TONNE;
}

function placeOf(batch: string, part: Part): string {
  const table = isWhole(part) ? "interval" : "fraction";
  return nameOf(table, `${batch}/${part.start.toString().padStart(20, "0")}`);
}

function partsOf(certificate: Fields): Part[] {
  return list(certificate["parts"]).map((value) => {
    const part = fieldsOf(value);
    return {
      start: numberOf(part["start"]),
      end: numberOf(part["end"]),
      grams: numberOf(part["grams"]),
    };
  });
}

function nameOf(table: string, id: string): string {
  return `${table}\0${id}`;
}

function headerText(proof: Fields): string {
  return textOf(proof["header"]);
}

/** The result of a step; whatever its data lack or have wrong fails under its name. */
function named<Result>(step: Step, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ProofInvalid) throw error;
    throw new ProofInvalid(step, error instanceof Error ? error.message : String(error));
  }
}

function require(holds: boolean, step: Step, reason: string): asserts holds {
  if (!holds) throw new ProofInvalid(step, reason);
}

function fieldsOf(value: Json | undefined): Fields {
  if (!isFields(value)) throw new TypeError("not an object");
  return value;
}

function list(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new TypeError("not a list");
  return value;
}

function textOf(value: Json | undefined): string {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}

function numberOf(value: Json | undefined): bigint {
  if (typeof value !== "bigint") throw new TypeError("not an integer");
  return value;
}

function hex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new TypeError("hex that is not lower case");
  return hexToBytes(text);
}

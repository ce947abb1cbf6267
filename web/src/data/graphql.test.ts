import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TypedDocumentString } from "../gql/graphql";
import type { Refused } from "./fault";

// A server of our own answers here: which documents it knows, and what it was asked.
const TEXT = "query Chain { chain { height } }";
// The generated class is no part of the sources; a text with its hash is all that is read of it.
const DOCUMENT = Object.assign(new String(TEXT), {
  __meta__: { hash: "sha256:ab" },
}) as unknown as TypedDocumentString<{ chain: { height: number } }, object>;
const HEAD = { chain: "ctn-test", height: 7, time: "0", ageMs: 1 };
const ANSWER = { data: { chain: { height: 7 } }, extensions: { ctn: HEAD } };
const UNKNOWN = { errors: [{ message: "unknown", extensions: { code: "unknown_document" } }] };

const fetched = globalThis.fetch;
let asked: Record<string, unknown>[] = [];
let answerOf: (body: Record<string, unknown>) => object = () => ANSWER;

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  let text = "";
  request.on("data", (part: Buffer) => (text += part.toString()));
  request.on("end", () => {
    const body = JSON.parse(text) as Record<string, unknown>;
    asked.push(body);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answerOf(body)));
  });
});

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  // A page asks its own origin; here that is the server above.
  globalThis.fetch = (path, init) => fetched(`http://127.0.0.1:${port}${String(path)}`, init);
});

afterAll(() => {
  globalThis.fetch = fetched;
  server.close();
});

beforeEach(() => {
  asked = [];
  answerOf = () => ANSWER;
});

/** The module as a page that was just loaded has it. */
async function fresh() {
  vi.resetModules();
  return (await import("./graphql")).read;
}

test("names a document by its hash and gives the block of the answer", async () => {
  const read = await fresh();
  expect(await read(DOCUMENT, {})).toEqual({ data: { chain: { height: 7 } }, head: HEAD });
  expect(asked).toEqual([{ documentId: "sha256:ab", variables: {} }]);
});

test("sends the text, now and later, to a server that does not know the hash", async () => {
  const read = await fresh();
  answerOf = (body) => ("documentId" in body ? UNKNOWN : ANSWER);
  await read(DOCUMENT, {});
  await read(DOCUMENT, {});
  expect(asked.map((body) => Object.keys(body)[0])).toEqual(["documentId", "query", "query"]);
  expect(asked[1]?.["query"]).toBe(TEXT);
});

test("throws what was refused, with its class", async () => {
  const read = await fresh();
  answerOf = () => ({ errors: [{ message: "No.", extensions: { code: "cost", module: "api" } }] });
  const fault = await read(DOCUMENT, {}).catch((error: unknown) => error);
  expect((fault as Refused).fault).toMatchObject({ kind: "refused", code: "cost", module: "api" });
});

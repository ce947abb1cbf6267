// After the build: the documents that the server knows by hash, and what every page weighs first.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const KB = 1000;

/** The most that a page may load before it draws, in kB after gzip (thallo.md 18). */
const BUDGETS: readonly (readonly [page: string, most: number])[] = [
  ["src/pages/market/Board.tsx", 200],
  ["src/pages/market/Trade.tsx", 300],
];

/** What holds the key: a worker of its own, the word lists apart. */
const WALLET = /^worker-[A-Za-z0-9_-]+\.js$/;
const WALLET_MOST = 45;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
}

const documents = new URL("../src/gql/persisted-documents.json", import.meta.url);
const known = JSON.parse(readFileSync(documents, "utf8")) as Record<string, string>;
const named = Object.entries(known).map(([id, text]) => [id.replace("sha256:", ""), text]);
writeFileSync(new URL("persisted.json", DIST), `${JSON.stringify(Object.fromEntries(named))}\n`);

const manifest = JSON.parse(readFileSync(new URL("chunks.json", DIST), "utf8")) as Record<
  string,
  Chunk
>;
const over = BUDGETS.map(([page, most]) => {
  const files = loaded(["index.html", page]);
  const size = files.reduce((sum, file) => sum + gzipped(file), 0) / KB;
  console.log(`${page}: ${size.toFixed(1)} kB of ${most} kB (gzip, ${files.length} files)`);
  return size > most;
});
const worker = readdirSync(new URL("assets/", DIST)).filter((name) => WALLET.test(name));
const held = worker.reduce((sum, name) => sum + gzipped(`assets/${name}`), 0) / KB;
console.log(`the wallet's worker: ${held.toFixed(1)} kB of ${WALLET_MOST} kB (gzip)`);
over.push(worker.length !== 1 || held > WALLET_MOST);
if (over.includes(true)) throw new Error("error: a page weighs more than its budget");

/** The scripts that these entries need at once, each named once. */
function loaded(entries: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = [...entries];
  for (const name of waiting) {
    const chunk = manifest[name];
    if (chunk === undefined || found.has(chunk.file)) continue;
    found.add(chunk.file);
    waiting.push(...(chunk.imports ?? []));
  }
  return [...found];
}

function gzipped(file: string): number {
  return gzipSync(readFileSync(new URL(file, DIST))).length;
}

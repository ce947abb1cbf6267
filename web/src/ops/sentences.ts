// The sentence of every operation. A sentence is a list of clauses: the first always stands, each
// further one only when what it tells is there. Every field has its place in one of them (a test),
// so nothing is signed that was not shown.

import type { Op } from "../wallet/body";
import type { Json } from "../wallet/json";
import { CARRIER } from "./declared";
import en from "./en.json";
import { type Language, type Part, partsOf } from "./forms";
import zh from "./zh-CN.json";

export interface Catalogue {
  readonly title: Readonly<Record<string, string>>;
  readonly clauses: Readonly<Record<string, readonly string[]>>;
  readonly words: Readonly<Record<string, string>>;
}

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { "zh-CN": zh, en };

const PLACE = /\{([a-z0-9_]+)\}/g;

/** The fields that a clause names. */
export function placesOf(clause: string): string[] {
  return [...clause.matchAll(PLACE)].map((found) => found[1] ?? "");
}

/** The name of an operation. */
export function title(tag: string, language: Language): string {
  return CATALOGUES[language].title[tag] ?? tag;
}

/**
 * The clauses of an operation as parts; null when it, or one that it carries, has no sentence, so
 * cannot be signed.
 */
export function describe(op: Op, language: Language): Part[][] | null {
  const { clauses, words } = CATALOGUES[language];
  if (!Object.hasOwn(clauses, op.op)) return null;
  if (carriedBy(op).some((inner) => describe(inner, language) === null)) return null;
  const said = (clauses[op.op] ?? []).filter(
    (clause, place) => place === 0 || placesOf(clause).some((name) => isSaid(op[name] ?? null)),
  );
  return said.map((clause) => filled(clause, op, words, language));
}

/** A sentence as one line of text. */
export function plain(parts: readonly Part[][]): string {
  return parts.map((clause) => clause.map(({ text }) => text).join("")).join(" · ");
}

function filled(
  clause: string,
  op: Op,
  words: Readonly<Record<string, string>>,
  language: Language,
): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of clause.matchAll(PLACE)) {
    if (found.index > from) parts.push({ kind: "text", text: clause.slice(from, found.index) });
    const name = found[1] ?? "";
    const isCarried = op.op === CARRIER && name === "ops";
    parts.push(...(isCarried ? carriedParts(op, language) : partsOf(op, name, words, language)));
    from = found.index + found[0].length;
  }
  if (from < clause.length) parts.push({ kind: "text", text: clause.slice(from) });
  return parts;
}

/** The operations that a proposal carries. */
function carriedBy(op: Op): Op[] {
  return op.op === CARRIER && Array.isArray(op["ops"]) ? (op["ops"] as Op[]) : [];
}

/** Their sentences, numbered, in one run of parts. */
function carriedParts(op: Op, language: Language): Part[] {
  const carried = carriedBy(op);
  if (carried.length === 0) {
    return [{ kind: "value", text: CATALOGUES[language].words["none"] ?? "-" }];
  }
  return carried.flatMap((inner, place) => [
    { kind: "text" as const, text: `${place === 0 ? "" : "; "}${place + 1}) ` },
    ...(describe(inner, language) ?? []).flatMap((clause, number) =>
      number === 0 ? clause : [{ kind: "text" as const, text: ", " }, ...clause],
    ),
  ]);
}

/** Absence is not told: null and the empty text, which mean the same. */
function isSaid(value: Json): boolean {
  return value !== null && value !== "";
}

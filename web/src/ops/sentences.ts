// The sentence of every operation. A sentence is a list of clauses: the first always stands, each
// further one only when what it tells is there. Every field has its place in one of them (a test),
// so nothing is signed that was not shown.

import type { Op } from "../wallet/body";
import type { Json } from "../wallet/json";
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

/** The clauses of an operation as parts; null when it has no sentence, so cannot be signed. */
export function describe(op: Op, language: Language): Part[][] | null {
  const { clauses, words } = CATALOGUES[language];
  if (!Object.hasOwn(clauses, op.op)) return null;
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
    parts.push(...partsOf(op, found[1] ?? "", words, language));
    from = found.index + found[0].length;
  }
  if (from < clause.length) parts.push({ kind: "text", text: clause.slice(from) });
  return parts;
}

/** Absence is not told: null and the empty text, which mean the same. */
function isSaid(value: Json): boolean {
  return value !== null && value !== "";
}

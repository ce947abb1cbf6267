import { describe, expect, test } from "vitest";
import { FAULT_CODES } from "../wallet/fault";
import zh from "./zh-CN/wallet.json";

type Words = { readonly [name: string]: string | Words };

/** Every key with its text, by its whole name. */
function flat(words: Words, before = ""): [string, string][] {
  return Object.entries(words).flatMap(([name, inner]): [string, string][] =>
    typeof inner === "string" ? [[before + name, inner]] : flat(inner, `${before}${name}.`),
  );
}

const SOURCES = import.meta.glob<string>(["../wallet/*.tsx", "../pages/wallet/*.tsx"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const KEY = /\bt\(\s*"([a-zA-Z_.]+)"/g;

describe("the words of the wallet", () => {
  const chinese = new Map(flat(zh));

  test("say every fault", () => {
    expect(FAULT_CODES.filter((code) => !chinese.has(`fault.${code}`))).toEqual([]);
  });

  test("say everything that the pages ask for", () => {
    const asked = Object.values(SOURCES).flatMap((text) =>
      [...text.matchAll(KEY)].map((found) => found[1] ?? ""),
    );
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((key) => !chinese.has(key))).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";

// Every catalogue of each language; zh-CN is the source, en must say the same.
const FILES = import.meta.glob<{ default: object }>("./*/*.json", { eager: true });

function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  const inner = Object.entries(value as object);
  return inner.flatMap(([name, child]) => texts(child, path === "" ? name : `${path}.${name}`));
}

function places(text: string): string[] {
  return [...text.matchAll(/{{\s*(\w+)[^}]*}}/g)].map((found) => found[1] ?? "").sort();
}

const areas = Object.keys(FILES)
  .filter((path) => path.startsWith("./zh-CN/"))
  .map((path) => path.slice("./zh-CN/".length));

describe.each(areas)("the catalogue %s", (area) => {
  const source = new Map(texts(FILES[`./zh-CN/${area}`]?.default));
  const english = new Map(texts(FILES[`./en/${area}`]?.default));

  test("has equal keys in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...source.keys()].sort());
  });

  test("fills the same places in both languages", () => {
    for (const [key, text] of source) {
      expect(places(english.get(key) ?? ""), key).toEqual(places(text));
    }
  });

  test("leaves no text empty", () => {
    expect([...source, ...english].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

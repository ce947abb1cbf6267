import { describe as group, expect, test } from "vitest";
import vectors from "../wallet/vectors/bodies.json";
import { readBody, type Op } from "../wallet/body";
import type { Fields, Json } from "../wallet/json";
import { amountText, baseUnits, decimal } from "./amounts";
import { OPS, resolved, type Schema } from "./declared";
import { formOf, type Language, saidBy } from "./forms";
import { CATALOGUES, describe, placesOf, plain } from "./sentences";

const LANGUAGES: Language[] = ["zh-CN", "en"];
// Codes and proper names, which are the same in every language.
const CODES = ["registry", "asset", "country"];
const ADDRESS = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp";

function enums(schema: Schema, name: string): [string, string][] {
  const rule = resolved(schema);
  const inner = [
    ...(rule.anyOf ?? []),
    ...(rule.prefixItems ?? []),
    ...(typeof rule.items === "object" ? [rule.items] : []),
  ];
  return [
    ...(rule.enum ?? []).map((value): [string, string] => [name, value]),
    ...inner.flatMap((one) => enums(one, name)),
    ...Object.entries(rule.properties ?? {}).flatMap(([field, one]) => enums(one, field)),
  ];
}

function isNumber(schema: Schema): boolean {
  const rule = resolved(schema);
  const inner = [...(rule.anyOf ?? []), ...(typeof rule.items === "object" ? [rule.items] : [])];
  return rule.type === "integer" || inner.some(isNumber);
}

/** Some value of a type; every field of an object, one item of a list. */
function sample(schema: Schema, text: string | null): Json {
  const rule = resolved(schema);
  if (rule.anyOf) return sample(rule.anyOf.find((one) => one.type !== "null") ?? {}, text);
  if (rule.enum) return rule.enum[0] ?? "";
  if (rule.prefixItems) return rule.prefixItems.map((one) => sample(one, null));
  if (typeof rule.items === "object") return [sample(rule.items, text)];
  if (rule.type === "integer") return BigInt(rule.minimum ?? 0) + 1n;
  if (rule.type === "boolean") return true;
  if (rule.type === "object" && rule.properties === undefined) {
    return { op: "governance.set_param", name: "taker_ppm", value: "400" };
  }
  if (rule.type !== "object") return text === "address" || text === "account" ? ADDRESS : "x1";
  const fields: Fields = {};
  for (const [name, one] of Object.entries(rule.properties ?? {})) fields[name] = sample(one, null);
  return fields;
}

group.each(LANGUAGES)("%s", (language) => {
  const catalogue = CATALOGUES[language];

  test("has a title and a sentence for exactly the operations of the ledger", () => {
    expect(Object.keys(catalogue.clauses).sort()).toEqual(Object.keys(OPS).sort());
    expect(Object.keys(catalogue.title).sort()).toEqual(Object.keys(OPS).sort());
  });

  test.each(Object.entries(OPS))("%s places each of its fields once", (tag, { fields }) => {
    const places = (catalogue.clauses[tag] ?? []).flatMap(placesOf);
    const said = places.flatMap((name) => [name, ...saidBy(name)]);
    expect([...new Set(said)].sort()).toEqual(fields.map(({ name }) => name).sort());
    expect(places.length).toBe(new Set(places).size);
  });

  test("has a word for every value that is chosen from a list", () => {
    const all = Object.values(OPS).flatMap(({ fields }) =>
      fields.flatMap(({ name, schema }) => enums(schema, name)),
    );
    const missing = all.filter(
      ([name, value]) =>
        !CODES.includes(name) &&
        !(`${name}.${value}` in catalogue.words) &&
        !(value in catalogue.words),
    );
    expect(missing).toEqual([]);
  });

  test.each(Object.entries(OPS))("%s with every field is told without a gap", (tag, { fields }) => {
    const op: Op = { op: tag };
    for (const { name, schema, text } of fields) op[name] = sample(schema, text);
    const parts = describe(op, language);
    expect(parts).toHaveLength(catalogue.clauses[tag]?.length ?? -1);
    expect(plain(parts ?? [])).not.toMatch(/[{}]|undefined|null|object/);
  });
});

test("both catalogues say the same things", () => {
  const [zh, en] = [CATALOGUES["zh-CN"], CATALOGUES.en];
  expect(Object.keys(zh.words).sort()).toEqual(Object.keys(en.words).sort());
  for (const [tag, clauses] of Object.entries(zh.clauses)) {
    const names = (list: readonly string[]) => list.map((clause) => placesOf(clause).sort());
    expect(names(clauses)).toEqual(names(en.clauses[tag] ?? []));
  }
});

test("every number has a form", () => {
  const numbers = Object.values(OPS).flatMap(({ fields }) =>
    fields.filter(({ schema }) => isNumber(schema)).map(({ name }) => name),
  );
  expect(numbers.filter((name) => formOf(name) === null)).toEqual([]);
});

test("the largest amount is shown to the last digit", () => {
  const [, second] = vectors.bodies.map(({ body }) => readBody(body).ops[0]);
  expect(second && plain(describe(second, "en") ?? [])).toBe(
    "Send 922 337 203 685 477.5807 CNY to fund:treasury".replaceAll(/(?<=\d) (?=\d)/g, "\u2009"),
  );
});

test("a buy that retires reads as what it does", () => {
  const { ops } = readBody(vectors.bodies[2]?.body ?? "");
  const told = ops.map((op) => plain(describe(op, "zh-CN") ?? []));
  expect(told[0]).toContain("在 vcs1987.23-cny 买入 12 t，限价 · 价格 9.21 CNY/t");
  expect(told[1]).toContain("永久注销批次 vcs-01987-2023-001 的吨数，来源：市场，数量 12 t");
  expect(told[1]).toContain("往返 a\\b 🌱 éè");
});

test("a proposal reads as what will run, and one that cannot be told is not signed", () => {
  const inner: Op = { op: "governance.set_param", name: "taker_ppm", value: "400" };
  const op: Op = {
    op: "governance.propose", track: "public", title: "Fees", document: "00", ops: [inner, inner],
  };
  expect(plain(describe(op, "en") ?? [])).toBe(
    "Propose “Fees” to the public; if it is adopted, this runs by itself: " +
      "1) Set parameter taker_ppm to 400, from its next epoch; " +
      "2) Set parameter taker_ppm to 400, from its next epoch · document (hash) 00",
  );
  expect(describe({ ...op, ops: [{ op: "governance.unheard_of" }] }, "en")).toBeNull();
});

group("amounts", () => {
  test.each([
    [0n, "cny", "0.00 CNY"],
    [1n, "cny", "0.0001 CNY"],
    [12_345_678_900n, "cny", "1\u2009234\u2009567.89 CNY"],
    [1_500_000n, "vcs-01987-2023-001", "1.5 t vcs-01987-2023-001"],
    [7n, "points:202601", "7 points:202601"],
    [7n, "lp:x", "7 × lp:x"],
  ])("%s of %s", (amount, asset, text) => {
    expect(amountText(amount, asset)).toBe(text);
  });

  test("a minus is told", () => {
    expect(decimal(-1_234_500n, 4, 2)).toBe("−123.45");
  });

  test.each([
    ["12.5", 6, 12_500_000n],
    ["1 234", 0, 1_234n],
    ["0.0001", 4, 1n],
    [".5", 4, null],
    ["1.00001", 4, null],
    ["1e3", 4, null],
    ["-1", 4, null],
    ["", 4, null],
    ["5.", 2, 500n],
  ] as const)("%s typed with %i digits", (text, digits, amount) => {
    expect(baseUnits(text, digits)).toBe(amount);
  });
});

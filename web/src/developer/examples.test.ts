import { existsSync, readFileSync } from "node:fs";
import { buildSchema, getOperationAST, parse, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { EXAMPLES } from "./examples";

const SCHEMA = new URL("../../../schema.graphql", import.meta.url);

describe.each(EXAMPLES)("example $title", ({ query, variables }) => {
  test("is one named operation", () => {
    expect(getOperationAST(parse(query))?.name?.value).toBeTruthy();
  });

  test("is explained in Chinese and in English", () => {
    const comments = query.split("\n").filter((line) => line.startsWith("# "));
    expect(comments.some((line) => /\p{Script=Han}/u.test(line))).toBe(true);
    expect(comments.some((line) => /^[\x20-\x7e]+$/.test(line))).toBe(true);
  });

  test("sets only variables that it declares, and every one that must be set", () => {
    const given = Object.keys(JSON.parse(variables) as Record<string, unknown>);
    const declared = getOperationAST(parse(query))?.variableDefinitions ?? [];
    const needed = declared.filter(({ type }) => type.kind === "NonNullType");
    expect(declared.map(({ variable }) => variable.name.value)).toEqual(
      expect.arrayContaining(given),
    );
    expect(given).toEqual(
      expect.arrayContaining(needed.map(({ variable }) => variable.name.value)),
    );
  });

  test.skipIf(!existsSync(SCHEMA))("asks for what the schema has", () => {
    const schema = buildSchema(readFileSync(SCHEMA, "utf8"));
    expect(validate(schema, parse(query)).map(String)).toEqual([]);
  });
});

test("six examples, in the order of the tabs", () => {
  expect(EXAMPLES.map(({ title }) => title)).toEqual([
    "Market", "Batch", "Certificate", "Proof", "Subscription", "Submit",
  ]);
});

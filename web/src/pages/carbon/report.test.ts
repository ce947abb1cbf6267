import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Report, csvOf } from "./report";

const VECTOR = JSON.parse(
  readFileSync(new URL("vectors/report.json", import.meta.url), "utf-8"),
) as { readonly report: Report; readonly csv: string };

describe("the report of a registry file as CSV", () => {
  test("is what the command line writes of the same file", () => {
    const file = VECTOR.report.files[0];
    if (file === undefined) throw new Error("the vector holds no file");
    expect(csvOf(file)).toBe(VECTOR.csv);
  });
});

import { expect, test } from "vitest";
import { FILES_MAX, FILE_BYTES, formOf, plainName, stopOf } from "./dropped";

test("stops too many files and too many bytes before they are sent", () => {
  expect(stopOf([{ size: FILE_BYTES }])).toBeNull();
  expect(stopOf(Array.from({ length: FILES_MAX }, () => ({ size: 1 })))).toBeNull();
  expect(stopOf([{ size: FILE_BYTES }, { size: 1 }])).toMatchObject({
    code: "file_too_large",
    facts: { bytes: FILE_BYTES + 1 },
  });
  expect(stopOf(Array.from({ length: FILES_MAX + 1 }, () => ({ size: 1 })))).toMatchObject({
    code: "too_many_files",
    facts: { files: FILES_MAX + 1 },
  });
});

test("names a file by signs that a report can have", () => {
  expect(plainName("units (1).csv")).toBe("units__1_.csv");
  expect(plainName("登记.csv")).toBe("__.csv");
  expect(plainName("")).toBe("_");
  expect(plainName("a".repeat(300))).toHaveLength(100);
});

test("sends each file as a part of its own, also when names are alike", () => {
  const files = [new File(["a"], "x.csv"), new File(["b"], "x.csv")];
  const sent = formOf(files).getAll("file") as File[];
  expect(sent.map((file) => [file.name, file.size])).toEqual([
    ["x.csv", 1],
    ["x.csv", 1],
  ]);
});

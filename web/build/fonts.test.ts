import { expect, test } from "vitest";
import { withoutSurplusFonts } from "./fonts.ts";

test("drops a font that a stylesheet carries, and keeps all else", () => {
  const carried = '@font-face{font-family:A;src:url(data:font/woff2;base64,AA==) format("woff2")}';
  const file = "@font-face{font-family:B;src:url(./b.ttf)}";
  const picture = ".c{background:url(data:image/png;base64,AA==)}";
  expect(withoutSurplusFonts(carried + file + carried + picture)).toBe(file + picture);
});

test("keeps WOFF2 and drops WOFF", () => {
  const both = "src: url(./a.woff2) format('woff2'), url(./a.woff) format('woff');";
  expect(withoutSurplusFonts(both)).toBe("src: url(./a.woff2) format('woff2');");
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ProofInvalid, verifyProof } from "./proof";

// A proof that the demo world's platform made.
const FILE = readFileSync(new URL("vectors/certificate.proof.json", import.meta.url), "utf8");
const MAKER = (JSON.parse((JSON.parse(FILE) as { header: string }).header) as { maker: string })
  .maker;

function step(text: string, maker: string | null = MAKER): string {
  try {
    verifyProof(text, maker);
    return "valid";
  } catch (error) {
    return error instanceof ProofInvalid ? error.step : `threw ${String(error)}`;
  }
}

describe("a proof file", () => {
  test("shows its certificate to whoever pins the maker", () => {
    const found = verifyProof(FILE, MAKER);
    expect(found.isTrusted).toBe(true);
    expect(found.certificate).toMatch(/^r-[0-9a-f]{24}$/);
    expect(found.proved).toBe(found.grams);
  });

  test("is consistent but not trusted without a pin", () => {
    expect(verifyProof(FILE, null).isTrusted).toBe(false);
  });

  test("fails by name: another maker, damage, another number, no JSON", () => {
    expect(step(FILE, "00".repeat(32))).toBe("pin");
    expect(step(FILE.replace('"format"', '"Format"'))).toBe("format");
    expect(step(`${FILE} `)).toBe("format");
    expect(step("<b>")).toBe("format");
    expect(step(FILE.replace('\\"status\\":\\"retired\\"', '\\"status\\":\\"Retired\\"'))).toBe(
      "path",
    );
    expect(step(FILE.replace('\\"height\\":', '\\"height\\":1'))).not.toBe("valid");
  });

  test("fails whichever sign is changed", () => {
    for (let at = 0; at < FILE.length; at += 13) {
      const other = FILE[at] === "0" ? "1" : "0";
      expect(step(FILE.slice(0, at) + other + FILE.slice(at + 1)), `at ${at}`).not.toBe("valid");
    }
  });
});

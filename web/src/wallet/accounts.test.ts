import { describe, expect, test } from "vitest";
import { readKept, SHARED_MAX, withoutShared, withShared } from "./accounts";
import { keyAddress } from "./address";

const [OWN, ONE, TWO] = [0, 1, 2].map(addressOf) as [string, string, string];

function addressOf(number: number): string {
  return keyAddress(1, new Uint8Array(32).fill(number));
}

describe("what the browser keeps of shared accounts", () => {
  test("is read back", () => {
    const kept = { own: OWN, shared: [ONE, TWO], chosen: TWO };
    expect(readKept(JSON.stringify(kept), OWN)).toEqual(kept);
  });

  test.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["null", "null"],
    ["a number", "7"],
    ["another key's list", JSON.stringify({ own: ONE, shared: [TWO], chosen: TWO })],
    ["no list", JSON.stringify({ own: OWN, shared: "x", chosen: null })],
  ])("is empty when there is %s", (_what, text) => {
    expect(readKept(text, OWN)).toEqual({ own: OWN, shared: [], chosen: null });
  });

  test("keeps addresses only, each once, and neither the own one nor too many", () => {
    const shared = [ONE, 7, "ctn1x", OWN, ONE, TWO];
    expect(readKept(JSON.stringify({ own: OWN, shared, chosen: null }), OWN).shared).toEqual([
      ONE,
      TWO,
    ]);
    const many = Array.from({ length: SHARED_MAX + 5 }, (_, place) => addressOf(place + 1));
    const found = readKept(JSON.stringify({ own: OWN, shared: many, chosen: null }), OWN);
    expect(found.shared).toHaveLength(SHARED_MAX);
  });

  test("never chooses an account that is not on the list", () => {
    const text = JSON.stringify({ own: OWN, shared: [ONE], chosen: TWO });
    expect(readKept(text, OWN).chosen).toBeNull();
  });
});

test("an account is added once, and the oldest make room", () => {
  const none = { own: OWN, shared: [], chosen: null };
  expect(withShared(withShared(none, ONE), ONE).shared).toEqual([ONE]);
  const many = Array.from({ length: SHARED_MAX }, (_, place) => addressOf(place + 1));
  const more = withShared({ own: OWN, shared: many, chosen: many[0] ?? null }, addressOf(99));
  expect([more.shared.length, more.shared.at(-1), more.chosen]).toEqual([
    SHARED_MAX,
    addressOf(99),
    null,
  ]);
});

test("the own account acts once the chosen one is removed", () => {
  const kept = { own: OWN, shared: [ONE, TWO], chosen: ONE };
  expect(withoutShared(kept, ONE)).toEqual({ own: OWN, shared: [TWO], chosen: null });
  expect(withoutShared(kept, TWO)).toEqual({ own: OWN, shared: [ONE], chosen: ONE });
});

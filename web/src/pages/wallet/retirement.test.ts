import { describe, expect, test } from "vitest";
import { opMisfit } from "../../wallet/body";
import { type Fields, parse } from "../../wallet/json";
import vectors from "../../wallet/vectors/bodies.json";
import {
  buy,
  type Claim,
  commitmentOf,
  isWhole,
  partsOf,
  type Privacy,
  purchase,
  retire,
} from "./retirement";

const SALT = "ab".repeat(32);
const LOT = { batch: "vcs-01987-2023-001", grams: 12_000_000n, parts: [] };
const CLAIM: Claim = {
  name: "Heyuan",
  account: null,
  country: "CN",
  purpose: "travel",
  message: "hello",
  start: "2026-01-01",
  end: "2026-12-31",
  privacy: "public",
};

test.each(vectors.openings)("a $privacy certificate commits as the ledger does", (vector) => {
  const opening = parse(vector.opening) as Fields;
  expect(commitmentOf(opening, vector.privacy as Privacy, vector.salt)).toBe(vector.commitment);
});

describe("a retirement", () => {
  test.each(["public", "name_hidden", "sealed"] as const)("%s fits its class", (privacy) => {
    const { op, opening } = retire(LOT, { ...CLAIM, privacy }, SALT);
    expect(opMisfit(op)).toBeNull();
    expect(opening === null).toBe(privacy === "public");
  });

  test("hides the name alone, or everything", () => {
    const named = retire(LOT, { ...CLAIM, privacy: "name_hidden" }, SALT).op;
    const sealed = retire(LOT, { ...CLAIM, privacy: "sealed" }, SALT).op;
    expect([named["beneficiary"], named["message"]]).toEqual([null, "hello"]);
    expect([sealed["beneficiary"], sealed["message"], sealed["period_start"]]).toEqual([
      null,
      "",
      null,
    ]);
  });

  test("of held serials states no grams", () => {
    const { op } = retire({ ...LOT, parts: [[1n, 2n]] }, CLAIM, SALT);
    expect([op["source"], op["grams"], opMisfit(op)]).toEqual(["held", 0n, null]);
  });
});

describe("a purchase", () => {
  const asks = [
    [100n, 5_000_000n],
    [110n, 5_000_000n],
  ] as const;

  test("is limited 1 % above the worst level that it needs, on a tick", () => {
    expect(purchase(asks, 5_000_000n, 10n, 1_000n)).toEqual({ limit: 110n, cost: 551n, short: 0n });
    expect(purchase(asks, 6_000_000n, 10n, 1_000n).limit).toBe(120n);
  });

  test("never goes above the band, and says what the book lacks", () => {
    expect(purchase(asks, 12_000_000n, 10n, 115n)).toMatchObject({
      limit: 115n,
      short: 2_000_000n,
    });
  });

  test("is an order that the ledger reads", () => {
    expect(opMisfit(buy("a-cny", 1n, 1n))).toBeNull();
  });
});

test.each([
  [
    3n,
    [
      [1n, 2n],
      [5n, 5n],
    ],
  ],
  [1n, [[1n, 1n]]],
  [
    8n,
    [
      [1n, 2n],
      [5n, 10n],
    ],
  ],
  [9n, null],
  [0n, null],
] as const)("%s tonnes of the held serials 1-2 and 5-10", (tonnes, parts) => {
  expect(
    partsOf(
      [
        [1n, 2n],
        [5n, 10n],
      ],
      tonnes,
    ),
  ).toEqual(parts);
});

test("only whole thousands of grams leave the market", () => {
  expect([0n, 999n, 1_000n, 1_500n].map(isWhole)).toEqual([false, false, true, false]);
});

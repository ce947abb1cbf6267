import { describe, expect, test } from "vitest";
import { type Price, cheapest, pricesOf } from "./prices";

const PRICES: Price[] = [
  { instrument: "a-cny", batch: "vcs-00001-2022-001", quote: "cny", price: 20_000n },
  { instrument: "b-cny", batch: "vcs-00001-2023-001", quote: "cny", price: 10_000n },
  { instrument: "c-usd", batch: "vcs-00001-2023-001", quote: "usd", price: 1n },
  { instrument: "d-cny", batch: "vcs-00011-2023-001", quote: "cny", price: 5n },
];

describe("the price of a tonne", () => {
  test("of a project is that of its cheapest batch in one currency", () => {
    expect(cheapest(PRICES, "vcs-00001")?.instrument).toBe("b-cny");
  });

  test("of a batch is its own, and never another project's whose id begins alike", () => {
    expect(cheapest(PRICES, "vcs-00001-2022-001")?.price).toBe(20_000n);
    expect(cheapest(PRICES, "vcs-0001")).toBeNull();
  });

  test("is the last trade, else the reference", () => {
    const found = pricesOf({
      instruments: {
        nodes: [
          { key: "a-cny", assetId: "x", quote: "cny", ref: "7" },
          { key: "b-cny", assetId: "y", quote: "cny", ref: "8" },
        ],
      },
      tickers: { nodes: [{ instrumentId: "a-cny", lastPrice: "9" }] },
    });
    expect(found.map((row) => row.price)).toEqual([9n, 8n]);
  });
});

import { describe, expect, test } from "vitest";
import { type Book, type Message, checksum, taken } from "./book";

const SNAPSHOT: Message = {
  height: 5,
  seq: 7,
  phase: "open",
  bids: [
    [60500, 900000000],
    [60000, 120000000],
  ],
  asks: [
    [61500, 40000000],
    [62000, 500000000],
  ],
  checksum: 2353058364,
};

describe("a book that is followed", () => {
  test("has the checksum of the worked example in market.md 13", () => {
    expect(checksum(SNAPSHOT.bids, SNAPSHOT.asks)).toBe(2353058364);
  });

  test("begins with a snapshot and refuses one that does not sum up", () => {
    expect(taken(null, SNAPSHOT)?.seq).toBe(7);
    expect(taken(null, { ...SNAPSHOT, checksum: 1 })).toBeNull();
  });

  test("takes changes, keeps the best first, and drops a level of nothing", () => {
    const book = taken(null, SNAPSHOT) as Book;
    const bids = [[60600, 1000000]] as const;
    const asks = [[61500, 0]] as const;
    const after = {
      bids: [...bids, ...SNAPSHOT.bids],
      asks: [[62000, 500000000]] as const,
    };
    const frame = { ...SNAPSHOT, height: 6, seq_prev: 7, seq: 9, bids, asks };
    const next = taken(book, { ...frame, checksum: checksum(after.bids, after.asks) });
    expect(next?.bids).toEqual(after.bids);
    expect(next?.asks).toEqual(after.asks);
    expect(next?.seq).toBe(9);
  });

  test("asks for a snapshot after a gap, and passes over what it knows", () => {
    const book = taken(null, SNAPSHOT);
    expect(taken(book, { ...SNAPSHOT, height: 6, seq_prev: 8, seq: 9 })).toBeNull();
    expect(taken(book, { ...SNAPSHOT, seq_prev: 5 })).toBe(book);
    expect(taken(null, { ...SNAPSHOT, seq_prev: 5 })).toBeNull();
  });
});

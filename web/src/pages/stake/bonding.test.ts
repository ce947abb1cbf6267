import { describe, expect, test } from "vitest";
import { bondFault, stocks, unbondFault, waitsForPower } from "./bonding";
import type { ValidatorFound } from "./shapes";

const FOUND: ValidatorFound = {
  operator: "o", address: "a", moniker: "n", pubkey: "k", status: "admitted", state: "in_force",
  credit: 8_000,
  suspended: false, jailed_until: null, barred_until: 0, stake: "0", bonus_bp: 0, weight: "0",
  declared: 0, admitted: 0, power: 1, power_total: 1, bonded_t: "2000", blocks: 0, signed: 0,
  absent: 0, lots: [{ batch: "vcs-00001-2025-001", tonnes: "2000", since: 0 }], unbonding: [],
  cpoes: [], faults: [],
};
const LOT = { batch: "vcs-00001-2025-001", free: 500n, bonded: 2_000n };
const lots = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ batch: `b-${place}`, tonnes: "1", since: 0 }));

describe("what an operator bonds and takes out", () => {
  test("its batches are those that it holds and those that it bonded, in whole tonnes", () => {
    const balances = [
      { asset: "cny", amount: "5" },
      { asset: "vcs-00001-2021-001", amount: "1999999" },
      { asset: "vcs-00001-2020-001", amount: "999999" },
    ];
    expect(stocks(FOUND, balances)).toEqual([
      { batch: "vcs-00001-2021-001", free: 1n, bonded: 0n },
      { batch: "vcs-00001-2025-001", free: 0n, bonded: 2_000n },
    ]);
  });

  test("bonds what it holds, once it is admitted", () => {
    expect(bondFault(FOUND, LOT, 500n, 1_000)).toBeNull();
    expect(bondFault(FOUND, LOT, 501n, 1_000)).toBe("notHeld");
    expect(bondFault({ ...FOUND, status: "declared" }, LOT, 1n, 1_000)).toBe("notAdmitted");
  });

  test("begins with the least bond and has 32 lots at most", () => {
    const fresh = { ...FOUND, lots: [] };
    const stock = { ...LOT, bonded: 0n };
    expect(bondFault(fresh, stock, 499n, 500)).toBe("tooSmall");
    expect(bondFault(fresh, stock, 500n, 500)).toBeNull();
    expect(bondFault({ ...FOUND, lots: lots(32) }, stock, 1n, 500)).toBe("tooManyLots");
    expect(bondFault({ ...FOUND, lots: lots(32) }, LOT, 1n, 500)).toBeNull();
  });

  test("takes out what is bonded", () => {
    expect(unbondFault(FOUND, LOT, 2_000n)).toBeNull();
    expect(unbondFault(FOUND, LOT, 2_001n)).toBe("notBonded");
    const waiting = lots(32).map((lot, no) => ({ ...lot, no, due: null }));
    expect(unbondFault({ ...FOUND, unbonding: waiting }, LOT, 1n)).toBe("tooManyEntries");
  });

  test("waits for its power to end when less than the least stays", () => {
    expect(waitsForPower(FOUND, 1_000n, 1_000)).toBe(false);
    expect(waitsForPower(FOUND, 1_001n, 1_000)).toBe(true);
    expect(waitsForPower({ ...FOUND, power: 0 }, 1_001n, 1_000)).toBe(false);
  });
});

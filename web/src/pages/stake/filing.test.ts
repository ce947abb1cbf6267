import { describe, expect, test } from "vitest";
import {
  openCount,
  overlapping,
  periodFault,
  periodOf,
  serialsFault,
  serialsOf,
  serialsSum,
  wholeTonnes,
} from "./filing";
import type { Cpoe } from "./shapes";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 25);

function record(changes: Partial<Cpoe>): Cpoe {
  return {
    id: "c-1", owner: "o", project: "vcs-00001", period_start: 0, period_end: DAY, tonnes: "1",
    methodology: "m", verifier: "v", evidence: "", serials: [], status: "valid", filed: 0,
    attested: null, challenged: null, challenger: null, challenge: null, ...changes,
  };
}

describe("a proof of reduction that is filed", () => {
  test("covers whole days at UTC+8", () => {
    expect(periodOf("2026-01-01", "2026-03-31")).toEqual({
      start: Date.UTC(2025, 11, 31, 16),
      end: Date.UTC(2026, 2, 31, 16) - 1,
    });
    expect(periodOf("", "2026-03-31")).toBeNull();
  });

  test.each([
    [28 * DAY - 1, "length"], [28 * DAY, null], [366 * DAY, null], [366 * DAY + 1, "length"],
  ])("of a length of %d ms is refused as %s", (length, fault) => {
    expect(periodFault({ start: NOW - length, end: NOW }, NOW)).toBe(fault);
  });

  test("is over when it is filed", () => {
    expect(periodFault({ start: NOW - 40 * DAY, end: NOW + 1 }, NOW)).toBe("open");
  });

  test("overlaps no record of its project that stands", () => {
    expect(overlapping({ start: DAY, end: 2 * DAY }, [record({})])?.id).toBe("c-1");
    expect(overlapping({ start: DAY + 1, end: 2 * DAY }, [record({})])).toBeNull();
    expect(overlapping({ start: 0, end: DAY }, [record({ status: "revoked" })])).toBeNull();
  });

  test("adds its serials up where they are of this ledger", () => {
    const typed = "CTN-VCS-00001-2021-001-1-600\n ctn-vcs-00001-2021-001-601-1000,";
    const serials = serialsOf(typed);
    expect(serials).toHaveLength(2);
    expect(serialsSum(serials)).toBe(1_000n);
    expect(serialsFault(serials)).toBeNull();
    expect(serialsSum([...serials, "GS1-1-KE-GS1-16-2020-1-1-5"])).toBeNull();
  });

  test("tells what is wrong with its serials", () => {
    expect(serialsFault([])).toBe("none");
    expect(serialsFault(Array.from({ length: 65 }, (_, place) => `X-${place}`))).toBe("many");
    expect(serialsFault(["x".repeat(201)])).toBe("long");
    expect(serialsFault(["CTN-A-5-4"])).toBe("reversed");
    expect(serialsFault(["CTN-A-1-5", "CTN-A-5-9"])).toBe("repeated");
    expect(serialsFault(["CTN-A-1-5", "CTN-B-5-9"])).toBeNull();
    expect(serialsFault(["Y-1", "Y-1"])).toBe("repeated");
  });

  test("counts what is not settled", () => {
    const states = ["filed", "attested", "challenged", "valid", "revoked"];
    expect(openCount(states.map((status) => record({ status })))).toBe(3);
  });

  test("claims whole tonnes above zero", () => {
    expect(["1 000", "0", "1.5", ""].map(wholeTonnes)).toEqual([1_000n, null, null, null]);
  });
});

import { describe, expect, test } from "vitest";
import { chances, type Reader, WAIT_MS } from "./chances";
import type { Cpoe } from "./shapes";

const NOBODY: Reader = { account: null, roles: [], verifies: null, isMember: false };
const ANYONE: Reader = { ...NOBODY, account: "a", roles: ["visitor", "ordinary"] };
const FILED: Cpoe = {
  id: "c-1", owner: "o", project: "vcs-00001", period_start: 0, period_end: 1, tonnes: "1",
  methodology: "m", verifier: "v", evidence: "", serials: [], status: "filed", filed: 0,
  attested: null, challenged: null, challenger: null, challenge: null,
};
const ATTESTED: Cpoe = { ...FILED, status: "attested", attested: 0 };

const hindrance = (record: Cpoe, reader: Reader, now = 0) =>
  Object.fromEntries(chances(record, reader, now).map(({ act, hindrance }) => [act, hindrance]));

describe("what a reader can do about a proof of reduction", () => {
  test("a record that was filed waits for the verifier that it names", () => {
    const verifier: Reader = { ...ANYONE, account: "v", verifies: "vcs" };
    expect(hindrance(FILED, verifier)).toEqual({ attest: null });
    expect(hindrance(FILED, { ...verifier, verifies: "" })).toEqual({ attest: null });
    expect(hindrance(FILED, { ...verifier, verifies: "gs" })).toEqual({ attest: "notVerifier" });
    expect(hindrance(FILED, { ...verifier, account: "w" })).toEqual({ attest: "otherVerifier" });
    expect(hindrance(FILED, { ...verifier, account: "o" })).toEqual({ attest: "own" });
    expect(hindrance(FILED, ANYONE)).toEqual({ attest: "notVerifier" });
    expect(hindrance(FILED, NOBODY)).toEqual({ attest: "noWallet" });
    expect(hindrance(FILED, verifier, WAIT_MS)).toEqual({ attest: "over" });
  });

  test("an attested record is open to any attested account but its owner for 30 days", () => {
    expect(hindrance(ATTESTED, ANYONE)).toMatchObject({ challenge: null });
    expect(hindrance(ATTESTED, ANYONE, WAIT_MS)).toMatchObject({ challenge: "over" });
    expect(hindrance(ATTESTED, { ...ANYONE, roles: ["visitor"] })).toMatchObject({
      challenge: "notAttested",
    });
    expect(hindrance(ATTESTED, { ...ANYONE, account: "o" })).toMatchObject({ challenge: "own" });
  });

  test.each(["attested", "challenged", "valid"])("the council rules on a record %s", (status) => {
    const record = { ...ATTESTED, status };
    expect(hindrance(record, { ...ANYONE, isMember: true })).toMatchObject({ rule: null });
    expect(hindrance(record, ANYONE)).toMatchObject({ rule: "notMember" });
  });

  test("nothing can be done about a revoked one", () => {
    expect(chances({ ...FILED, status: "revoked" }, ANYONE, 0)).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { faultOf } from "./fault";

describe("a fault", () => {
  test("keeps class, field, facts and request of a problem document", () => {
    const fault = faultOf({
      code: "bad_price",
      module: "market",
      detail: "The price is no multiple of the tick.",
      field: "price",
      facts: { tick: "100", seen: 3 },
      request_id: "r1",
    });
    expect(fault).toEqual({
      kind: "refused",
      code: "bad_price",
      module: "market",
      sentence: "The price is no multiple of the tick.",
      field: "price",
      facts: [
        ["tick", "100"],
        ["seen", "3"],
      ],
      request: "r1",
    });
  });

  test("tells a read model that is behind from a refusal", () => {
    expect(faultOf({ code: "behind" }).kind).toBe("behind");
    expect(faultOf({ code: "not_found" }).kind).toBe("refused");
  });

  test("says something of an answer that says nothing", () => {
    expect(faultOf({}, "Bad Gateway")).toMatchObject({ code: "failed", sentence: "Bad Gateway" });
  });
});

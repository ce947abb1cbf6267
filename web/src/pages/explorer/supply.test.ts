import { expect, test } from "vitest";
import { parts } from "./supply";

test("every serial of a class is in exactly one term", () => {
  const statuses = { held: "82", custody: "882916", fraction: "2", retired: "2407", buffer: "3" };
  const found = parts({ class: "vcs", issued_t: "885410", statuses });
  expect(found).toEqual({
    issued: 885410n, registry: 82n, market: 882918n, ended: 2407n, other: 3n,
  });
  expect(found.registry + found.market + found.ended + found.other).toBe(found.issued);
});

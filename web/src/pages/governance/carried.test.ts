import { describe, expect, test } from "vitest";
import { OPS } from "../../ops/declared";
import { decidable, typingOf, valueOf } from "./carried";

function field(tag: string, name: string) {
  const found = OPS[tag]?.fields.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${tag} has no ${name}`);
  return typingOf(found);
}

describe("what a proposal carries", () => {
  test("the public decides what governance may, the council its own as well", () => {
    expect(decidable("public")).toContain("governance.set_param");
    expect(decidable("public")).not.toContain("staking.admit");
    const both = ["staking.admit", "governance.set_param"];
    expect(decidable("council")).toEqual(expect.arrayContaining(both));
  });

  test("a proposal carries no proposal", () => {
    expect(decidable("council")).not.toContain("governance.propose");
  });

  test("fields are typed by what they hold", () => {
    expect(field("governance.set_council", "members").kind).toBe("texts");
    expect(field("governance.schedule_upgrade", "height").kind).toBe("number");
    expect(field("staking.rule_cpoe", "valid").kind).toBe("flag");
    expect(field("identity.appoint", "kind").kind).toBe("choice");
    expect(field("identity.appoint", "expires")).toMatchObject({ kind: "time", isOptional: true });
  });

  test("what is typed becomes the value, or nothing", () => {
    expect(valueOf("1 000", field("governance.schedule_upgrade", "height"))).toBe(1_000n);
    expect(valueOf("x", field("governance.schedule_upgrade", "height"))).toBeUndefined();
    expect(valueOf("", field("identity.appoint", "expires"))).toBeNull();
    expect(valueOf("a, b\nc", field("governance.set_council", "members"))).toEqual(["a", "b", "c"]);
  });
});

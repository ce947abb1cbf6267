// Why a serial has no life to show, in words that help.

import type { Fault } from "../../data/fault";

/** The note for a refusal that is about the text itself; null for any other. */
export function noteOf(fault: Fault): "noGrammar" | "inColumns" | "notHere" | null {
  if (fault.code === "not_found") return "notHere";
  if (fault.code !== "bad_filter") return null;
  const rule = fault.facts.find(([name]) => name === "rule")?.[1] ?? "";
  return rule.includes("stand in columns") ? "inColumns" : "noGrammar";
}

// The parameters that stake is weighed by.

import { useResource } from "../../data/useRead";
import type { ParamRow, Rules } from "./shapes";

const DAY_MS = 86_400_000;
const STARTING: Rules = { quality_bp: 7_000, epoch_ms: DAY_MS, min_bond_t: 1_000, approvers: 2 };

/** The rules in force; those that a chain starts with until they are read. */
export function useRules(): Rules {
  const reading = useResource<{ readonly items: readonly ParamRow[] }>("/params");
  if (reading.state !== "ready") return STARTING;
  const found = new Map(reading.data.items.map(({ name, value }) => [name, Number(value)]));
  return {
    quality_bp: found.get("quality_default_bp") ?? STARTING.quality_bp,
    epoch_ms: found.get("epoch_ms") ?? STARTING.epoch_ms,
    min_bond_t: found.get("min_bond_t") ?? STARTING.min_bond_t,
    approvers: found.get("enterprise_min_approvers") ?? STARTING.approvers,
  };
}

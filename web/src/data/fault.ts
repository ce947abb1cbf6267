// Why something was not answered: the same shape whether REST, GraphQL or the network says it.

export interface Fault {
  /** `offline`: nothing answered; `behind`: the read model is not there yet; else `refused`. */
  readonly kind: "offline" | "behind" | "refused";
  readonly code: string;
  readonly module: string;
  readonly sentence: string;
  readonly field: string | null;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly request: string | null;
}

interface Problem {
  readonly code?: string;
  readonly module?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly field?: string | null;
  readonly facts?: Record<string, unknown>;
  readonly request_id?: string;
}

/** The fault that a problem document (RFC 9457), or the extensions of a GraphQL error, tells. */
export function faultOf(problem: Problem, sentence?: string): Fault {
  const code = problem.code ?? "failed";
  return {
    kind: code === "behind" ? "behind" : "refused",
    code,
    module: problem.module ?? "",
    sentence: problem.detail ?? sentence ?? problem.title ?? "",
    field: problem.field ?? null,
    facts: Object.entries(problem.facts ?? {}).map(([name, value]) => [name, textOf(value)]),
    request: problem.request_id ?? null,
  };
}

/** Nothing answered. */
export const OFFLINE: Fault = {
  kind: "offline",
  code: "offline",
  module: "",
  sentence: "",
  field: null,
  facts: [],
  request: null,
};

/** Thrown by what reads, so that a page shows it. */
export class Refused extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

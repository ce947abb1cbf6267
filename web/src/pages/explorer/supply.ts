// The terms of the equation, by what the serials of a class became (registry.md 6, 7).

export interface Statement {
  readonly class: string;
  readonly issued_t: string;
  readonly statuses: Readonly<Record<string, string>>;
}

export interface Parts {
  readonly issued: bigint;
  readonly registry: bigint;
  readonly market: bigint;
  readonly ended: bigint;
  readonly other: bigint;
}

const MARKET = ["custody", "fraction"];
const ENDED = ["retired", "cancelled", "surrendered", "invalidated", "converted"];

/** Tonnes issued, held at the registry, on the market, ended, and elsewhere. */
export function parts(statement: Statement): Parts {
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + BigInt(statement.statuses[name] ?? 0), 0n);
  const elsewhere = Object.keys(statement.statuses).filter(
    (name) => name !== "held" && !MARKET.includes(name) && !ENDED.includes(name),
  );
  return {
    issued: BigInt(statement.issued_t),
    registry: sum(["held"]),
    market: sum(MARKET),
    ended: sum(ENDED),
    other: sum(elsewhere),
  };
}

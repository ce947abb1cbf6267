// What the classes of operations declare, as `make reference` writes it to ops.json.

import declared from "./ops.json";

export type Threshold = "any" | "low" | "medium" | "high";

/** JSON Schema as ops.json uses it. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema | boolean;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A field: its type, and what its text is: `address`, `account`, or the most bytes of it. */
export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly text: string | null;
}

export interface Operation {
  readonly threshold: Threshold;
  readonly family: string;
  readonly needs: readonly string[];
  readonly work: { readonly base: number; readonly per: Readonly<Record<string, number>> };
  readonly fields: readonly Field[];
}

interface Declared {
  readonly ops: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const { ops, schemas } = declared as unknown as Declared;

export const OPS = ops;

/** The operation that carries others, in its field `ops`, to be run once it is adopted. */
export const CARRIER = "governance.propose";

/** The schema that a reference names, or the schema itself. */
export function resolved(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = schemas[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)];
  if (found === undefined) throw new Error(`ops.json names no ${schema.$ref}`);
  return found;
}

const WEIGHTS: readonly Threshold[] = ["any", "low", "medium", "high"];

/** The highest threshold among operations, as the ledger takes it. */
export function highest(tags: readonly string[]): Threshold {
  const weights = tags.map((tag) => WEIGHTS.indexOf(ops[tag]?.threshold ?? "high"));
  return WEIGHTS[Math.max(...weights)] ?? "high";
}

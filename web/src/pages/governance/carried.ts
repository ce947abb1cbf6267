// What a proposal may carry, and how a field of it is typed: from the declarations of ops.json, so
// that every operation of the council can be proposed.

import { baseUnits } from "../../ops/amounts";
import { OPS, resolved, type Field, type Schema } from "../../ops/declared";
import { formOf } from "../../ops/forms";
import { parse, type Json } from "../../wallet/json";

export type Track = "council" | "public";

/** The operations that a track decides, by tag. */
export function decidable(track: Track): string[] {
  const needed = track === "public" ? ["governance"] : ["governance", "council"];
  return Object.entries(OPS)
    .filter(([, op]) => op.needs.some((need) => needed.includes(need)))
    .map(([tag]) => tag)
    .sort();
}

export type Kind = "text" | "number" | "time" | "flag" | "choice" | "texts" | "json";

/** How a field is typed: its kind, whether it may be absent, and the words it chooses from. */
export interface Typing {
  readonly kind: Kind;
  readonly isOptional: boolean;
  readonly words: readonly string[];
  /** What is typed, in a word: the kind, or what a number counts. */
  readonly unit: Kind | "grams" | "money";
}

/** How a declared field is typed. */
export function typingOf(field: Field): Typing {
  const whole = resolved(field.schema);
  const isOptional = whole.anyOf?.some(({ type }) => type === "null") ?? false;
  const schema = whole.anyOf?.map(resolved).find(({ type }) => type !== "null") ?? whole;
  const kind = kindOf(schema, field.name);
  return { kind, isOptional, words: schema.enum ?? [], unit: unitOf(kind, field.name) };
}

function kindOf(schema: Schema, name: string): Kind {
  if (schema.enum !== undefined) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "integer") return formOf(name) === "time" ? "time" : "number";
  if (schema.type === "string") return "text";
  const items = typeof schema.items === "object" ? resolved(schema.items) : null;
  return schema.type === "array" && items?.type === "string" ? "texts" : "json";
}

function unitOf(kind: Kind, name: string): Typing["unit"] {
  const form = kind === "number" ? formOf(name) : null;
  if (form === "grams") return "grams";
  return form === "money" || form === "price" ? "money" : kind;
}

/** What a field begins with. */
export function first({ kind, isOptional, words }: Typing): string {
  if (isOptional) return "";
  if (kind === "choice") return words[0] ?? "";
  return kind === "flag" ? "false" : "";
}

/** The value of a typed field; undefined when it is none. */
export function valueOf(typed: string, { kind, isOptional }: Typing): Json | undefined {
  const text = typed.trim();
  if (text === "" && isOptional) return null;
  switch (kind) {
    case "number":
      return baseUnits(text, 0) ?? undefined;
    case "time": {
      const time = Date.parse(text);
      return Number.isNaN(time) ? undefined : BigInt(time);
    }
    case "flag":
      return text === "true";
    case "texts":
      return text.split(/[\s,，]+/).filter((part) => part !== "");
    case "json":
      return jsonOf(text);
    default:
      return text;
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

// Whether a value is of the type that an operation's class declares: no field missing, none more.

import { resolved, type Schema } from "../ops/declared";
import { INT_MAX, isFields, type Json } from "./json";

const patterns = new Map<string, RegExp>();

/** Says where and how a value differs from its schema; null when it fits. */
export function misfit(value: Json, schema: Schema, at: string): string | null {
  const rule = resolved(schema);
  if (rule.anyOf !== undefined) {
    const faults = rule.anyOf.map((one) => misfit(value, one, at));
    return faults.includes(null) ? null : (faults[0] ?? `${at}: no type`);
  }
  if (rule.enum !== undefined) {
    return typeof value === "string" && rule.enum.includes(value)
      ? null
      : `${at}: one of ${rule.enum.join(", ")}`;
  }
  switch (rule.type) {
    case "null":
      return value === null ? null : `${at}: null`;
    case "boolean":
      return typeof value === "boolean" ? null : `${at}: true or false`;
    case "integer":
      return integerMisfit(value, rule, at);
    case "string":
      return stringMisfit(value, rule, at);
    case "array":
      return listMisfit(value, rule, at);
    case "object":
      if (rule.properties === undefined) return isFields(value) ? null : `${at}: an object`;
      return objectMisfit(value, rule.properties ?? {}, at);
    default:
      return `${at}: a type that this page does not know`;
  }
}

/** Says which field of an object is missing, unknown or wrong. */
export function objectMisfit(
  value: Json,
  properties: Readonly<Record<string, Schema>>,
  at: string,
): string | null {
  if (!isFields(value)) return `${at}: an object`;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(properties, name)) return `${at}.${name}: unknown field`;
  }
  for (const [name, schema] of Object.entries(properties)) {
    const inner = value[name];
    if (inner === undefined) return `${at}.${name}: missing`;
    const fault = misfit(inner, schema, `${at}.${name}`);
    if (fault !== null) return fault;
  }
  return null;
}

function integerMisfit(value: Json, rule: Schema, at: string): string | null {
  if (typeof value !== "bigint") return `${at}: an integer`;
  // 2^63 - 1 is no double, so what is above 2^53 in the schema means the ledger's own bound.
  const isExact = rule.maximum !== undefined && Number.isSafeInteger(rule.maximum);
  const most = isExact ? BigInt(rule.maximum ?? 0) : INT_MAX;
  const least = BigInt(rule.minimum ?? 0);
  return value >= least && value <= most ? null : `${at}: ${least} to ${most}`;
}

function stringMisfit(value: Json, rule: Schema, at: string): string | null {
  if (typeof value !== "string") return `${at}: a text`;
  const size = [...value].length;
  if (size < (rule.minLength ?? 0) || size > (rule.maxLength ?? size)) return `${at}: its length`;
  if (rule.pattern === undefined) return null;
  return pattern(rule.pattern).test(value) ? null : `${at}: ${rule.pattern}`;
}

function pattern(source: string): RegExp {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  // Without the flag `m`, `$` is the end of the text, as Python's `\Z` is.
  const made = new RegExp(source.replaceAll("\\Z", "$"), "u");
  patterns.set(source, made);
  return made;
}

function listMisfit(value: Json, rule: Schema, at: string): string | null {
  if (!Array.isArray(value)) return `${at}: a list`;
  const isFull = value.length <= (rule.maxItems ?? value.length);
  if (value.length < (rule.minItems ?? 0) || !isFull) return `${at}: its length`;
  for (const [place, item] of value.entries()) {
    const schema = rule.prefixItems?.[place] ?? rule.items;
    if (typeof schema !== "object") return `${at}[${place}]: too many`;
    const fault = misfit(item, schema, `${at}[${place}]`);
    if (fault !== null) return fault;
  }
  return null;
}

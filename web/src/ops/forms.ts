// How each field of an operation is read: what its number counts. A number without a form here is
// never shown, so an operation that has one cannot be signed (and a test fails).

import { short } from "../wallet/address";
import type { Op } from "../wallet/body";
import { type Fields, isFields, type Json } from "../wallet/json";
import { amountText, decimal, moneyText, quoteOf, tonnesText } from "./amounts";

export type Language = "zh-CN" | "en";
export type Form =
  | "asset" | "money" | "price" | "grams" | "tonnes" | "time" | "day" | "days" | "count" | "serials"
  | "bp" | "ppm" | "ms" | "seconds" | "minutes" | "weekdays" | "latitude" | "longitude"
  | "sessions";

/** A piece of a sentence; `whole` is what a shortened value stands for. */
export interface Part {
  readonly kind: "text" | "value" | "address";
  readonly text: string;
  readonly whole?: string;
}

const COUNT_FIELDS = [
  "redemption", "order", "fills_max", "halts_max", "level", "verifiers", "comment_days", "t_plus",
  "rows", "accepted", "vintage", "vintage_from", "vintage_to",
  "number", "scheme", "guardian_threshold", "proposal", "threshold", "emergency", "height",
  "app_version",
];
const FORMS: Readonly<Record<string, Form>> = {
  ...Object.fromEntries(COUNT_FIELDS.map((name) => [name, "count" as const])),
  amount: "asset", bank_balance: "asset",
  budget: "money", per_tx: "money",
  price: "price", trigger: "price", ref: "price", tick: "price",
  grams: "grams", qty: "grams", display: "grams", lot: "grams", qty_max: "grams",
  block_min: "grams", auction_lot: "grams", holding: "grams",
  tonnes: "tonnes", quota_day_t: "tonnes", annual_t: "tonnes",
  expires: "time", until: "time", active_from: "time", grace_until: "time", deadline: "time",
  period_start: "time", period_end: "time",
  day: "day", holidays: "days", extra: "days",
  parts: "serials", sessions: "sessions",
  batch_ms: "ms", halt_s: "seconds", call_s: "seconds", call_lock_s: "seconds",
  utc_offset_min: "minutes", weekdays: "weekdays", lat_e6: "latitude", lon_e6: "longitude",
};
const DAY_MS = 86_400_000n;
const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  "zh-CN": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
  en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
};

/** What the number of a field counts; null when nobody said. */
export function formOf(field: string): Form | null {
  if (Object.hasOwn(FORMS, field)) return FORMS[field] ?? null;
  if (field.endsWith("_bp")) return "bp";
  return field.includes("_ppm") ? "ppm" : null;
}

/** The fields that another field's form already says: the asset of an amount. */
export function saidBy(field: string): readonly string[] {
  return formOf(field) === "asset" ? ["asset"] : [];
}

/** A field's value as parts, in words of the language where a value is a word of ours. */
export function partsOf(
  op: Op,
  field: string,
  words: Readonly<Record<string, string>>,
  language: Language,
): Part[] {
  const value = op[field] ?? null;
  if (typeof value === "string" && value.startsWith("ctn1")) {
    return [{ kind: "address", text: short(value), whole: value }];
  }
  return [{ kind: "value", text: textOf(value, field, { op, words, language }) }];
}

interface Frame {
  readonly op: Op;
  readonly words: Readonly<Record<string, string>>;
  readonly language: Language;
}

function textOf(value: Json, field: string, frame: Frame): string {
  const { words } = frame;
  if (value === null) return words["null"] ?? "null";
  if (typeof value === "boolean") return words[String(value)] ?? String(value);
  if (typeof value === "bigint") return numberText(value, formOf(field), frame);
  if (typeof value === "string") return words[`${field}.${value}`] ?? words[value] ?? value;
  if (Array.isArray(value)) return listText(value, field, frame);
  if (field === "limits") return limitText(value);
  return Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== "")
    .map(([name, inner]) => `${words[name] ?? name} ${innerText(inner, name, frame)}`)
    .join(", ");
}

function innerText(value: Json, name: string, frame: Frame): string {
  // Inside a structure a number is a plain count unless its name says more.
  if (typeof value === "bigint") return numberText(value, formOf(name) ?? "count", frame);
  return textOf(value, name, frame);
}

function listText(list: readonly Json[], field: string, frame: Frame): string {
  const form = formOf(field);
  if (list.length === 0) return frame.words["none"] ?? "[]";
  if (form === "serials") return list.map(rangeText).join(", ");
  if (form === "sessions") return list.map((one) => sessionText(one, frame)).join(", ");
  const inner = form === "days" ? "day" : form;
  return list
    .map((one) => {
      if (typeof one === "bigint") return numberText(one, inner, frame);
      return isFields(one) ? `(${textOf(one, field, frame)})` : textOf(one, field, frame);
    })
    .join(", ");
}

/** The most of an asset that may leave in a day, in the asset's own unit. */
function limitText(limit: Fields): string {
  const asset = String(limit["asset"]);
  const most = limit["per_day"];
  return typeof most === "bigint" ? amountText(most, asset) : asset;
}

function rangeText(part: Json): string {
  return Array.isArray(part) ? part.map(String).join("–") : String(part);
}

function sessionText(session: Json, { words }: Frame): string {
  if (!isFields(session)) return "";
  const { mode, start, end } = session;
  const clock = (minutes: Json | undefined): string => {
    const at = Number(minutes);
    return `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
  };
  return `${words[String(mode)] ?? String(mode)} ${clock(start)}–${clock(end)}`;
}

function numberText(value: bigint, form: Form | null, { op, language }: Frame): string {
  const asset = typeof op["asset"] === "string" ? op["asset"] : "";
  switch (form) {
    case "asset":
      return amountText(value, asset);
    case "money":
      return moneyText(value, "cny");
    case "price":
      return `${moneyText(value, currencyOf(op))}/t`;
    case "grams":
      return tonnesText(value);
    case "tonnes":
      return `${decimal(value, 0, 0)} t`;
    case "time":
      return timeText(value, language);
    case "day":
      return dateOf(value * DAY_MS).slice(0, 10);
    case "bp":
      return `${decimal(value, 2, 0)} %`;
    case "ppm":
      return `${decimal(value, 4, 0)} %`;
    case "ms":
      return `${decimal(value, 3, 0)} s`;
    case "seconds":
      return `${decimal(value, 0, 0)} s`;
    case "minutes":
      return `${value} min`;
    case "weekdays":
      return WEEKDAYS[language].filter((_, place) => (value >> BigInt(place)) & 1n).join(" ");
    case "latitude":
      return `${decimal(value - 90_000_000n, 6, 1)}°`;
    case "longitude":
      return `${decimal(value - 180_000_000n, 6, 1)}°`;
    case "count":
      return value.toString();
    default:
      throw new Error(`no form for a number of ${op.op}`);
  }
}

function currencyOf(op: Op): string {
  if (typeof op["quote"] === "string") return op["quote"];
  return typeof op["instrument"] === "string" ? quoteOf(op["instrument"]) : "";
}

/** A time of the ledger, in ms, in the reader's own zone and with its name. */
export function timeText(ms: bigint, language: Language): string {
  if (ms > 8_640_000_000_000_000n) return `${ms} ms`;
  const clock = new Intl.DateTimeFormat(language, {
    dateStyle: "medium", timeStyle: "long", hourCycle: "h23",
  });
  return clock.format(new Date(Number(ms)));
}

function dateOf(ms: bigint): string {
  return ms > 8_640_000_000_000_000n ? `${ms} ms` : new Date(Number(ms)).toISOString();
}

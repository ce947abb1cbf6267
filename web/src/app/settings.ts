// What a reader prefers: language, theme, colours of prices. Kept in this browser; nothing secret.

import { useSyncExternalStore } from "react";

export type Language = "zh-CN" | "en";
export type Theme = "system" | "light" | "dark";
export type PriceColours = "red-up" | "green-up";

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  readonly priceColours: PriceColours;
}

const KEY = "ctn.settings";
const watchers = new Set<() => void>();
let current: Settings = { language: "zh-CN", theme: "system", priceColours: "red-up" };

/** Reads what is kept and shows it on the document. */
export function startSettings(): void {
  current = { ...current, ...kept() };
  show();
}

/** The settings of now, for what is no component. */
export function settings(): Settings {
  return current;
}

/** Changes some settings; rising prices take the colour of the language unless told otherwise. */
export function change(part: Partial<Settings>): void {
  const colours: Partial<Settings> =
    part.language === undefined
      ? {}
      : { priceColours: part.language === "en" ? "green-up" : "red-up" };
  current = { ...current, ...colours, ...part };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser without storage forgets the settings at the next visit.
  }
  show();
  for (const tell of watchers) tell();
}

/** The settings, for components. */
export function useSettings(): Settings {
  return useSyncExternalStore(watch, settings);
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

function show(): void {
  const root = document.documentElement;
  root.lang = current.language;
  root.dataset["theme"] = current.theme;
  root.dataset["prices"] = current.priceColours;
}

function kept(): Partial<Settings> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const kept = found !== null && typeof found === "object" ? sound(found) : {};
    // Rising is green to readers of English, unless they chose otherwise.
    return kept.language === "en" ? { priceColours: "green-up", ...kept } : kept;
  } catch {
    return {};
  }
}

function sound(found: Partial<Record<keyof Settings, unknown>>): Partial<Settings> {
  const { language, theme, priceColours } = found;
  return {
    ...(language === "zh-CN" || language === "en" ? { language } : {}),
    ...(theme === "system" || theme === "light" || theme === "dark" ? { theme } : {}),
    ...(priceColours === "red-up" || priceColours === "green-up" ? { priceColours } : {}),
  };
}

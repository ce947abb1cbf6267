// The accounts that the wallet's key signs for beside its own, and the one that acts now. They are
// kept in this browser for that key; nothing secret.

import { isAddress } from "./address";

const KEY = "ctn.accounts";
export const SHARED_MAX = 32;

/** The shared accounts of a key, by its own address; `chosen` is null for the own account. */
export interface Kept {
  readonly own: string;
  readonly shared: readonly string[];
  readonly chosen: string | null;
}

/** What a text holds for a key; nothing when it is another key's or no longer sound. */
export function readKept(text: string | null, own: string): Kept {
  const none: Kept = { own, shared: [], chosen: null };
  try {
    const found: unknown = JSON.parse(text ?? "null");
    if (typeof found !== "object" || found === null) return none;
    const { own: kept, shared, chosen } = found as Partial<Record<keyof Kept, unknown>>;
    if (kept !== own || !Array.isArray(shared)) return none;
    const sound = shared.filter((one): one is string => typeof one === "string" && isAddress(one));
    const listed = [...new Set(sound)].filter((one) => one !== own).slice(0, SHARED_MAX);
    return { own, shared: listed, chosen: listed.find((one) => one === chosen) ?? null };
  } catch {
    return none;
  }
}

/** The list with one more account, the newest last; the oldest make room. */
export function withShared(kept: Kept, address: string): Kept {
  const others = kept.shared.filter((one) => one !== address);
  const shared = [...others, address].slice(-SHARED_MAX);
  const chosen = shared.find((one) => one === kept.chosen) ?? null;
  return { ...kept, shared, chosen };
}

/** The list without an account; its own account acts when that was the chosen one. */
export function withoutShared(kept: Kept, address: string): Kept {
  const shared = kept.shared.filter((one) => one !== address);
  return { ...kept, shared, chosen: kept.chosen === address ? null : kept.chosen };
}

// A browser without storage forgets the list when the page is left.
let unkept: string | null = null;

/** What the browser keeps for a key. */
export function load(own: string): Kept {
  try {
    return readKept(localStorage.getItem(KEY), own);
  } catch {
    return readKept(unkept, own);
  }
}

/** Keeps a list in the browser. */
export function save(kept: Kept): void {
  const text = JSON.stringify(kept);
  try {
    localStorage.setItem(KEY, text);
  } catch {
    unkept = text;
  }
}

/** Forgets the list. */
export function forget(): void {
  unkept = null;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // What was never kept is forgotten.
  }
}

// The closed list of what the page may ask of the wallet's worker, and what it answers. A secret
// crosses this line in two places only: words that were just made, to be shown once, and words or
// a file that the user typed in.

import type { WordLanguage } from "./derivation";
import type { FaultCode } from "./fault";

/** Where the wallet stands; the address is public, also while it is locked. */
export interface WalletState {
  readonly kind: "none" | "vault" | "seat" | "watch";
  readonly address: string | null;
  readonly key: string | null;
  readonly isLocked: boolean;
  readonly isBackedUp: boolean;
  readonly hasDraft: boolean;
}

/** Each question by its name: what it takes, what it gives. */
export interface Calls {
  state: { takes: null; gives: WalletState };
  draft: { takes: { language: WordLanguage }; gives: string[] };
  answer: { takes: { words: [number, string][] }; gives: boolean };
  backup: { takes: { words: string; passphrase: string }; gives: boolean };
  create: { takes: { password: string }; gives: WalletState };
  restore: {
    takes: { words: string; passphrase: string; password: string };
    gives: WalletState;
  };
  importFile: {
    takes: { text: string; filePassword: string; password: string };
    gives: WalletState;
  };
  exportFile: { takes: { password: string }; gives: string };
  seat: { takes: { language: WordLanguage }; gives: WalletState };
  keep: { takes: null; gives: string[] };
  watch: { takes: { address: string }; gives: WalletState };
  unlock: { takes: { password: string }; gives: WalletState };
  lock: { takes: null; gives: WalletState };
  touch: { takes: null; gives: null };
  forget: { takes: null; gives: WalletState };
  sign: {
    takes: { account: string; body: string; password: string | null };
    gives: { envelope: string; id: string };
  };
  login: {
    takes: { account: string; text: string };
    gives: { scheme: number; key: string; signature: string };
  };
}

export type Call = keyof Calls;

/** What is posted to the worker. */
export type Question = {
  [Name in Call]: {
    readonly no: number;
    readonly call: Name;
    readonly takes: Calls[Name]["takes"];
  };
}[Call];

/** What the worker posts: an answer to a question, or its state when that changed by itself. */
export type Answer =
  | { readonly no: number; readonly gives: Calls[Call]["gives"] }
  | { readonly no: number; readonly fault: FaultCode; readonly detail: string }
  | { readonly state: WalletState };

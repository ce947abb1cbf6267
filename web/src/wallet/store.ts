// What the browser keeps of the wallet, in IndexedDB: the vault, a watched address, and the signed
// transactions that were sent. Nothing here opens without the password.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { WalletFault } from "./fault";
import type { Vault } from "./vault";

export type SentStatus = "sent" | "applied" | "refused" | "broken" | "pending" | "unreached";

/** A transaction that this browser signed: the envelope can be offered again as it is. */
export interface Sent {
  readonly id: string;
  readonly account: string;
  readonly envelope: string;
  readonly body: string;
  readonly at: number;
  readonly status: SentStatus;
  readonly height: string | null;
  readonly refusal: string | null;
}

interface Schema extends DBSchema {
  vault: { key: string; value: Vault };
  watch: { key: string; value: string };
  sent: { key: string; value: Sent; indexes: { at: number } };
}

const NAME = "ctn-wallet";
const VERSION = 1;
const ONLY = "only";
const SENT_MAX = 100;

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, VERSION, {
    upgrade(base) {
      base.createObjectStore("vault");
      base.createObjectStore("watch");
      base.createObjectStore("sent", { keyPath: "id" }).createIndex("at", "at");
    },
    blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
  }).catch((error: unknown) => {
    opened = null;
    throw new WalletFault("storage", String(error));
  });
  return opened;
}

/** The vault of this browser, if there is one. */
export async function readVault(): Promise<Vault | null> {
  return (await (await database()).get("vault", ONLY)) ?? null;
}

/** Keeps a vault, in place of a watched address. */
export async function writeVault(vault: Vault): Promise<void> {
  const change = (await database()).transaction(["vault", "watch"], "readwrite");
  await Promise.all([
    change.objectStore("vault").put(vault, ONLY),
    change.objectStore("watch").delete(ONLY),
    change.done,
  ]);
}

/** The address that is watched without a key, if any. */
export async function readWatch(): Promise<string | null> {
  return (await (await database()).get("watch", ONLY)) ?? null;
}

/** Watches an address. */
export async function writeWatch(address: string): Promise<void> {
  await (await database()).put("watch", address, ONLY);
}

/** Removes vault and watched address; what was sent stays on the ledger anyway. */
export async function clear(): Promise<void> {
  const change = (await database()).transaction(["vault", "watch", "sent"], "readwrite");
  await Promise.all([
    change.objectStore("vault").clear(),
    change.objectStore("watch").clear(),
    change.objectStore("sent").clear(),
    change.done,
  ]);
}

/** The transactions that were sent, the newest first. */
export async function readSent(): Promise<Sent[]> {
  return (await (await database()).getAllFromIndex("sent", "at")).reverse();
}

/** Keeps a transaction and what became of it; the oldest ones make room. */
export async function writeSent(sent: Sent): Promise<void> {
  const change = (await database()).transaction("sent", "readwrite");
  await change.store.put(sent);
  const places = await change.store.index("at").getAllKeys();
  for (const id of places.slice(0, Math.max(0, places.length - SENT_MAX))) {
    await change.store.delete(id);
  }
  await change.done;
}

// The vault: the wallet's secret as the browser keeps it (people.md 13.4, thallo.md 10.1). The
// secret is sealed under a random key, and that key under the password, so that changing the
// password or adding another way in never seals the secret anew.

import { bytesToHex, hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { accountKey, type Key, keyOf } from "./derivation";
import { WalletFault } from "./fault";
import { type Fields, isFields, type Json } from "./json";
import { M_KIB_MAX, passwordKey, seal, T_MAX, unseal } from "./keystore";

export const VAULT_KDF = { m_kib: 19 * 1024, t: 2 };
export const PASSWORD_LEAST = 10;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 24;
const SEED_HEX = /^[0-9a-f]{64}$/;
const ROOT_HEX = /^[0-9a-f]{128}$/;

/** What the wallet must not lose: the BIP-39 seed, or keys that came without one. */
export interface Secret {
  readonly root: string | null;
  readonly seeds: readonly { readonly index: number; readonly seed: string }[];
}

/** The vault as IndexedDB holds it; nothing in it is open but the addresses. */
export interface Vault {
  readonly version: 1;
  readonly kdf: { readonly m_kib: number; readonly t: number; readonly salt: string };
  readonly wrapped: { readonly nonce: string; readonly bytes: string };
  readonly sealed: { readonly nonce: string; readonly bytes: string };
  readonly accounts: readonly { readonly index: number; readonly address: string }[];
  readonly created: string;
  readonly backedUp: boolean;
}

/** Seals a secret under a password. */
export async function closeVault(
  secret: Secret,
  password: string,
  backedUp: boolean,
): Promise<Vault> {
  if ([...password].length < PASSWORD_LEAST) throw new WalletFault("weak_password");
  const accounts = keysOf(secret).map(({ index, address }) => ({ index, address }));
  const salt = randomBytes(SALT_BYTES);
  const [outer, inner] = [randomBytes(NONCE_BYTES), randomBytes(NONCE_BYTES)];
  const vaultKey = randomBytes(KEY_BYTES);
  const bound = boundOf(accounts, VAULT_KDF.m_kib, VAULT_KDF.t, bytesToHex(salt));
  const key = await passwordKey(password, { ...VAULT_KDF, salt });
  const wrapped = seal(key, outer, bound, bytesToHex(vaultKey));
  const sealed = seal(vaultKey, inner, bound, jsonOf(secret));
  return {
    version: 1,
    kdf: { ...VAULT_KDF, salt: bytesToHex(salt) },
    wrapped: { nonce: bytesToHex(outer), bytes: bytesToHex(wrapped) },
    sealed: { nonce: bytesToHex(inner), bytes: bytesToHex(sealed) },
    accounts,
    created: new Date().toISOString().slice(0, 10),
    backedUp,
  };
}

/** Opens a vault by its password; a wrong password and any damage give one fault. */
export async function openVault(vault: Vault, password: string): Promise<Secret> {
  if (!isWhole(vault)) throw new WalletFault("unreadable");
  const { m_kib, t, salt } = vault.kdf;
  // Never lowered: a weaker derivation in the store was put there by somebody else.
  if (m_kib < VAULT_KDF.m_kib || t < VAULT_KDF.t) throw new WalletFault("kdf_too_weak");
  if (m_kib > M_KIB_MAX || t > T_MAX) throw new WalletFault("kdf_too_heavy");
  const bound = boundOf(vault.accounts, m_kib, t, salt);
  const key = await passwordKey(password, { m_kib, t, salt: unhex(salt) });
  const vaultKey = unseal(key, unhex(vault.wrapped.nonce), bound, unhex(vault.wrapped.bytes));
  if (typeof vaultKey !== "string") throw new WalletFault("unreadable");
  const { nonce, bytes } = vault.sealed;
  const secret = readSecret(unseal(unhex(vaultKey), unhex(nonce), bound, unhex(bytes)));
  const found = keysOf(secret).map(({ index, address }) => `${index}/${address}`);
  const listed = vault.accounts.map(({ index, address }) => `${index}/${address}`);
  if (found.join() !== listed.join()) throw new WalletFault("unreadable");
  return secret;
}

/** The signing keys of a secret: those that came alone, else the first of its seed. */
export function keysOf(secret: Secret): Key[] {
  const alone = secret.seeds.map(({ index, seed }) => keyOf(hexToBytes(seed), index));
  return secret.root === null ? alone : [accountKey(hexToBytes(secret.root), 0), ...alone];
}

/** Whether what the store gave back has the shape of a vault; its seals say the rest. */
function isWhole(vault: Vault): boolean {
  const { kdf, wrapped, sealed, accounts } = vault as Partial<Vault>;
  const texts = [kdf?.salt, wrapped?.nonce, wrapped?.bytes, sealed?.nonce, sealed?.bytes];
  return (
    texts.every((text) => typeof text === "string") &&
    [kdf?.m_kib, kdf?.t].every(Number.isSafeInteger) &&
    Array.isArray(accounts) &&
    accounts.every(
      ({ index, address }) => Number.isSafeInteger(index) && typeof address === "string",
    )
  );
}

function boundOf(accounts: Vault["accounts"], m: number, t: number, salt: string): Fields {
  return {
    format: "ctn-vault",
    version: 1n,
    kdf: { m_kib: BigInt(m), t: BigInt(t), salt },
    accounts: accounts.map(({ index, address }) => ({ index: BigInt(index), address })),
  };
}

function jsonOf({ root, seeds }: Secret): Json {
  return { root, seeds: seeds.map(({ index, seed }) => ({ index: BigInt(index), seed })) };
}

function readSecret(value: Json): Secret {
  if (!isFields(value)) throw new WalletFault("unreadable");
  const { root, seeds } = value;
  const isRoot = root === null || (typeof root === "string" && ROOT_HEX.test(root));
  if (root === undefined || !isRoot || !Array.isArray(seeds)) throw new WalletFault("unreadable");
  return { root, seeds: seeds.map(readSeed) };
}

function readSeed(row: Json): Secret["seeds"][number] {
  const seed = isFields(row) ? row["seed"] : undefined;
  const index = isFields(row) ? row["index"] : undefined;
  if (typeof seed !== "string" || !SEED_HEX.test(seed) || typeof index !== "bigint") {
    throw new WalletFault("unreadable");
  }
  return { index: Number(index), seed };
}

function unhex(text: string): Uint8Array {
  try {
    return hexToBytes(text);
  } catch {
    throw new WalletFault("unreadable");
  }
}

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { keyOf } from "./derivation";
import { keystoreText, openKeystore } from "./keystore";
import { closeVault, keysOf, openVault, type Secret } from "./vault";
import vector from "./vectors/keystore.json";

const SLOW = 60_000;
const PASSWORD = "a long enough password";

function spoiled(name: string, value: string): string {
  return vector.text.replace(new RegExp(`"${name}":("[^"]*"|[0-9]+)`), `"${name}":${value}`);
}

describe("a keystore of the command line", () => {
  test(
    "opens in the page",
    async () => {
      const keys = await openKeystore(vector.text, vector.password);
      const found = keys.map(({ index, seed, address }) => ({
        index,
        seed: bytesToHex(seed),
        address,
      }));
      expect(found).toEqual(vector.keys);
    },
    SLOW,
  );

  test(
    "a wrong password and a changed address give one fault",
    async () => {
      const wrong = await openKeystore(vector.text, "wrong").catch(String);
      const other = keyOf(new Uint8Array(32).fill(3), 0).address;
      const damaged = await openKeystore(spoiled("address", `"${other}"`), vector.password).catch(
        String,
      );
      expect(wrong).toContain("unreadable");
      expect(damaged).toBe(wrong);
    },
    SLOW,
  );

  test.each([
    ["m_kib", "65535", "kdf_too_weak"],
    ["t", "2", "kdf_too_weak"],
    ["m_kib", "1048577", "kdf_too_heavy"],
    ["t", "11", "kdf_too_heavy"],
    ["version", "2", "unreadable"],
    ["salt", '"00"', "unreadable"],
    ["ciphertext", '"00"', "unreadable"],
    ["format", '"web3"', "not_a_keystore"],
  ])("%s = %s is refused before any work", async (name, value, code) => {
    const start = performance.now();
    await expect(openKeystore(spoiled(name, value), vector.password)).rejects.toThrow(code);
    expect(performance.now() - start).toBeLessThan(200);
  });

  test.each(["", "{}", "no file", "x".repeat(100_000)])("%.20s is no keystore", async (text) => {
    await expect(openKeystore(text, "")).rejects.toThrow("not_a_keystore");
  });
});

test(
  "what the page writes, it reads again",
  async () => {
    const keys = [keyOf(new Uint8Array(32).fill(1), 0), keyOf(new Uint8Array(32).fill(2), 4)];
    const text = await keystoreText(keys, PASSWORD);
    expect(await openKeystore(text, PASSWORD)).toEqual(keys);
  },
  SLOW,
);

describe("the vault", () => {
  const secret: Secret = { root: "ab".repeat(64), seeds: [{ index: 3, seed: "cd".repeat(32) }] };

  test(
    "opens by its password and holds no secret in the open",
    async () => {
      const vault = await closeVault(secret, PASSWORD, false);
      expect(await openVault(vault, PASSWORD)).toEqual(secret);
      expect(vault.accounts.map(({ address }) => address)).toEqual(
        keysOf(secret).map(({ address }) => address),
      );
      const text = JSON.stringify(vault);
      for (const open of [
        secret.root ?? "",
        "cd".repeat(32),
        bytesToHex(keysOf(secret)[0]!.seed),
      ]) {
        expect(text).not.toContain(open);
      }
    },
    SLOW,
  );

  test(
    "a wrong password, damage and an exchanged address give one fault",
    async () => {
      const vault = await closeVault(secret, PASSWORD, false);
      const other = keyOf(hexToBytes("ef".repeat(32)), 0).address;
      const damaged = { ...vault.sealed, bytes: `00${vault.sealed.bytes.slice(2)}` };
      const cases: [typeof vault, string][] = [
        [vault, "another password"],
        [{ ...vault, sealed: damaged }, PASSWORD],
        [{ ...vault, accounts: [{ index: 0, address: other }] }, PASSWORD],
      ];
      for (const [spoilt, password] of cases) {
        await expect(openVault(spoilt, password)).rejects.toThrow("unreadable");
      }
    },
    SLOW,
  );

  test.each(["kdf", "wrapped", "sealed", "accounts"])("without %s it is damaged", async (part) => {
    const whole = await closeVault(secret, PASSWORD, false);
    const spoilt = { ...whole, [part]: undefined } as unknown as typeof whole;
    await expect(openVault(spoilt, PASSWORD)).rejects.toThrow("unreadable");
  });

  test(
    "never opens with a lowered derivation",
    async () => {
      const vault = await closeVault(secret, PASSWORD, false);
      const lowered = { ...vault, kdf: { ...vault.kdf, m_kib: 8 } };
      await expect(openVault(lowered, PASSWORD)).rejects.toThrow("kdf_too_weak");
    },
    SLOW,
  );

  test("refuses a password of fewer than 10 characters", async () => {
    await expect(closeVault(secret, "9 letters", false)).rejects.toThrow("weak_password");
  });
});

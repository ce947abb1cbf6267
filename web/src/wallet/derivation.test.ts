// Vectors: SLIP-0010 test vectors 1 and 2 for ed25519, the Trezor vectors of BIP-39, RFC 8032 7.1.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { isAddress, keyAddress } from "./address";
import { accountKey, keyOf, readWords, seedOf, signBytes, slip10, wordsOf } from "./derivation";
import { WalletFault } from "./fault";
import rfc8032 from "../../../tests/vectors/ed25519_rfc8032.json";

const ONE = "000102030405060708090a0b0c0d0e0f";
const TWO =
  "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2" +
  "9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";

describe("SLIP-0010", () => {
  test.each([
    [ONE, [], "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7"],
    [ONE, [0], "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3"],
    [ONE, [0, 1], "b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2"],
    [
      ONE,
      [0, 1, 2, 2, 1_000_000_000],
      "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
    ],
    [TWO, [], "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012"],
    [TWO, [0], "1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed7470845635"],
  ] as const)("%s at %j", (seed, path, key) => {
    expect(bytesToHex(slip10(hexToBytes(seed), [...path]))).toBe(key);
  });
});

const ABOUT = `${"abandon ".repeat(23)}art`;

describe("BIP-39", () => {
  test("zeros are the words that everybody knows", async () => {
    expect((await wordsOf(new Uint8Array(32), "en")).join(" ")).toBe(ABOUT);
  });

  test("words and passphrase give the published seed", async () => {
    expect(bytesToHex(await seedOf(ABOUT, "TREZOR"))).toBe(
      "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd30971" +
        "70af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
    );
  });

  test("12 words are taken too", async () => {
    const phrase = `${"abandon ".repeat(11)}about`;
    expect(bytesToHex(await seedOf(phrase, "TREZOR"))).toBe(
      "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553" +
        "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
    );
  });

  test("Chinese words come back, with and without spaces", async () => {
    const words = await wordsOf(new Uint8Array(32).fill(7), "zh");
    expect(words).toHaveLength(24);
    const spaced = await readWords(`  ${words.join(" ")} `);
    expect(await readWords(words.join(""))).toEqual(spaced);
    expect(spaced.language).toBe("zh");
  });

  test("capitals and line breaks do not matter", async () => {
    expect((await readWords(ABOUT.toUpperCase().replaceAll(" ", "\n"))).phrase).toBe(ABOUT);
  });

  test.each([`${"abandon ".repeat(23)}zoo`, "abandon", `${ABOUT} abandon`, "", "碳".repeat(24)])(
    "refuses words whose check word is wrong: %s",
    async (text) => {
      await expect(readWords(text)).rejects.toThrow(WalletFault);
    },
  );
});

describe("accounts", () => {
  test("are hardened all the way, and each has its own key", async () => {
    const seed = await seedOf(ABOUT, "");
    const [first, second] = [accountKey(seed, 0), accountKey(seed, 1)];
    expect(bytesToHex(first.seed)).toBe(bytesToHex(slip10(seed, [44, 3060, 0, 0, 0])));
    expect(first.address).not.toBe(second.address);
    expect(isAddress(first.address)).toBe(true);
  });

  test("one changed letter of an address is noticed", () => {
    const { address } = keyOf(new Uint8Array(32).fill(1), 0);
    const last = address.endsWith("q") ? "p" : "q";
    expect(isAddress(address.slice(0, -1) + last)).toBe(false);
    expect(isAddress(address.toUpperCase())).toBe(false);
    expect(isAddress(keyAddress(2, new Uint8Array(33)))).toBe(true);
  });
});

describe("RFC 8032", () => {
  test.each(rfc8032.cases)("signs $message", ({ seed, key, message, signature }) => {
    const own = keyOf(hexToBytes(seed), 0);
    expect(bytesToHex(own.key)).toBe(key);
    expect(bytesToHex(signBytes(own, hexToBytes(message)))).toBe(signature);
  });

  test("a key of small order verifies nothing", () => {
    const small = new Uint8Array(32);
    small[0] = 1;
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(ed25519.verify(signature, Uint8Array.of(1), small, { zip215: false })).toBe(false);
  });
});

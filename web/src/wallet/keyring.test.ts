import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Op, readBody, signBytesOf, writeBody } from "./body";
import { Keyring, LOCK_AFTER_MS, type Shelf } from "./keyring";
import { loginBytes, loginText } from "./login";
import type { WalletState } from "./protocol";
import type { Vault } from "./vault";
import keystoreVector from "./vectors/keystore.json";

const PASSWORD = "a long enough password";
const SLOW = 60_000;
const ORIGIN = "http://127.0.0.1:8080";
const TO = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp";
const TRANSFER: Op = { op: "assets.transfer", asset: "cny", amount: 1n, to: TO };
const CANCEL: Op = { op: "market.cancel_orders", instrument: null, side: null };

function shelf(): Shelf & { vault: Vault | null } {
  return {
    vault: null,
    readVault() {
      return Promise.resolve(this.vault);
    },
    writeVault(vault) {
      this.vault = vault;
      return Promise.resolve();
    },
    readWatch: () => Promise.resolve(null),
    writeWatch: () => Promise.resolve(),
    clear() {
      this.vault = null;
      return Promise.resolve();
    },
  };
}

function bodyOf(sender: string | null, ops: Op[]): string {
  return writeBody({
    chain: "ctn-dev:00c0ffee00c0ffee",
    sender: sender ?? "",
    sequence: 0n,
    expires: 10n,
    fee: { amount: 20n, payer: null },
    memo: "",
    ops,
  });
}

function login(account: string): string {
  const challenge = {
    nonce: "ab".repeat(16),
    domain: "127.0.0.1:8080",
    uri: ORIGIN,
    chain: "ctn-dev",
    expires: 1_800_000_000_000,
  };
  return loginText(challenge, account, "Read and sign what waits for this account.");
}

function ring() {
  const kept = shelf();
  const told: WalletState[] = [];
  return { kept, told, keyring: new Keyring(kept, (state) => told.push(state), ORIGIN) };
}

async function made() {
  const all = ring();
  const words = await all.keyring.answer("draft", { language: "en" });
  const state = await all.keyring.answer("create", { password: PASSWORD });
  return { ...all, words, address: state.address };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a new wallet", () => {
  test(
    "is not backed up until three words came back right",
    async () => {
      const { keyring, words } = await made();
      const three = (wrong: boolean): [number, string][] =>
        [2, 9, 23].map((place) => [place, wrong ? "zoo" : ` ${words[place]?.toUpperCase()} `]);
      expect((await keyring.answer("state", null)).isBackedUp).toBe(false);
      expect(await keyring.answer("answer", { words: three(true) })).toBe(false);
      expect(await keyring.answer("answer", { words: three(false).slice(1) })).toBe(false);
      const one = three(false)[0] ?? [0, ""];
      expect(await keyring.answer("answer", { words: [one, one, one] })).toBe(false);
      expect(await keyring.answer("answer", { words: three(false) })).toBe(true);
      expect((await keyring.answer("state", null)).isBackedUp).toBe(true);
    },
    SLOW,
  );

  test(
    "after a reload its words prove the backup, other words do not",
    async () => {
      const { kept, words } = await made();
      const later = new Keyring(kept, () => undefined, ORIGIN);
      const other = `${"abandon ".repeat(23)}art`;
      expect(await later.answer("backup", { words: other, passphrase: "" })).toBe(false);
      expect(await later.answer("backup", { words: words.join(" "), passphrase: "" })).toBe(true);
      expect(kept.vault?.backedUp).toBe(true);
    },
    SLOW,
  );

  test(
    "is the same account when its words are typed elsewhere",
    async () => {
      const { words, address } = await made();
      const { keyring } = ring();
      const state = await keyring.answer("restore", {
        words: words.join("\n"),
        passphrase: "",
        password: PASSWORD,
      });
      expect(state).toMatchObject({ address, isBackedUp: true, isLocked: false });
    },
    SLOW,
  );

  test(
    "is never overwritten by another one",
    async () => {
      const { keyring } = await made();
      await expect(keyring.answer("draft", { language: "zh" })).rejects.toThrow("wallet_exists");
      await expect(keyring.answer("seat", { language: "zh" })).rejects.toThrow("wallet_exists");
    },
    SLOW,
  );
});

describe("signing", () => {
  test(
    "a low operation needs the open key only, a medium one the password too",
    async () => {
      const { keyring, address } = await made();
      const account = address ?? "";
      const low = bodyOf(address, [CANCEL]);
      const medium = bodyOf(address, [CANCEL, TRANSFER]);
      expect(await keyring.answer("sign", { account, body: low, password: null })).toMatchObject({
        id: readBody(low).id,
      });
      const unproved = keyring.answer("sign", { account, body: medium, password: null });
      await expect(unproved).rejects.toThrow("password_needed");
      await expect(
        keyring.answer("sign", { account, body: medium, password: "wrong password" }),
      ).rejects.toThrow("unreadable");
      const signed = await keyring.answer("sign", { account, body: medium, password: PASSWORD });
      expect(signed.envelope).toMatch(/^AQAA/);
    },
    SLOW,
  );

  test(
    "refuses a body that it cannot read, and one of another sender",
    async () => {
      const { keyring, address } = await made();
      const account = address ?? "";
      const spoilt = bodyOf(address, [CANCEL]).replace("market.cancel_orders", "market.cancel_all");
      const misread = keyring.answer("sign", { account, body: spoilt, password: null });
      await expect(misread).rejects.toThrow("body_refused");
      await expect(
        keyring.answer("sign", { account, body: bodyOf(TO, [CANCEL]), password: null }),
      ).rejects.toThrow("wrong_sender");
      await expect(
        keyring.answer("sign", {
          account: TO,
          body: bodyOf(address, [CANCEL]),
          password: null,
        }),
      ).rejects.toThrow("wrong_sender");
    },
    SLOW,
  );

  test(
    "a locked wallet signs nothing",
    async () => {
      const { keyring, address } = await made();
      const account = address ?? "";
      await keyring.answer("lock", null);
      await expect(
        keyring.answer("sign", { account, body: bodyOf(address, [CANCEL]), password: PASSWORD }),
      ).rejects.toThrow("locked");
      await expect(keyring.answer("login", { account, text: login(account) })).rejects.toThrow(
        "locked",
      );
      const state = await keyring.answer("unlock", { password: PASSWORD });
      expect(state).toMatchObject({ address, isLocked: false });
    },
    SLOW,
  );
});

describe("for an account that several keys sign for", () => {
  test(
    "a body of that account is signed, by the own key",
    async () => {
      const { keyring } = ring();
      const { key } = await keyring.answer("seat", { language: "en" });
      const body = bodyOf(TO, [TRANSFER]);
      const signed = await keyring.answer("sign", { account: TO, body, password: null });
      const bytes = base64.decode(signed.envelope);
      expect(bytesToHex(bytes.slice(-98, -66))).toBe(key);
      const isSigned = ed25519.verify(bytes.slice(-64), signBytesOf(body), hexToBytes(key ?? ""));
      expect(isSigned).toBe(true);
    },
    SLOW,
  );

  test(
    "its login is signed, and that of another site or account is not",
    async () => {
      const { keyring } = ring();
      const { key } = await keyring.answer("seat", { language: "en" });
      const text = login(TO);
      const signed = await keyring.answer("login", { account: TO, text });
      expect(signed).toMatchObject({ scheme: 1, key });
      const [signature, whole] = [hexToBytes(signed.signature), hexToBytes(key ?? "")];
      expect(ed25519.verify(signature, loginBytes(text), whole)).toBe(true);
      expect(ed25519.verify(signature, signBytesOf(text), whole)).toBe(false);
      const elsewhere = text.replaceAll("127.0.0.1:8080", "127.0.0.1:8081");
      await expect(keyring.answer("login", { account: TO, text: elsewhere })).rejects.toThrow(
        "login_refused",
      );
      const other = keyring.answer("login", { account: `${TO.slice(0, -1)}q`, text });
      await expect(other).rejects.toThrow("login_refused");
      const body = keyring.answer("login", { account: TO, text: bodyOf(TO, [TRANSFER]) });
      await expect(body).rejects.toThrow("login_refused");
      const asBody = keyring.answer("sign", { account: TO, body: text, password: null });
      await expect(asBody).rejects.toThrow("body_refused");
    },
    SLOW,
  );
});

describe("a seat", () => {
  test(
    "signs without a password, is never locked, and can be kept",
    async () => {
      const { keyring, kept } = ring();
      const { address, kind } = await keyring.answer("seat", { language: "zh" });
      expect([kind, kept.vault]).toEqual(["seat", null]);
      const account = address ?? "";
      await keyring.answer("sign", { account, body: bodyOf(address, [TRANSFER]), password: null });
      const words = await keyring.answer("keep", null);
      expect(words).toHaveLength(24);
      const state = await keyring.answer("create", { password: PASSWORD });
      expect(state).toMatchObject({ kind: "vault", address });
    },
    SLOW,
  );
});

test(
  "keeping a seat never replaces a wallet that another tab made meanwhile",
  async () => {
    const { keyring, kept } = ring();
    await keyring.answer("seat", { language: "en" });
    const other = await made();
    kept.vault = other.kept.vault;
    await expect(keyring.answer("create", { password: PASSWORD })).rejects.toThrow("wallet_exists");
    expect(kept.vault?.accounts[0]?.address).toBe(other.address);
  },
  SLOW,
);

describe("the clock", () => {
  test(
    "locks ten minutes after the last use, and says so",
    async () => {
      const { keyring, told } = await made();
      vi.useFakeTimers();
      await keyring.answer("touch", null);
      await vi.advanceTimersByTimeAsync(LOCK_AFTER_MS - 1);
      await keyring.answer("touch", null);
      await vi.advanceTimersByTimeAsync(LOCK_AFTER_MS - 1);
      expect(told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(told).toMatchObject([{ kind: "vault", isLocked: true, key: null }]);
    },
    SLOW,
  );

  test("leaves a seat alone", async () => {
    vi.useFakeTimers();
    const { keyring, told } = ring();
    await keyring.answer("seat", { language: "en" });
    await vi.advanceTimersByTimeAsync(10 * LOCK_AFTER_MS);
    expect(told).toEqual([]);
    expect((await keyring.answer("state", null)).kind).toBe("seat");
  });
});

test(
  "a keystore of the command line becomes the vault, and can be exported again",
  async () => {
    const { keyring, kept } = ring();
    const { password, text, keys } = keystoreVector;
    const state = await keyring.answer("importFile", {
      text,
      filePassword: password,
      password: PASSWORD,
    });
    expect(state.address).toBe(keys[0]?.address);
    await expect(keyring.answer("exportFile", { password: "wrong password" })).rejects.toThrow(
      "unreadable",
    );
    const file = await keyring.answer("exportFile", { password: PASSWORD });
    expect(kept.vault?.accounts.map(({ address }) => address)).toEqual(
      keys.map(({ address }) => address),
    );
    expect(file).toContain('"format":"ctn-keystore"');
  },
  SLOW,
);

// What the worker holds: the only open key. It signs a body only after reading it by the strict
// rule, and asks for the password again where value can leave the account (people.md 13.4).

import { bytesToHex, randomBytes } from "@noble/hashes/utils.js";
import { ED25519, isAddress } from "./address";
import { BodyRefused, readBody, signBytesOf } from "./body";
import {
  accountKey,
  ENTROPY_BYTES,
  type Key,
  readWords,
  seedOf,
  signBytes,
  type WordLanguage,
  wordsOf,
} from "./derivation";
import { pack, signatureOf } from "./envelope";
import { WalletFault } from "./fault";
import { keystoreText, openKeystore } from "./keystore";
import { loginBytes, LoginRefused, readOwnLogin } from "./login";
import type { Call, Calls, WalletState } from "./protocol";
import { closeVault, keysOf, openVault, type Secret, type Vault } from "./vault";

export const LOCK_AFTER_MS = 600_000;
export const ASKED_BACK = 3;

/** Where the keyring keeps what is sealed; the browser's store, or a map in tests. */
export interface Shelf {
  readVault(): Promise<Vault | null>;
  writeVault(vault: Vault): Promise<void>;
  readWatch(): Promise<string | null>;
  writeWatch(address: string): Promise<void>;
  clear(): Promise<void>;
}

interface Draft {
  readonly words: readonly string[];
  isAnswered: boolean;
}

/** The open key and the questions it answers. */
export class Keyring {
  private key: Key | null = null;
  private isSeat = false;
  private draft: Draft | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly shelf: Shelf,
    private readonly changed: (state: WalletState) => void,
    private readonly origin: string,
  ) {}

  /** Answers one question; every question but `state` counts as use. */
  async answer<Name extends Call>(
    call: Name,
    takes: Calls[Name]["takes"],
  ): Promise<Calls[Name]["gives"]> {
    const answers: { [One in Call]: (takes: Calls[One]["takes"]) => Promise<Calls[One]["gives"]> } =
      {
        state: () => this.state(),
        draft: ({ language }) => this.makeDraft(language),
        answer: ({ words }) => this.askBack(words),
        backup: ({ words, passphrase }) => this.proveWords(words, passphrase),
        create: ({ password }) => this.create(password),
        restore: (asked) => this.restore(asked),
        importFile: (asked) => this.importFile(asked),
        exportFile: ({ password }) => this.exportFile(password),
        seat: ({ language }) => this.takeSeat(language),
        keep: () => Promise.resolve(this.keepSeat()),
        watch: ({ address }) => this.watch(address),
        unlock: ({ password }) => this.unlock(password),
        lock: () => this.lock(),
        touch: () => Promise.resolve(null),
        forget: () => this.forget(),
        sign: (asked) => this.sign(asked),
        login: ({ account, text }) => Promise.resolve(this.login(account, text)),
      };
    if (call !== "state") this.restartClock();
    return answers[call](takes);
  }

  private async state(): Promise<WalletState> {
    const vault = await this.shelf.readVault();
    const watched = vault === null ? await this.shelf.readWatch() : null;
    const key = this.key === null ? null : bytesToHex(this.key.key);
    const common = { key, hasDraft: this.draft !== null };
    if (this.isSeat && this.key !== null) {
      const { address } = this.key;
      return { ...common, kind: "seat", address, isLocked: false, isBackedUp: true };
    }
    if (vault !== null) {
      const address = this.key?.address ?? addressOf(vault);
      const isLocked = this.key === null;
      return { ...common, kind: "vault", address, isLocked, isBackedUp: vault.backedUp };
    }
    const kind = watched === null ? "none" : "watch";
    return { ...common, kind, address: watched, isLocked: true, isBackedUp: true };
  }

  private async makeDraft(language: WordLanguage): Promise<string[]> {
    await this.requireNoVault();
    const words = await wordsOf(randomBytes(ENTROPY_BYTES), language);
    this.draft = { words, isAnswered: false };
    return [...words];
  }

  /** Whether the words asked back are right; that is what makes a wallet backed up. */
  private async askBack(words: readonly [number, string][]): Promise<boolean> {
    const draft = this.draft;
    if (draft === null) throw new WalletFault("no_draft");
    const isRight =
      new Set(words.map(([place]) => place)).size >= ASKED_BACK &&
      words.every(
        ([place, word]) => draft.words[place] === word.normalize("NFKD").trim().toLowerCase(),
      );
    draft.isAnswered = draft.isAnswered || isRight;
    if (isRight && this.key !== null && !this.isSeat) await this.noteBackup();
    return isRight;
  }

  /** The whole phrase instead of three words, for a wallet whose words are no longer at hand. */
  private async proveWords(words: string, passphrase: string): Promise<boolean> {
    const { phrase } = await readWords(words);
    const vault = await this.shelf.readVault();
    const { address } = accountKey(await seedOf(phrase, passphrase), 0);
    if (vault === null || addressOf(vault) !== address) return false;
    await this.noteBackup();
    return true;
  }

  private async noteBackup(): Promise<void> {
    const vault = await this.shelf.readVault();
    if (vault === null) return;
    await this.shelf.writeVault({ ...vault, backedUp: true });
    this.draft = null;
    this.changed(await this.state());
  }

  private async create(password: string): Promise<WalletState> {
    if (this.draft === null) throw new WalletFault("no_draft");
    await this.requireNoVault();
    const root = bytesToHex(await seedOf(this.draft.words.join(" "), ""));
    await this.store({ root, seeds: [] }, password, this.draft.isAnswered);
    if (this.draft.isAnswered) this.draft = null;
    return this.state();
  }

  private async restore(asked: Calls["restore"]["takes"]): Promise<WalletState> {
    await this.requireNoVault();
    const { phrase } = await readWords(asked.words);
    const root = bytesToHex(await seedOf(phrase, asked.passphrase));
    await this.store({ root, seeds: [] }, asked.password, true);
    return this.state();
  }

  private async importFile(asked: Calls["importFile"]["takes"]): Promise<WalletState> {
    await this.requireNoVault();
    const keys = await openKeystore(asked.text, asked.filePassword);
    const seeds = keys.map(({ index, seed }) => ({ index, seed: bytesToHex(seed) }));
    await this.store({ root: null, seeds }, asked.password, true);
    return this.state();
  }

  /** The file that page and command line read; whoever holds it has a backup. */
  private async exportFile(password: string): Promise<string> {
    const text = await keystoreText(keysOf(await this.opened(password)), password);
    await this.noteBackup();
    return text;
  }

  /** A fresh key that lives in this memory alone, until its owner keeps it. */
  private async takeSeat(language: WordLanguage): Promise<WalletState> {
    await this.requireNoVault();
    const words = await wordsOf(randomBytes(ENTROPY_BYTES), language);
    this.draft = { words, isAnswered: false };
    this.hold({ root: bytesToHex(await seedOf(words.join(" "), "")), seeds: [] }, true);
    return this.state();
  }

  private keepSeat(): string[] {
    if (!this.isSeat || this.draft === null) throw new WalletFault("no_draft");
    return [...this.draft.words];
  }

  private async watch(address: string): Promise<WalletState> {
    if (!isAddress(address)) throw new WalletFault("address_invalid");
    await this.requireNoVault();
    await this.shelf.writeWatch(address);
    return this.state();
  }

  private async unlock(password: string): Promise<WalletState> {
    this.hold(await this.opened(password), false);
    return this.state();
  }

  private async lock(): Promise<WalletState> {
    this.drop();
    return this.state();
  }

  private async forget(): Promise<WalletState> {
    this.drop();
    await this.shelf.clear();
    return this.state();
  }

  private async sign(asked: Calls["sign"]["takes"]): Promise<Calls["sign"]["gives"]> {
    const { account, body: text, password } = asked;
    const body = this.read(text);
    if (this.key === null) throw new WalletFault("locked");
    if (body.sender !== account) throw new WalletFault("wrong_sender");
    const asksAgain = body.threshold === "medium" || body.threshold === "high";
    if (asksAgain && !this.isSeat) {
      if (password === null) throw new WalletFault("password_needed");
      await this.opened(password);
    }
    const key = this.key;
    if (key === null) throw new WalletFault("locked");
    const signature = signBytes(key, signBytesOf(text));
    return { envelope: pack(text, [signatureOf(key.key, signature)]), id: body.id };
  }

  /** Signs the login of an account to the platform of this page, and to no other. */
  private login(account: string, text: string): Calls["login"]["gives"] {
    try {
      readOwnLogin(text, this.origin, account);
    } catch (error) {
      if (error instanceof LoginRefused) throw new WalletFault("login_refused", error.message);
      throw error;
    }
    const key = this.key;
    if (key === null) throw new WalletFault("locked");
    const signature = bytesToHex(signBytes(key, loginBytes(text)));
    return { scheme: ED25519, key: bytesToHex(key.key), signature };
  }

  private read(text: string) {
    try {
      return readBody(text);
    } catch (error) {
      if (error instanceof BodyRefused) throw new WalletFault("body_refused", error.message);
      throw error;
    }
  }

  private async opened(password: string): Promise<Secret> {
    const vault = await this.shelf.readVault();
    if (vault === null) throw new WalletFault("no_wallet");
    return openVault(vault, password);
  }

  private async store(secret: Secret, password: string, isBackedUp: boolean): Promise<void> {
    const vault = await closeVault(secret, password, isBackedUp);
    await this.shelf.writeVault(vault);
    this.hold(secret, false);
  }

  private hold(secret: Secret, isSeat: boolean): void {
    this.isSeat = isSeat;
    this.key = keysOf(secret)[0] ?? null;
    this.restartClock();
  }

  private drop(): void {
    this.key?.seed.fill(0);
    this.key = null;
    this.isSeat = false;
    this.draft = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private restartClock(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    // A seat has no password to open it again, so locking would lose its key.
    if (this.key === null || this.isSeat) return;
    this.timer = setTimeout(() => {
      void this.lock().then(this.changed);
    }, LOCK_AFTER_MS);
  }

  private async requireNoVault(): Promise<void> {
    if ((await this.shelf.readVault()) !== null) throw new WalletFault("wallet_exists");
  }
}

/** The first address of a vault, which nobody has checked yet; null when it is damaged. */
function addressOf(vault: Vault): string | null {
  const address: unknown = vault.accounts?.[0]?.address;
  return typeof address === "string" && isAddress(address) ? address : null;
}

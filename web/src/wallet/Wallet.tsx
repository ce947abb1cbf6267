// The wallet of this tab: who acts now, and what can be asked of the worker that holds the key.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import * as accounts from "./accounts";
import { isAddress } from "./address";
import type { WordLanguage } from "./derivation";
import { post, readAccount } from "./door";
import { WalletFault } from "./fault";
import { Holder } from "./holder";
import type { Call, Calls, WalletState } from "./protocol";
import { signersOf } from "./signers";

export const SEAT_KINDS = ["visitor", "commuter", "seller", "trader", "developer"] as const;
export type SeatKind = (typeof SEAT_KINDS)[number];

const TOUCH_MS = 30_000;
const NO_ACCOUNTS: readonly string[] = [];
const NOTHING: WalletState = {
  kind: "none",
  address: null,
  key: null,
  isLocked: true,
  isBackedUp: true,
  hasDraft: false,
};

/** What pages know of the wallet, and what they may ask of it. */
export interface Wallet {
  /** The account that one acts for: the own one, or a shared one that was chosen. */
  readonly account: string | null;
  /** The address of the wallet's own key. */
  readonly own: string | null;
  /** The accounts that the key signs for with others, as this browser keeps them. */
  readonly shared: readonly string[];
  readonly key: string | null;
  readonly kind: WalletState["kind"];
  readonly isReady: boolean;
  readonly locked: boolean;
  readonly backedUp: boolean;
  readonly hasDraft: boolean;
  readonly seat: SeatKind | null;
  takeSeat(kind: SeatKind): Promise<string>;
  draft(language: WordLanguage): Promise<string[]>;
  answer(words: [number, string][]): Promise<boolean>;
  backup(words: string, passphrase: string): Promise<boolean>;
  create(password: string): Promise<string>;
  restore(words: string, passphrase: string, password: string): Promise<string>;
  importKeystore(text: string, filePassword: string, password: string): Promise<string>;
  exportKeystore(password: string): Promise<string>;
  keepSeat(): Promise<string[]>;
  watch(address: string): Promise<void>;
  unlock(password: string): Promise<void>;
  lock(): Promise<void>;
  forget(): Promise<void>;
  /** Signs a body of the account that acts. */
  sign(body: string, password: string | null): Promise<Calls["sign"]["gives"]>;
  login(account: string, text: string): Promise<Calls["login"]["gives"]>;
  actFor(account: string): void;
  /** Keeps an account that the key signs for; refuses every other. */
  addShared(address: string): Promise<void>;
  dropShared(address: string): void;
}

const WalletContext = createContext<Wallet | null>(null);

/** The wallet of this tab. */
export function useWallet(): Wallet {
  const wallet = useContext(WalletContext);
  if (wallet === null) throw new Error("useWallet outside of WalletProvider");
  return wallet;
}

/** Starts the worker and gives the wallet to what stands inside. */
export function WalletProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<WalletState | null>(null);
  const [seat, setSeat] = useState<SeatKind | null>(null);
  const holder = useRef<Holder | null>(null);

  useEffect(() => {
    const started = new Holder(setState);
    holder.current = started;
    const refresh = () => {
      started.ask("state", null).then(setState, () => setState(NOTHING));
    };
    refresh();
    // Another tab may have made or removed the wallet meanwhile.
    document.addEventListener("visibilitychange", refresh);
    const untouch = onUse(() => void started.ask("touch", null));
    return () => {
      document.removeEventListener("visibilitychange", refresh);
      untouch();
      started.end();
    };
  }, []);

  const ask = useCallback(<Name extends Call>(call: Name, takes: Calls[Name]["takes"]) => {
    if (holder.current === null) throw new WalletFault("storage", "no worker yet");
    return holder.current.ask(call, takes);
  }, []);

  const mine = useAccounts(state);
  const wallet = useMemo(
    () => ({ ...walletOf({ state, seat, ask, setState, setSeat }), ...mine, ...signed(mine, ask) }),
    [state, seat, ask, mine],
  );
  return <WalletContext value={wallet}>{children}</WalletContext>;
}

type Ask = <Name extends Call>(
  call: Name,
  takes: Calls[Name]["takes"],
) => Promise<Calls[Name]["gives"]>;
type Accounts = Pick<
  Wallet,
  "account" | "own" | "shared" | "actFor" | "addShared" | "dropShared"
>;
type Signs = Pick<Wallet, "sign" | "login">;

/** The account that acts, and the others that the key signs for. */
function useAccounts(state: WalletState | null): Accounts {
  const own = state?.address ?? null;
  const key = state?.key ?? null;
  const [kept, keep] = useState<accounts.Kept | null>(null);
  // Another key's list is never shown, not even until the next drawing.
  const mine = own === null ? null : kept?.own === own ? kept : accounts.load(own);
  // Another tab may have changed the list, but which account acts here is this tab's matter.
  const chosen = useRef<string | null>(null);
  chosen.current = mine?.chosen ?? null;
  useEffect(() => keep(own === null ? null : accounts.load(own)), [own]);
  return useMemo<Accounts>(() => {
    const become = (next: accounts.Kept) => {
      accounts.save(next);
      keep(next);
    };
    const fresh = (whose: string) => ({ ...accounts.load(whose), chosen: chosen.current });
    return {
      own,
      account: mine?.chosen ?? own,
      shared: mine?.shared ?? NO_ACCOUNTS,
      actFor: (address) => {
        if (own === null) return;
        const now = fresh(own);
        become({ ...now, chosen: now.shared.find((one) => one === address) ?? null });
      },
      addShared: async (address) => {
        if (own === null || key === null) throw new WalletFault("locked");
        await requireSigner(address, own, key);
        become(accounts.withShared(fresh(own), address));
      },
      dropShared: (address) => {
        if (own !== null) become(accounts.withoutShared(fresh(own), address));
      },
    };
    // The text says the list, which may be a new object at each drawing.
  }, [own, key, JSON.stringify(mine)]);
}

/** Refuses an account that a key does not sign for. */
async function requireSigner(address: string, own: string, key: string): Promise<void> {
  if (!isAddress(address)) throw new WalletFault("address_invalid");
  if (address === own) throw new WalletFault("own_account");
  const { stored } = await readAccount(address);
  if (stored === null) throw new WalletFault("not_opened");
  const { signers } = signersOf(stored, []);
  if (!signers.some((signer) => signer.key === key)) throw new WalletFault("not_signer");
}

function signed({ account }: Accounts, ask: Ask): Signs {
  return {
    sign: (body, password) => ask("sign", { account: account ?? "", body, password }),
    login: (whose, text) => ask("login", { account: whose, text }),
  };
}

interface Inside {
  readonly state: WalletState | null;
  readonly seat: SeatKind | null;
  readonly ask: Ask;
  readonly setState: (state: WalletState) => void;
  readonly setSeat: (seat: SeatKind | null) => void;
}

function walletOf(inside: Inside): Omit<Wallet, keyof Accounts | keyof Signs> {
  const { state, seat, ask, setState, setSeat } = inside;
  const found = state ?? NOTHING;
  const became = async (next: Promise<WalletState>): Promise<string> => {
    const now = await next;
    setState(now);
    if (now.kind !== "seat") setSeat(null);
    return now.address ?? "";
  };
  const refreshed = async <Value,>(value: Promise<Value>): Promise<Value> => {
    const given = await value;
    setState(await ask("state", null));
    return given;
  };
  return {
    key: found.key,
    kind: found.kind,
    isReady: state !== null,
    locked: found.isLocked,
    backedUp: found.isBackedUp,
    hasDraft: found.hasDraft,
    seat: found.kind === "seat" ? seat : null,
    takeSeat: async (kind) => {
      const taken = await ask("seat", { language: languageOfPage() });
      try {
        await post("/seats", { kind, account: taken.address });
      } catch (error) {
        await became(ask("lock", null));
        throw error;
      }
      setSeat(kind);
      setState(taken);
      return taken.address ?? "";
    },
    draft: (language) => refreshed(ask("draft", { language })),
    answer: (words) => refreshed(ask("answer", { words })),
    backup: (words, passphrase) => refreshed(ask("backup", { words, passphrase })),
    create: async (password) => {
      await keepStorage();
      return became(ask("create", { password }));
    },
    restore: async (words, passphrase, password) => {
      await keepStorage();
      return became(ask("restore", { words, passphrase, password }));
    },
    importKeystore: async (text, filePassword, password) => {
      await keepStorage();
      return became(ask("importFile", { text, filePassword, password }));
    },
    exportKeystore: (password) => refreshed(ask("exportFile", { password })),
    keepSeat: () => ask("keep", null),
    watch: async (address) => void (await became(ask("watch", { address }))),
    unlock: async (password) => void (await became(ask("unlock", { password }))),
    lock: async () => void (await became(ask("lock", null))),
    forget: async () => {
      await became(ask("forget", null));
      accounts.forget();
    },
  };
}

/** Asks the browser not to evict the vault; it may say no, which the backup banner is for. */
async function keepStorage(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

function languageOfPage(): WordLanguage {
  return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
}

/** Calls back at most every half minute while somebody uses the page. */
function onUse(used: () => void): () => void {
  let last = 0;
  const note = () => {
    if (Date.now() - last < TOUCH_MS) return;
    last = Date.now();
    used();
  };
  window.addEventListener("pointerdown", note);
  window.addEventListener("keydown", note);
  return () => {
    window.removeEventListener("pointerdown", note);
    window.removeEventListener("keydown", note);
  };
}

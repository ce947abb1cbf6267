// Signing for pages: one dialog at a time, the drawer of what was sent, and the lock that keeps two
// tabs off one sequence.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Op } from "./body";
import { SentDrawer } from "./SentDrawer";
import { SignDialog } from "./SignDialog";
import type { Subject } from "./preparing";
import type { RoomItem } from "./room";
import type { Outcome } from "./sending";
import { useWallet } from "./Wallet";

export type { Op } from "./body";
export type { Receipt, Refusal } from "./door";
export type { Outcome } from "./sending";

/** What a page asked for: a signature, or to hand in what the room has gathered. */
export type Request = Subject | { readonly send: RoomItem };

export interface Signing {
  /** Opens the dialog, signs, hands in and follows; resolves when it is known what became of it. */
  sign(ops: readonly Op[], how?: { readonly memo?: string }): Promise<Outcome>;
  /** Opens the same dialog for a body that waits in the room. */
  signItem(item: RoomItem): Promise<Outcome>;
  /** Hands in a body that has all its signatures, and follows it. */
  sendItem(item: RoomItem): Promise<Outcome>;
  openDrawer(): void;
}

const SigningContext = createContext<Signing | null>(null);

/** The way to have operations signed. */
export function useSign(): Signing {
  const signing = useContext(SigningContext);
  if (signing === null) throw new Error("useSign outside of SigningProvider");
  return signing;
}

/** Draws the dialog and the drawer; pages stand inside. */
export function SigningProvider({ children }: { readonly children: ReactNode }) {
  const { account } = useWallet();
  const [request, setRequest] = useState<Request | null>(null);
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const settle = useRef<((outcome: Outcome) => void) | null>(null);
  const release = useRef<(() => void) | null>(null);
  const last = useRef<Outcome>({ status: "declined" });

  const end = useCallback((outcome: Outcome) => {
    settle.current?.(outcome);
    settle.current = null;
  }, []);

  const unlock = useCallback(() => {
    release.current?.();
    release.current = null;
  }, []);

  const close = useCallback(() => {
    end(last.current);
    unlock();
    setRequest(null);
  }, [end, unlock]);

  const ask = useCallback(
    (asked: Request): Promise<Outcome> => {
      end({ status: "declined" });
      last.current = { status: "declined" };
      setRequest(asked);
      return new Promise((resolve) => {
        settle.current = resolve;
      });
    },
    [end],
  );

  const claim = useCallback(async (): Promise<boolean> => {
    if (release.current !== null || account === null) return true;
    const done = await lockSequence(account);
    release.current = done;
    return done !== null;
  }, [account]);

  const became = useCallback(
    (outcome: Outcome) => {
      unlock();
      last.current = outcome;
      // What was refused may be tried again in the dialog, so its page hears when that closes.
      if (outcome.status === "applied") end(outcome);
    },
    [end, unlock],
  );

  const signing = useMemo<Signing>(
    () => ({
      sign: (ops, how) => ask({ ops, memo: how?.memo ?? "" }),
      signItem: (item) => ask({ item }),
      sendItem: (item) => ask({ send: item }),
      openDrawer: () => setDrawerOpen(true),
    }),
    [ask],
  );
  return (
    <SigningContext value={signing}>
      {children}
      {request !== null && (
        <SignDialog request={request} claim={claim} became={became} close={close} />
      )}
      {isDrawerOpen && <SentDrawer close={() => setDrawerOpen(false)} />}
    </SigningContext>
  );
}

/** Takes the account's sequence for this tab; null while another tab has it. */
async function lockSequence(account: string): Promise<(() => void) | null> {
  if (navigator.locks === undefined) return () => undefined;
  return new Promise((resolve) => {
    void navigator.locks.request(`ctn-sequence-${account}`, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((done) => resolve(done));
    });
  });
}

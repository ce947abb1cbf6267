// The room of the account that acts: its login is made when the room is first asked, and ends when
// the wallet is locked or acts for another account.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { WalletFault } from "./fault";
import { type RoomDoor, roomOf } from "./room";
import { Session } from "./session";
import { useWallet } from "./Wallet";

const EVERY_MS = 15_000;

const RoomContext = createContext<RoomDoor | null>(null);
const CountContext = createContext<number | null>(null);

/** The room of the account that acts; every question to it is refused while the key is locked. */
export function useRoom(): RoomDoor {
  const room = useContext(RoomContext);
  if (room === null) throw new Error("useRoom outside of RoomProvider");
  return room;
}

/** How many bodies wait there; null until something asked the room. */
export function useWaiting(): number | null {
  return useContext(CountContext);
}

/** Gives the room to what stands inside. */
export function RoomProvider({ children }: { readonly children: ReactNode }) {
  const wallet = useWallet();
  const { account, key, locked } = wallet;
  const canLogIn = account !== null && key !== null && !locked;
  const session = useMemo(
    () => (canLogIn ? new Session(account, (text) => wallet.login(account, text)) : null),
    // The wallet is a new object at each change; only these make another session.
    [canLogIn, account, key],
  );
  const [counted, count] = useState<{ readonly of: Session; readonly number: number } | null>(null);
  const room = useMemo(
    () =>
      session === null ? CLOSED : counting(session, (number) => count({ of: session, number })),
    [session],
  );
  const number = counted !== null && counted.of === session ? counted.number : null;
  const isUsed = number !== null;
  useEffect(() => {
    session?.begin();
    return () => void session?.end();
  }, [session]);
  useEffect(() => {
    if (!isUsed) return;
    const look = () => document.visibilityState === "visible" && void room.list().catch(() => null);
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [isUsed, room]);
  return (
    <RoomContext value={room}>
      <CountContext value={number}>{children}</CountContext>
    </RoomContext>
  );
}

const refuse = () => Promise.reject(new WalletFault("locked"));
const CLOSED: RoomDoor = { list: refuse, put: refuse, submit: refuse, withdraw: refuse };

/** The room of a session that says how many bodies wait, whenever it is read. */
function counting(session: Session, told: (number: number) => void): RoomDoor {
  const room = roomOf(session);
  const list = async () => {
    const found = await room.list();
    told(found.items.length);
    return found;
  };
  const put = async (tx: string) => {
    const item = await room.put(tx);
    void list().catch(() => null);
    return item;
  };
  return { ...room, list, put };
}

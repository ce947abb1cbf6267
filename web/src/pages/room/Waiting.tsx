// The bodies that wait for signatures, read again while the page is seen; what is gone is told.

import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { faultOf, Refused } from "../../data/fault";
import { useValue } from "../../data/useRead";
import { Shown } from "../../design/States";
import { WalletFault } from "../../wallet/fault";
import type { Room } from "../../wallet/room";
import { useRoom } from "../../wallet/RoomProvider";
import { Gone } from "./Gone";
import { Item } from "./Item";
import styles from "./room.module.css";

const EVERY_MS = 3_000;
const GONE_MOST = 5;

interface WaitingFields {
  readonly signingKey: string;
}

export function Waiting({ signingKey }: WaitingFields): ReactElement {
  const { t } = useTranslation("room");
  const reading = useValue(useReader(), EVERY_MS);
  const gone = useGone(reading.state === "ready" ? reading.data : null);
  return (
    <div className={styles["stack"]}>
      {gone.map((id) => (
        <Gone key={id} id={id} />
      ))}
      <Shown
        reading={reading}
        rows={4}
        isEmpty={({ items }) => items.length === 0}
        empty={<p>{t("waiting.empty")}</p>}
      >
        {(room) => (
          <ol className={styles["items"]} aria-label={t("waiting.title")}>
            {room.items.map((item) => (
              <li key={item.id} data-item={item.id}>
                <Item item={item} time={room.time} signingKey={signingKey} again={reading.again} />
              </li>
            ))}
          </ol>
        )}
      </Shown>
    </div>
  );
}

/** Reads the room; a fault of the wallet is said as a refusal is. */
function useReader(): () => Promise<Room> {
  const { t } = useTranslation("wallet");
  const room = useRoom();
  const words = useRef(t);
  words.current = t;
  return useCallback(async () => {
    try {
      const found = await room.list();
      const items = [...found.items].sort((left, right) => Number(left.sequence - right.sequence));
      return { ...found, items };
    } catch (error) {
      if (!(error instanceof WalletFault)) throw error;
      const detail = words.current(`fault.${error.code}`);
      throw new Refused(faultOf({ module: "wallet", code: error.code, detail }));
    }
  }, [room]);
}

/** The ids that waited before and no longer do, the newest first. */
function useGone(room: Room | null): readonly string[] {
  const before = useRef<readonly string[]>([]);
  const [gone, note] = useState<readonly string[]>([]);
  useEffect(() => {
    if (room === null) return;
    const now = room.items.map(({ id }) => id);
    const left = before.current.filter((id) => !now.includes(id));
    before.current = now;
    if (left.length > 0) note((known) => [...left, ...known].slice(0, GONE_MOST));
  }, [room]);
  return gone;
}

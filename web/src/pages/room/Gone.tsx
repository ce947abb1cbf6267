// What became of a body that no longer waits: in a block, or never.

import { type ReactElement, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useValue } from "../../data/useRead";
import { TxLink } from "../../design/Reference";
import { type Answered, DoorRefused, readTransaction } from "../../wallet/door";
import styles from "./room.module.css";

const NOT_FOUND = 404;
const TRIES = 3;
const WAIT_MS = 1_500;

export function Gone({ id }: { readonly id: string }): ReactElement {
  const { t } = useTranslation("room");
  const read = useCallback(() => become(id), [id]);
  const reading = useValue(read, 0);
  if (reading.state !== "ready") return <p className={styles["note"]}>{t("gone.reading")}</p>;
  const { data } = reading;
  if (data === null) return <p className={styles["note"]}>{t("gone.lapsed")}</p>;
  return (
    <p className={styles["note"]} role="status" data-gone={data.status}>
      {t(`gone.${data.status}`, { height: data.receipt?.height.toString() ?? "" })}{" "}
      <TxLink id={id} />
    </p>
  );
}

/** The answer about a transaction, once there is one; null when no block has it. */
async function become(id: string): Promise<Answered | null> {
  for (let tries = 1; ; tries += 1) {
    const found = await answerOf(id);
    // The room may know of a block before the explorer does.
    const isSettled = found !== null && found.status !== "pending";
    if (isSettled || tries === TRIES) return found;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

async function answerOf(id: string): Promise<Answered | null> {
  try {
    return await readTransaction(id);
  } catch (error) {
    if (error instanceof DoorRefused && error.status === NOT_FOUND) return null;
    throw error;
  }
}

// The transactions that this browser signed, the newest first, and what became of each. One that
// did not reach the ledger is offered again as the same envelope, never as a new one.

import { Button } from "../design/Button";
import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../design/Dialog";
import { plain, describe } from "../ops/sentences";
import { timeText } from "../ops/forms";
import { readBody } from "./body";
import { useLanguage, useRefusalSentence } from "./parts";
import { send } from "./sending";
import { readSent, type Sent } from "./store";
import styles from "./SignDialog.module.css";

/** The drawer of sent transactions. */
export function SentDrawer({ close }: { readonly close: () => void }) {
  const { t } = useTranslation("wallet");
  const [rows, setRows] = useState<readonly Sent[] | null>(null);
  const read = useCallback(() => {
    readSent().then(setRows, () => setRows([]));
  }, []);
  useEffect(read, [read]);
  const resend = (row: Sent) => void send(row).finally(read);
  return (
    <Dialog title={t("drawer.title")} onClose={close}>
      <p>{t("drawer.lead")}</p>
      {rows === null && <p aria-busy="true">{t("drawer.loading")}</p>}
      {rows?.length === 0 && <p>{t("drawer.empty")}</p>}
      <ul className={styles["sent"]}>
        {rows?.map((row) => (
          <Row key={row.id} row={row} resend={resend} close={close} />
        ))}
      </ul>
    </Dialog>
  );
}

interface RowProps {
  readonly row: Sent;
  readonly resend: (row: Sent) => void;
  readonly close: () => void;
}

function Row({ row, resend, close }: RowProps) {
  const { t } = useTranslation("wallet");
  const language = useLanguage();
  const sentenceOf = useRefusalSentence();
  const told = readBody(row.body).ops.map((op) => plain(describe(op, language)?.slice(0, 1) ?? []));
  const isNowhere = row.status === "refused" && row.height === null;
  const canResend = ["sent", "unreached", "pending"].includes(row.status);
  return (
    <li>
      <p>{told.join("; ")}</p>
      <p className={styles["muted"]}>
        <time>{timeText(BigInt(row.at), language)}</time>{" "}
        <span data-status={row.status}>
          {t(`drawer.${row.status}`, { height: row.height ?? "" })}
        </span>{" "}
        {row.refusal !== null && <span>{sentenceOf(row.refusal)}</span>}{" "}
        {!isNowhere && (
          <Link to="/explorer/transactions/$id" params={{ id: row.id }} onClick={close}>
            {t("result.open")}
          </Link>
        )}
      </p>
      {canResend && <Button onClick={() => resend(row)}>{t("drawer.resend")}</Button>}
    </li>
  );
}

// What became of a transaction, and what can be done now.

import { Button } from "../design/Button";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { NoteOfRefusal } from "./parts";
import type { Outcome } from "./sending";
import styles from "./SignDialog.module.css";

interface Props {
  readonly outcome: Outcome;
  readonly again: () => Promise<void>;
  readonly close: () => void;
}

/** The end of a request: in block N, refused and why, waiting, or not reached. */
export function Result({ outcome, again, close }: Props) {
  const { t } = useTranslation("wallet");
  return (
    <div role="status" data-outcome={outcome.status}>
      {outcome.status === "applied" && (
        <p>{t("result.applied", { height: outcome.height.toString() })}</p>
      )}
      {outcome.status === "refused" && (
        <>
          <NoteOfRefusal refusal={outcome.refusal} />
          <p>{t(outcome.receipt === null ? "result.notCharged" : "result.charged")}</p>
        </>
      )}
      {outcome.status !== "applied" && outcome.status !== "refused" && (
        <p>{t(`result.${outcome.status}`)}</p>
      )}
      {outcome.status !== "declined" && (
        <p>
          <Link to="/explorer/transactions/$id" params={{ id: outcome.id }}>
            {t("result.open")}
          </Link>
        </p>
      )}
      <div className={styles["buttons"]}>
        {outcome.status === "refused" && (
          <Button onClick={() => void again()}>{t("result.recompose")}</Button>
        )}
        <Button tone="primary" onClick={close}>
          {t("result.done")}
        </Button>
      </div>
    </div>
  );
}

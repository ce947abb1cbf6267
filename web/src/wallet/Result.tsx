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

// What a page signs was read back first, so a platform that cannot read it saw something else.
const ALTERED = ["kernel.Malformed", "kernel.NotCanonical", "kernel.BadSignature"];

function isAltered({ refusal, receipt }: Extract<Outcome, { status: "refused" }>): boolean {
  return receipt === null && ALTERED.includes(`${refusal.module}.${refusal.code}`);
}

/** Whether no block has it and none will: there is nothing to see of it. */
function isNowhere(outcome: Outcome): boolean {
  return outcome.status === "refused" && outcome.receipt === null;
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
          <NoteOfRefusal
            refusal={outcome.refusal}
            advice={isAltered(outcome) ? "advice.altered" : null}
          />
          <p>{t(outcome.receipt === null ? "result.notCharged" : "result.charged")}</p>
        </>
      )}
      {outcome.status !== "applied" && outcome.status !== "refused" && (
        <p>{t(`result.${outcome.status}`)}</p>
      )}
      {outcome.status !== "declined" && !isNowhere(outcome) && (
        <p>
          <Link to="/explorer/transactions/$id" params={{ id: outcome.id }} onClick={close}>
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

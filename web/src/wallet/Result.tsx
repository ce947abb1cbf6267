// What became of a transaction, and what can be done now.

import { Button } from "../design/Button";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { NoteOfRefusal } from "./parts";
import { isNext, type RoomItem } from "./room";
import type { Outcome } from "./sending";
import styles from "./SignDialog.module.css";

interface Props {
  readonly outcome: Outcome;
  /** Whether it was composed here, so that it can be composed anew. */
  readonly isNew: boolean;
  readonly again: () => Promise<void>;
  readonly submit: (item: RoomItem) => Promise<void>;
  readonly close: () => void;
}

// What a page signs was read back first, so a platform that cannot read it saw something else.
const ALTERED = ["kernel.Malformed", "kernel.NotCanonical", "kernel.BadSignature"];

function isAltered({ refusal, receipt }: Extract<Outcome, { status: "refused" }>): boolean {
  return receipt === null && ALTERED.includes(`${refusal.module}.${refusal.code}`);
}

/** Whether no block has it, or none will: there is nothing to see of it. */
function isNowhere(outcome: Outcome): boolean {
  const isRefused = outcome.status === "refused" && outcome.receipt === null;
  return isRefused || outcome.status === "waiting" || outcome.status === "declined";
}

/** The end of a request: in block N, refused and why, waiting, or not reached. */
export function Result({ outcome, isNew, again, submit, close }: Props) {
  const { t } = useTranslation("wallet");
  // What waits behind another one is refused until that has gone.
  const isReady = outcome.status === "waiting" && outcome.item.isReady && isNext(outcome.item);
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
      {outcome.status === "waiting" && <Waiting item={outcome.item} close={close} />}
      {!["applied", "refused", "waiting"].includes(outcome.status) && (
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
          <Button onClick={() => void again()}>
            {t(isNew ? "result.recompose" : "sign.again")}
          </Button>
        )}
        <Button {...(isReady ? {} : { tone: "primary" as const })} onClick={close}>
          {t("result.done")}
        </Button>
        {outcome.status === "waiting" && isReady && (
          <Button tone="primary" onClick={() => void submit(outcome.item)}>
            {t("result.send")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface WaitingFields {
  readonly item: RoomItem;
  readonly close: () => void;
}

/** Where a body waits for the others, and what it has by now. */
function Waiting({ item, close }: WaitingFields) {
  const { t } = useTranslation("wallet");
  const { weight, needed, isReady } = item;
  return (
    <>
      <p>{t(isReady ? "result.ready" : "result.waiting", { weight, needed })}</p>
      <p>
        <Link to="/wallet/signing" onClick={close}>
          {t("result.room")}
        </Link>
      </p>
    </>
  );
}

// Everything that waits to act on the account, in words, with its clock and the way to stop it.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Countdown } from "../../design/Countdown";
import { Address } from "../../design/Reference";
import { Time } from "../../design/Time";
import { OpList } from "../../wallet/OpSentence";
import { useLanguage } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import type { Waiting } from "./guard";
import type { PartFields } from "./Protection";
import styles from "./security.module.css";

export function Pending({ security, again }: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { waiting, votes, guard } = security;
  return (
    <div className={styles["stack"]}>
      {votes.length > 0 && (
        <div className={`${styles["tells"]} ${styles["loosens"]}`} role="alert">
          <p>{t("pending.votes", { have: votes.length, need: guard.guardian_threshold })}</p>
          {votes.map(({ guardian, time }) => (
            <p key={guardian}>
              <Address address={guardian} /> <Time time={time} />
            </p>
          ))}
        </div>
      )}
      {waiting.length === 0 ? (
        <p className={styles["muted"]}>{t("pending.none")}</p>
      ) : (
        <ul className={styles["waiting"]}>
          {waiting.map((change) => (
            <li key={change.number.toString()} data-pending={change.number.toString()}>
              <Change change={change} again={again} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface ChangeFields {
  readonly change: Waiting;
  readonly again: () => void;
}

function Change({ change, again }: ChangeFields): ReactElement {
  const { t } = useTranslation("security");
  const language = useLanguage();
  const { sign } = useSign();
  const isRecovery = change.op.op === "accounts.recover";
  const cancel = () =>
    void sign([{ op: "accounts.cancel_pending", number: change.number }]).then(again);
  return (
    <>
      {isRecovery && <p role="alert">{t(change.isFinal ? "pending.final" : "pending.recovery")}</p>}
      <OpList ops={[change.op]} language={language} />
      <p>
        {t("pending.acts")} <Countdown time={change.effective} />
      </p>
      {!change.isFinal && (
        <div>
          <Button tone="primary" small onClick={cancel}>
            {t(isRecovery ? "pending.stop" : "pending.cancel")}
          </Button>
        </div>
      )}
    </>
  );
}

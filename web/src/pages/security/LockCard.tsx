// The lock of the account, and what one does for accounts that one guards.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Address } from "../../design/Reference";
import { Time } from "../../design/Time";
import { useSign } from "../../wallet/Signing";
import { Guarding } from "./Guarding";
import { Tells } from "./parts";
import type { PartFields } from "./Protection";
import styles from "./security.module.css";

export function LockCard({ account, security, again }: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { sign } = useSign();
  const { lockedBy, lockedSince, waiting, delay } = security;
  const isAsked = waiting.some(({ op }) => op.op === "accounts.unlock");
  return (
    <div className={styles["stack"]}>
      {lockedBy === null ? (
        <>
          <p>{t("lock.open")}</p>
          <Button onClick={() => void sign([{ op: "accounts.lock", account }]).then(again)}>
            {t("lock.lock")}
          </Button>
        </>
      ) : (
        <>
          <p role="alert">
            {t("lock.locked")} <Address address={lockedBy} /> <Time time={lockedSince} />
          </p>
          <Tells loosens={[t("lock.unlocking")]} delay={delay} />
          <Button
            disabled={isAsked}
            onClick={() => void sign([{ op: "accounts.unlock" }]).then(again)}
          >
            {t(isAsked ? "lock.asked" : "lock.unlock")}
          </Button>
        </>
      )}
      <Guarding recoveryDelay={security.recoveryDelay} />
    </div>
  );
}

// What every part of the page says alike: when a change acts, and what stands bare.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { useValue } from "../../data/useRead";
import { lengthText } from "../../units/times";
import { isBare, readSecurity } from "./guard";
import styles from "./security.module.css";

interface TellsFields {
  /** What of it weakens, each in words; nothing when it only tightens. */
  readonly loosens: readonly string[];
  readonly delay: number;
}

/** When a change acts: at once, or after a delay in which any signer cancels it. */
export function Tells({ loosens, delay }: TellsFields): ReactElement {
  const { t } = useTranslation("security");
  const { language } = useSettings();
  if (loosens.length === 0) return <p className={styles["tells"]}>{t("acts.atOnce")}</p>;
  return (
    <p className={`${styles["tells"]} ${styles["loosens"]}`} role="status">
      {t("acts.later", {
        what: loosens.join(t("acts.and")),
        delay: lengthText(delay, language),
      })}
    </p>
  );
}

/** Said on every visit to a wallet of one key without guardians. */
export function Bare({ account }: { readonly account: string }): ReactElement | null {
  const { t } = useTranslation("security");
  const read = useCallback(() => readSecurity(account), [account]);
  const reading = useValue(read, 0);
  if (reading.state !== "ready" || !isBare(reading.data)) return null;
  return (
    <p className={`${styles["tells"]} ${styles["loosens"]}`}>
      {t("bare")} <Link to="/wallet/security">{t("bareNext")}</Link>
    </p>
  );
}

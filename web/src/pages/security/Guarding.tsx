// What a guardian does for another account: lock it at once, or give it new keys with the others.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { Button } from "../../design/Button";
import { Field } from "../../design/Field";
import { lengthText } from "../../units/times";
import { isAddress } from "../../wallet/address";
import { useSign } from "../../wallet/Signing";
import styles from "./security.module.css";

const ED25519 = 1n;
const KEY = /^[0-9a-f]{64}$/;
const ALONE = { low: 1n, medium: 1n, high: 1n };

export function Guarding({ recoveryDelay }: { readonly recoveryDelay: number }): ReactElement {
  const { t } = useTranslation("security");
  const { language } = useSettings();
  const { sign } = useSign();
  const [typed, type] = useState("");
  const [typedKeys, typeKeys] = useState("");
  const account = typed.trim();
  const keys = typedKeys.toLowerCase().split(/[\s,，]+/).filter((part) => part !== "");
  const isTheirs = isAddress(account);
  const areKeys = keys.every((key) => KEY.test(key)) && new Set(keys).size === keys.length;
  const lock = () => void sign([{ op: "accounts.lock", account }]);
  const recover = () => {
    const signers = keys.map((key) => ({ scheme: ED25519, key, weight: 1n }));
    void sign([{ op: "accounts.recover", account, signers, thresholds: { ...ALONE } }]);
  };
  return (
    <details>
      <summary>{t("guarding.title")}</summary>
      <div className={styles["form"]}>
        <p className={styles["muted"]}>{t("guarding.lockWhy")}</p>
        <Field
          label={t("guarding.account")}
          value={typed}
          maxLength={42}
          wrong={account === "" || isTheirs ? null : t("fault.address")}
          onChange={(event) => type(event.target.value)}
        />
        <div>
          <Button disabled={!isTheirs} onClick={lock}>
            {t("guarding.lock")}
          </Button>
        </div>
        <Field
          label={t("guarding.keys")}
          value={typedKeys}
          maxLength={1_100}
          hint={t("guarding.keyWhy", { delay: lengthText(recoveryDelay, language) })}
          wrong={areKeys ? null : t("guarding.keyRule")}
          onChange={(event) => typeKeys(event.target.value)}
        />
        <div>
          <Button disabled={!isTheirs || !areKeys || keys.length === 0} onClick={recover}>
            {t("guarding.recover")}
          </Button>
        </div>
      </div>
    </details>
  );
}

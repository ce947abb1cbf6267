// The keys of the account: their weights, what each counts for, limits for a bot or a colleague.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Facts } from "../../design/Card";
import { Choice } from "../../design/Field";
import { Table } from "../../design/Table";
import { CATALOGUES } from "../../ops/sentences";
import { useLanguage } from "../../wallet/parts";
import { type Signer, signerId } from "../../wallet/signers";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import { short } from "../../design/Reference";
import { widens } from "./guard";
import { Tells } from "./parts";
import type { PartFields } from "./Protection";
import styles from "./security.module.css";

const FAMILIES = [
  "identity", "exit", "transfer", "trade", "choose", "earn", "draw", "reward", "redeem", "stall",
  "rate", "grant", "content", "vote", "propose", "comply", "project", "business", "authority",
] as const;

export function Signers(fields: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { signers, thresholds } = fields.security;
  const { key } = useWallet();
  if (thresholds === null) {
    return (
      <>
        <p>{t("signers.notYet")}</p>
        {key !== null && <code className={styles["key"]}>{key}</code>}
      </>
    );
  }
  return (
    <div className={styles["stack"]}>
      <Facts
        rows={(["low", "medium", "high"] as const).map((name) => [
          t(`signers.${name}`),
          t("signers.weightNeeded", { weight: thresholds[name] }),
        ])}
      />
      <Keys signers={signers} />
      {signers.length > 1 && <LimitForm {...fields} />}
    </div>
  );
}

function Keys({ signers }: { readonly signers: readonly Signer[] }): ReactElement {
  const { t } = useTranslation("security");
  const words = CATALOGUES[useLanguage()].words;
  return (
    <Table
      caption={t("signers.title")}
      rows={signers}
      rowKey={signerId}
      columns={[
        {
          name: "key",
          title: t("signers.key"),
          cell: (row) => <code className={styles["key"]}>{row.key}</code>,
        },
        { name: "scheme", title: t("signers.scheme"), number: true, cell: (row) => row.scheme },
        { name: "weight", title: t("signers.weight"), number: true, cell: (row) => row.weight },
        {
          name: "counts",
          title: t("signers.counts"),
          cell: (row) =>
            row.families === null
              ? t("signers.everything")
              : row.families.map((name) => words[`families.${name}`] ?? name).join(", "),
        },
      ]}
    />
  );
}

function LimitForm({ security, again }: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const words = CATALOGUES[useLanguage()].words;
  const { sign } = useSign();
  const { signers, delay } = security;
  const [chosen, choose] = useState(signers[0] === undefined ? "" : signerId(signers[0]));
  const signer = signers.find((row) => signerId(row) === chosen);
  const [picked, pick] = useState<readonly string[]>(signer?.families ?? []);
  const limit = (families: readonly string[] | null) => {
    if (signer === undefined) return;
    const { scheme, key } = signer;
    const listed = families === null ? null : [...families].sort();
    void sign([
      { op: "accounts.limit_signer", scheme: BigInt(scheme), key, families: listed },
    ]).then(again);
  };
  const toggle = (name: string, isOn: boolean) =>
    pick(isOn ? [...picked, name] : picked.filter((one) => one !== name));
  const isWider = signer !== undefined && widens(signer.families, picked);
  return (
    <div className={styles["form"]}>
      <Choice
        label={t("signers.limit")}
        value={chosen}
        options={signers.map((row) => [signerId(row), short(row.key)])}
        hint={t("signers.limitWhy")}
        onChoose={(value) => {
          choose(value);
          pick(signers.find((row) => signerId(row) === value)?.families ?? []);
        }}
      />
      <fieldset className={styles["families"]}>
        <legend>{t("signers.families")}</legend>
        {FAMILIES.map((name) => (
          <label key={name} className={styles["check"]}>
            <input
              type="checkbox"
              checked={picked.includes(name)}
              onChange={(event) => toggle(name, event.target.checked)}
            />
            {words[`families.${name}`] ?? name}
          </label>
        ))}
      </fieldset>
      {picked.length > 0 && (
        <Tells loosens={isWider ? [t("signers.widening")] : []} delay={delay} />
      )}
      <div className={styles["row"]}>
        <Button disabled={picked.length === 0} onClick={() => limit(picked)}>
          {t("signers.set")}
        </Button>
        {signer !== undefined && signer.families !== null && (
          <Button onClick={() => limit(null)}>{t("signers.free")}</Button>
        )}
      </div>
    </div>
  );
}

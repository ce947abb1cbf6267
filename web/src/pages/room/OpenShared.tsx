// Opening an account that several keys sign for.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Area, Choice } from "../../design/Field";
import { NoteOfFault } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import {
  KEYS_LEAST, keysOf, type Level, LEVELS, type Needed, openedBy, openingFault, openingOp,
} from "./opening";
import styles from "./room.module.css";

const START: Needed = { low: 2, medium: 2, high: 2 };

/** The form, for the own account, which then stands as who opened it. */
export function OpenShared(): ReactElement {
  const { t } = useTranslation("room");
  const { account, own, actFor } = useWallet();
  return (
    <Card title={t("open.title")}>
      <div className={styles["form"]}>
        <p className={styles["muted"]}>{t("open.why")}</p>
        {account === own ? (
          <Opening />
        ) : (
          <>
            <p>{t("open.byOwn")}</p>
            <div>
              <Button onClick={() => own !== null && actFor(own)}>{t("open.actOwn")}</Button>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}

function Opening(): ReactElement {
  const { t } = useTranslation("room");
  const { key, addShared } = useWallet();
  const { sign } = useSign();
  const [typed, type] = useState(key === null ? "" : `${key}\n`);
  const [needed, need] = useState(START);
  const [opened, open] = useState<string | null>(null);
  const [error, fail] = useState<unknown>(null);
  const keys = keysOf(typed);
  const fault = openingFault(keys, needed);
  const send = async () => {
    fail(null);
    const outcome = await sign([openingOp(keys, needed)]);
    const address = outcome.status === "applied" ? openedBy(outcome.receipt) : null;
    if (address === null) return;
    open(address);
    await addShared(address).catch(fail);
  };
  return (
    <>
      <Area
        label={t("open.keys")}
        look={styles["keys"]}
        rows={4}
        maxLength={1_300}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => type(event.target.value)}
        hint={t("open.keysWhy")}
        wrong={fault === null || keys.length < KEYS_LEAST ? null : t(`open.fault.${fault}`)}
      />
      {key !== null && keys.length > 0 && !keys.includes(key) && (
        <p role="status">{t("open.withoutOwn")}</p>
      )}
      <div className={styles["row"]}>
        {LEVELS.map((level) => (
          <Of key={level} level={level} needed={needed} count={keys.length} need={need} />
        ))}
      </div>
      <div>
        <Button tone="primary" disabled={fault !== null} onClick={() => void send()}>
          {t("open.send")}
        </Button>
      </div>
      {opened !== null && (
        <p role="status" className={styles["note"]}>
          {t(error === null ? "open.done" : "open.only")} <code data-testid="opened">{opened}</code>
        </p>
      )}
      {error !== null && <NoteOfFault error={error} />}
    </>
  );
}

interface OfFields {
  readonly level: Level;
  readonly needed: Needed;
  readonly count: number;
  readonly need: (needed: Needed) => void;
}

/** How many of the keys one level needs. */
function Of({ level, needed, count, need }: OfFields): ReactElement {
  const { t } = useTranslation("room");
  const n = Math.max(count, KEYS_LEAST);
  const choices = Array.from({ length: Math.max(n, needed[level]) }, (_, place) => place + 1);
  return (
    <Choice
      label={t(`open.${level}`)}
      value={String(needed[level])}
      options={choices.map((k) => [String(k), t("open.of", { k, n })])}
      hint={t(`open.${level}Why`)}
      onChoose={(value) => need({ ...needed, [level]: Number(value) })}
    />
  );
}

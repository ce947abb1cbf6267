// What the operator itself does about its stake: bond more, or take some out.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Field } from "../../design/Field";
import { baseUnits } from "../../ops/amounts";
import { useSign } from "../../wallet/Signing";
import type { ValidatorFound } from "./shapes";
import styles from "./stake.module.css";

const BATCH = /^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}$/;

interface OwnFields {
  readonly found: ValidatorFound;
  readonly again: () => void;
}

export function OwnStake({ found, again }: OwnFields): ReactElement {
  const { t } = useTranslation("stake");
  const { sign } = useSign();
  const [batch, setBatch] = useState(found.lots[0]?.batch ?? "");
  const [typed, setTyped] = useState("");
  const tonnes = baseUnits(typed, 0);
  const isWhole = BATCH.test(batch) && tonnes !== null && tonnes > 0n;
  const act = (op: "staking.bond" | "staking.unbond") =>
    void sign([{ op, batch, tonnes: tonnes ?? 0n }]).then(again);
  return (
    <Card title={t("own.title")}>
      <div className={styles["form"]}>
        <p>{t("own.why")}</p>
        <Field
          label={t("lots.batch")}
          value={batch}
          maxLength={40}
          wrong={batch === "" || BATCH.test(batch) ? null : t("own.batchRule")}
          onChange={(event) => setBatch(event.target.value.trim())}
        />
        <Field
          label={t("own.tonnes")}
          inputMode="numeric"
          value={typed}
          maxLength={13}
          wrong={typed === "" || (tonnes !== null && tonnes > 0n) ? null : t("own.tonnesRule")}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div>
          <Button tone="primary" disabled={!isWhole} onClick={() => act("staking.bond")}>
            {t("own.bond")}
          </Button>{" "}
          <Button disabled={!isWhole} onClick={() => act("staking.unbond")}>
            {t("own.unbond")}
          </Button>
        </div>
      </div>
    </Card>
  );
}

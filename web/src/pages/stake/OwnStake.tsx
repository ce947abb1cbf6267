// What the operator itself does about its stake: bond more, or take some out.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Choice, Field } from "../../design/Field";
import { Shown } from "../../design/States";
import { decimal } from "../../ops/amounts";
import { bondFault, type Stock, stocks, unbondFault, waitsForPower } from "./bonding";
import { wholeTonnes } from "./filing";
import { Approvers } from "./parts";
import type { Rules, ValidatorFound } from "./shapes";
import styles from "./stake.module.css";
import { useAct } from "./useAct";

const EVERY_MS = 4_000;

interface OwnFields {
  readonly found: ValidatorFound;
  readonly rules: Rules;
  readonly again: () => void;
}

interface Balances {
  readonly items: readonly { readonly asset: string; readonly amount: string }[];
}

export function OwnStake({ found, rules, again }: OwnFields): ReactElement {
  const { t } = useTranslation("stake");
  const path = `/accounts/${found.operator}/balances?limit=100`;
  const reading = useResource<Balances>(path, EVERY_MS);
  return (
    <Card title={t("own.title")}>
      <Shown reading={reading}>
        {({ items }) => {
          const held = stocks(found, items);
          return held.length === 0 ? (
            <p>{t("own.nothing", { least: rules.min_bond_t })}</p>
          ) : (
            <Form found={found} rules={rules} held={held} again={again} />
          );
        }}
      </Shown>
    </Card>
  );
}

function Form({ found, rules, held, again }: OwnFields & { readonly held: readonly Stock[] }) {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  const [chosen, choose] = useState("");
  const [typed, type] = useState("");
  const stock = held.find(({ batch }) => batch === chosen) ?? held[0];
  if (stock === undefined) return null;
  const tonnes = wholeTonnes(typed);
  const least = rules.min_bond_t;
  const bondWrong = tonnes === null ? null : bondFault(found, stock, tonnes, least);
  const unbondWrong = tonnes === null ? null : unbondFault(found, stock, tonnes);
  const [mayBond, mayUnbond] = [bondWrong, unbondWrong].map((no) => tonnes !== null && no === null);
  const waits = tonnes !== null && unbondWrong === null && waitsForPower(found, tonnes, least);
  const facts = { free: plain(stock.free), bonded: plain(stock.bonded), least };
  const done = () => {
    type("");
    again();
  };
  const send = (op: "staking.bond" | "staking.unbond") =>
    act({ op, batch: stock.batch, tonnes: tonnes ?? 0n }, done);
  return (
    <div className={styles["form"]}>
      <p>{t("own.why")}</p>
      <Approvers rules={rules} />
      <Choice
        label={t("lots.batch")}
        value={stock.batch}
        options={held.map(({ batch }) => [batch, batch])}
        hint={t("own.stock", facts)}
        onChoose={choose}
      />
      <Field
        label={t("own.tonnes")}
        inputMode="numeric"
        value={typed}
        maxLength={13}
        wrong={typed === "" || tonnes !== null ? null : t("own.tonnesRule")}
        onChange={(event) => type(event.target.value)}
      />
      <div>
        <Button tone="primary" disabled={!mayBond} onClick={() => send("staking.bond")}>
          {t("own.bond")}
        </Button>{" "}
        <Button disabled={!mayUnbond} onClick={() => send("staking.unbond")}>
          {t("own.unbond")}
        </Button>
      </div>
      <div role="status" className={styles["notes"]}>
        {bondWrong !== null && stock.free > 0n && <p>{t(`own.noBond.${bondWrong}`, facts)}</p>}
        {unbondWrong !== null && stock.bonded > 0n && (
          <p>{t(`own.noUnbond.${unbondWrong}`, facts)}</p>
        )}
        {waits && <p>{t("own.waits", facts)}</p>}
      </div>
      {note}
    </div>
  );
}

function plain(tonnes: bigint): string {
  return decimal(tonnes, 0, 0);
}

// Voting: a choice, and the tonnes that stay locked until the close.

import { type ReactElement, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useValue } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Choice, Field } from "../../design/Field";
import { Shown } from "../../design/States";
import { baseUnits, decimal } from "../../ops/amounts";
import { readAccount } from "../../wallet/door";
import { useSign } from "../../wallet/Signing";
import { type Votable, votable, voteWeight } from "./votes";
import styles from "./governance.module.css";

const EVERY_MS = 5_000;
const CHOICES = ["yes", "no", "abstain"] as const;

interface VoteFields {
  readonly number: bigint;
  readonly account: string;
  readonly again: () => void;
}

export function VoteForm({ number, account, again }: VoteFields): ReactElement {
  const { t } = useTranslation("governance");
  const read = useCallback(() => readAccount(account), [account]);
  const reading = useValue(read, EVERY_MS);
  return (
    <Shown
      reading={reading}
      isEmpty={({ balances }) => votable(balances).length === 0}
      empty={<p>{t("vote.nothing")}</p>}
    >
      {({ balances }) => <Ballot number={number} lots={votable(balances)} again={again} />}
    </Shown>
  );
}

interface BallotFields {
  readonly number: bigint;
  readonly lots: readonly Votable[];
  readonly again: () => void;
}

function Ballot({ number, lots, again }: BallotFields): ReactElement {
  const { t } = useTranslation("governance");
  const { sign } = useSign();
  const [choice, choose] = useState<string>("yes");
  const [typed, type] = useState<Readonly<Record<string, string>>>({});
  const read = lots.map((lot) => ({ ...lot, asked: baseUnits(typed[lot.batch] || "0", 0) }));
  const isSound = read.every(({ asked, tonnes }) => asked !== null && asked <= tonnes);
  const chosen = read.filter(({ asked }) => asked !== null && asked > 0n);
  const sum = chosen.reduce((total, { asked }) => total + (asked ?? 0n), 0n);
  const cast = () =>
    void sign([
      {
        op: "governance.vote",
        proposal: number,
        choice,
        lots: chosen.map(({ batch, asked }) => ({ batch, tonnes: asked ?? 0n })),
      },
    ]).then((outcome) => {
      if (outcome.status === "applied") type({});
      again();
    });
  return (
    <>
      <p className={styles["muted"]}>{t("vote.why")}</p>
      <Choice
        label={t("vote.choice")}
        value={choice}
        options={CHOICES.map((name) => [name, t(`choice.${name}`)])}
        onChoose={choose}
      />
      {read.map(({ batch, tonnes, asked }) => (
        <Field
          key={batch}
          label={t("vote.tonnesOf", { batch })}
          side={t("vote.have", { tonnes: decimal(tonnes, 0, 0) })}
          inputMode="numeric"
          value={typed[batch] ?? ""}
          maxLength={13}
          wrong={asked !== null && asked <= tonnes ? null : t("vote.rule")}
          onChange={(event) => type({ ...typed, [batch]: event.target.value })}
        />
      ))}
      <p>
        {t("vote.weight", {
          tonnes: decimal(sum, 0, 0),
          weight: decimal(voteWeight(sum), 0, 0),
        })}
      </p>
      <div>
        <Button tone="primary" disabled={!isSound || sum === 0n} onClick={cast}>
          {t("vote.cast")}
        </Button>
      </div>
    </>
  );
}

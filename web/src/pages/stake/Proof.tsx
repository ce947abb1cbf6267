// One proof of reduction whole, and what the reader can do about it, or why not.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Card, Facts } from "../../design/Card";
import { Countdown } from "../../design/Countdown";
import { Choice } from "../../design/Field";
import { HashField, isHash } from "../../design/HashField";
import { Address } from "../../design/Reference";
import { Time } from "../../design/Time";
import { type Act, type Chance, chances, type Reader, WAIT_MS } from "./chances";
import { CouncilProposal } from "./Council";
import { useHashWords } from "./parts";
import type { Cpoe } from "./shapes";
import styles from "./stake.module.css";
import { useAct } from "./useAct";

interface ProofFields {
  readonly record: Cpoe;
  readonly reader: Reader | null;
  readonly again: () => void;
  readonly close: () => void;
}

export function Proof({ record, reader, again, close }: ProofFields): ReactElement {
  const { t } = useTranslation("stake");
  const box = useRef<HTMLElement>(null);
  // Whoever opened it by the keyboard reads on here.
  useEffect(() => box.current?.focus(), [record.id]);
  const due = record.challenged ?? record.attested ?? record.filed;
  const isWaiting = !["valid", "revoked"].includes(record.status);
  return (
    <section ref={box} tabIndex={-1} aria-label={record.id}>
      <Card
        title={<code>{record.id}</code>}
        side={
          <Button small onClick={close}>
            {t("proofs.close")}
          </Button>
        }
      >
        <div className={styles["proof"]}>
          <Facts
            rows={[
              [t("column.state"), t(`proofs.means.${record.status}`)],
              isWaiting
                ? [t("proofs.until"), <Countdown key="due" time={due + WAIT_MS} />]
                : null,
              [t("proofs.owner"), <Address key="owner" address={record.owner} />],
              [t("file.verifier"), <Address key="verifier" address={record.verifier} />],
              [t("file.methodology"), record.methodology],
              [t("file.evidence"), <code key="evidence">{record.evidence}</code>],
              [t("file.serials"), <SerialLinks key="serials" serials={record.serials} />],
              [t("proofs.filed"), <Time key="filed" time={record.filed} />],
              record.challenger === null
                ? null
                : [t("proofs.challenger"), <Address key="by" address={record.challenger} />],
              record.challenge === null
                ? null
                : [t("proofs.challenge"), <code key="with">{record.challenge}</code>],
            ]}
          />
          {reader !== null &&
            chances(record, reader, Date.now()).map((chance) => (
              <Offer key={chance.act} chance={chance} record={record} again={again} />
            ))}
        </div>
      </Card>
    </section>
  );
}

function SerialLinks({ serials }: { readonly serials: readonly string[] }): ReactElement {
  return (
    <>
      {serials.map((text) => (
        <div key={text}>
          <Link to="/serials/$text" params={{ text }}>
            {text}
          </Link>
        </div>
      ))}
    </>
  );
}

interface OfferFields {
  readonly chance: Chance;
  readonly record: Cpoe;
  readonly again: () => void;
}

const FORMS: Readonly<Record<Act, (fields: Omit<OfferFields, "chance">) => ReactElement>> = {
  attest: Attest,
  challenge: Challenge,
  rule: Rule,
};

function Offer({ chance, record, again }: OfferFields): ReactElement {
  const { t } = useTranslation("stake");
  const { act, hindrance } = chance;
  const Form = FORMS[act];
  return (
    <section className={styles["offer"]}>
      <h3>{t(`proofs.act.${act}`)}</h3>
      {hindrance === null ? (
        <Form record={record} again={again} />
      ) : (
        <p className={styles["muted"]}>{t(`proofs.hindrance.${hindrance}`)}</p>
      )}
    </section>
  );
}

function Attest({ record, again }: Omit<OfferFields, "chance">): ReactElement {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  return (
    <div className={styles["form"]}>
      <p>{t("proofs.attestWhy")}</p>
      <div>
        <Button
          tone="primary"
          onClick={() => act({ op: "staking.attest_cpoe", id: record.id }, again)}
        >
          {t("proofs.attest")}
        </Button>
      </div>
      {note}
    </div>
  );
}

function Challenge({ record, again }: Omit<OfferFields, "chance">): ReactElement {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  const [evidence, take] = useState("");
  const words = useHashWords(t("proofs.challengeHint"));
  return (
    <div className={styles["form"]}>
      <p>{t("proofs.challengeWhy")}</p>
      <HashField
        label={t("proofs.challenge")}
        value={evidence}
        onHash={take}
        words={words}
      />
      <div>
        <Button
          disabled={!isHash(evidence)}
          onClick={() => act({ op: "staking.challenge_cpoe", id: record.id, evidence }, again)}
        >
          {t("proofs.challengeSend")}
        </Button>
      </div>
      {note}
    </div>
  );
}

function Rule({ record }: Omit<OfferFields, "chance">): ReactElement {
  const { t } = useTranslation("stake");
  const [ruling, rule] = useState<"false" | "true">("false");
  // Only what is challenged can be ruled valid.
  const rulings = record.status === "challenged" ? ["false", "true"] : ["false"];
  return (
    <CouncilProposal
      title={t(`proofs.ruleTitle.${ruling}`, { id: record.id })}
      verb={t("proofs.rule")}
      op={() => ({ op: "staking.rule_cpoe", id: record.id, valid: ruling === "true" })}
    >
      <p>{t("proofs.ruleWhy")}</p>
      <Choice
        label={t("proofs.ruling")}
        value={ruling}
        options={rulings.map((word) => [word, t(`proofs.rulings.${word}`)])}
        onChoose={(word) => rule(word === "true" ? "true" : "false")}
      />
    </CouncilProposal>
  );
}

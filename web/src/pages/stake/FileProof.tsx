// The form that files a proof of emission reduction (CPoE), for a verifier to attest.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Area, Choice, Field } from "../../design/Field";
import { HashField, isHash } from "../../design/HashField";
import { decimal } from "../../ops/amounts";
import { isAddress } from "../../wallet/address";
import type { Op } from "../../wallet/Signing";
import {
  OPEN_MOST,
  openCount,
  overlapping,
  periodFault,
  periodOf,
  SERIALS_MOST,
  serialsFault,
  serialsOf,
  serialsSum,
  wholeTonnes,
} from "./filing";
import { useHashWords } from "./parts";
import type { Cpoe, ValidatorFound } from "./shapes";
import styles from "./stake.module.css";
import { useAct } from "./useAct";
import { usePermissions, verifiedClass } from "./useReader";

const PROJECT = /^[a-z][a-z0-9]{1,7}-[0-9]{5}$/;
const METHODOLOGY = /^[a-z0-9][a-z0-9._:-]{0,95}$/;
const BLANK = {
  project: "", first: "", last: "", tonnes: "", methodology: "", verifier: "", evidence: "",
  serials: "",
};

type Changed = { readonly target: { readonly value: string } };
type Draft = Readonly<typeof BLANK>;
type Faults = Readonly<Record<keyof Draft, string | null>>;

interface FileFields {
  readonly found: ValidatorFound;
  readonly again: () => void;
}

/** The form of an operator that may file, opened when it is asked for; else why it may not. */
export function FileProof({ found, again }: FileFields): ReactElement {
  const { t } = useTranslation("stake");
  const [isOpen, open] = useState(false);
  const isFull = openCount(found.cpoes) >= OPEN_MOST;
  const done = () => {
    open(false);
    again();
  };
  return (
    <Card title={t("file.title")}>
      <div className={styles["form"]}>
        <p>{t("file.why")}</p>
        {found.status !== "admitted" && <p>{t("file.notAdmitted")}</p>}
        {found.status === "admitted" && isFull && <p>{t("file.full", { most: OPEN_MOST })}</p>}
        {found.status === "admitted" && !isFull && !isOpen && (
          <div>
            <Button tone="primary" onClick={() => open(true)}>
              {t("file.open")}
            </Button>
          </div>
        )}
        {isOpen && !isFull && <Form owner={found.operator} done={done} />}
      </div>
    </Card>
  );
}

function Form({ owner, done }: { readonly owner: string; readonly done: () => void }) {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  const [typed, type] = useState<Draft>(BLANK);
  const { faults, methodologies } = useFaults(typed, owner);
  const words = useHashWords(t("file.evidenceHint"));
  const methodology = typed.methodology || (methodologies[0] ?? "");
  const whole = { ...typed, methodology };
  const isWhole = Object.values(whole).every((text) => text.trim() !== "");
  const isSound = isWhole && Object.values(faults).every((fault) => fault === null);
  const change = (name: keyof Draft) => (value: string) => type({ ...typed, [name]: value });
  const field = (name: keyof Draft) => ({
    label: t(`file.${name}`),
    value: typed[name],
    wrong: typed[name] === "" ? null : faults[name],
    onChange: (event: Changed) => change(name)(event.target.value),
  });
  return (
    <>
      <Field {...field("project")} maxLength={14} hint={t("file.projectHint")} />
      {methodologies.length > 1 ? (
        <Choice
          label={t("file.methodology")}
          value={methodology}
          options={methodologies.map((name) => [name, name])}
          onChoose={change("methodology")}
        />
      ) : (
        <Field {...field("methodology")} value={methodology} maxLength={96} />
      )}
      <div className={styles["pair"]}>
        <Field {...field("first")} type="date" />
        <Field {...field("last")} type="date" hint={t("file.periodHint")} />
      </div>
      <Area
        {...field("serials")}
        rows={3}
        spellCheck={false}
        hint={t("file.serialsHint", { most: SERIALS_MOST })}
      />
      <Field {...field("tonnes")} inputMode="numeric" maxLength={13} />
      <Field {...field("verifier")} maxLength={42} hint={t("file.verifierHint")} />
      <HashField
        label={t("file.evidence")}
        value={typed.evidence}
        onHash={change("evidence")}
        words={words}
      />
      <div>
        <Button tone="primary" disabled={!isSound} onClick={() => act(filing(whole), done)}>
          {t("file.send")}
        </Button>
      </div>
      {note}
    </>
  );
}

/** The operation of a form whose fields are sound. */
function filing(typed: Draft): Op {
  const period = periodOf(typed.first, typed.last);
  return {
    op: "staking.file_cpoe",
    project: typed.project.trim(),
    period_start: BigInt(period?.start ?? 0),
    period_end: BigInt(period?.end ?? 0),
    tonnes: wholeTonnes(typed.tonnes) ?? 0n,
    methodology: typed.methodology,
    verifier: typed.verifier.trim(),
    evidence: typed.evidence,
    serials: serialsOf(typed.serials),
  };
}

interface ProjectFound {
  readonly methodologies: readonly string[];
}

/** What is wrong with each field, in words, and the methodologies of the project. */
function useFaults(typed: Draft, owner: string) {
  const { t } = useTranslation("stake");
  const id = typed.project.trim();
  const isProject = PROJECT.test(id);
  const project = useResource<ProjectFound>(isProject ? `/projects/${id}` : null);
  const path = isProject ? `/stake/cpoes?project=${id}&limit=100` : null;
  const known = useResource<{ readonly items: readonly Cpoe[] }>(path);
  const records = known.state === "ready" ? known.data.items : [];
  const isMissing = project.state === "failed" && project.fault.code === "NotFound";
  const methodologies = project.state === "ready" ? project.data.methodologies : [];
  const projectRule = isMissing ? t("file.rule.projectMissing") : null;
  const verifier = useVerifierFault(typed.verifier.trim(), id, owner);
  const period = usePeriodFault(typed, records);
  const faults: Faults = {
    project: isProject ? projectRule : t("file.rule.project"),
    methodology:
      typed.methodology === "" || METHODOLOGY.test(typed.methodology)
        ? null
        : t("file.rule.methodology"),
    first: null,
    last: period,
    verifier,
    evidence: isHash(typed.evidence) ? null : t("hash.rule"),
    ...useTonnesFaults(typed),
  };
  return { faults, methodologies };
}

function usePeriodFault({ first, last }: Draft, records: readonly Cpoe[]): string | null {
  const { t } = useTranslation("stake");
  const period = periodOf(first, last);
  if (period === null) return null;
  const fault = periodFault(period, Date.now());
  if (fault !== null) return t(`file.rule.period.${fault}`);
  const other = overlapping(period, records);
  return other === null ? null : t("file.rule.period.covered", { id: other.id });
}

function useVerifierFault(verifier: string, project: string, owner: string): string | null {
  const { t } = useTranslation("stake");
  const isOther = isAddress(verifier) && verifier !== owner;
  const reading = usePermissions(isOther ? verifier : null);
  if (verifier === owner) return t("file.rule.verifierOwn");
  if (!isOther) return t("file.rule.verifier");
  if (reading.state !== "ready") return null;
  const scope = verifiedClass(reading.data);
  const isDue = scope === "" || (scope !== null && project.startsWith(`${scope}-`));
  return isDue ? null : t("file.rule.verifierNot");
}

function useTonnesFaults(typed: Draft): { serials: string | null; tonnes: string | null } {
  const { t } = useTranslation("stake");
  const serials = serialsOf(typed.serials);
  const fault = serialsFault(serials);
  const tonnes = wholeTonnes(typed.tonnes);
  const sum = fault === null ? serialsSum(serials) : null;
  const isOff = sum !== null && tonnes !== null && sum !== tonnes;
  const off = isOff ? t("file.rule.sum", { sum: decimal(sum, 0, 0) }) : null;
  return {
    serials: fault === null ? null : t(`file.rule.serials.${fault}`, { most: SERIALS_MOST }),
    tonnes: tonnes === null ? t("own.tonnesRule") : off,
  };
}

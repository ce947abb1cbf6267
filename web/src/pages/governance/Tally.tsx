// How a proposal stands: what it has, against what it needs.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Bar } from "../../design/Card";
import { decimal } from "../../ops/amounts";
import type { ProposalRow } from "./shapes";
import styles from "./governance.module.css";

const CHOICES = ["yes", "no", "abstain"] as const;
const TONES: Readonly<Record<string, "good" | "bad" | "attention">> = {
  open: "attention",
  passed: "attention",
  executed: "good",
  failed: "bad",
  rejected: "bad",
};

/** In which state a proposal is. */
export function StateBadge({ state }: { readonly state: string }): ReactElement {
  const { t } = useTranslation("governance");
  return <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>;
}

/** The figures that decide, drawn: all of them for one proposal. */
export function Tally({ row }: { readonly row: ProposalRow }): ReactElement {
  const { t } = useTranslation("governance");
  return (
    <div className={styles["tally"]} data-tally={row.number}>
      {row.track === "public" ? <PublicTally row={row} /> : <Approvals row={row} />}
      {row.tally.is_enough !== null && (
        <p>{t(row.tally.is_enough ? "tally.enough" : "tally.notEnough")}</p>
      )}
    </div>
  );
}

function PublicTally({ row }: { readonly row: ProposalRow }): ReactElement {
  const { t } = useTranslation("governance");
  const { tally } = row;
  const weighed = row.yes.weight + row.no.weight;
  return (
    <>
      {CHOICES.map((choice) => (
        <Measure
          key={choice}
          name={t(`choice.${choice}`)}
          have={row[choice].weight}
          most={Math.max(weighed + row.abstain.weight, 1)}
          text={t("tally.votes", {
            weight: figure(row[choice].weight),
            owners: figure(row[choice].owners),
            tonnes: figure(row[choice].tonnes),
          })}
        />
      ))}
      <p className={styles["muted"]}>
        {t("tally.twoThirds", {
          have: figure(row.yes.weight),
          need: figure(Math.max(tally.weight_needed, 1)),
          all: figure(weighed),
        })}
      </p>
      <Measure
        name={t("tally.owners")}
        have={tally.owners}
        most={tally.owners_needed}
        text={t("tally.of", { have: figure(tally.owners), need: figure(tally.owners_needed) })}
      />
      <Measure
        name={t("tally.tonnes")}
        have={tally.tonnes}
        most={tally.tonnes_needed}
        text={t("tally.ofTonnes", {
          have: figure(tally.tonnes),
          need: figure(tally.tonnes_needed),
        })}
      />
      {row.state === "passed" && (
        <Measure
          name={t("tally.objections")}
          have={tally.objections}
          most={tally.objections_needed}
          text={t("tally.stopsAt", { have: tally.objections, need: tally.objections_needed })}
        />
      )}
    </>
  );
}

function Approvals({ row }: { readonly row: ProposalRow }): ReactElement {
  const { t } = useTranslation("governance");
  const { approvals, approvals_needed: needed } = row.tally;
  return (
    <Measure
      name={t("tally.approvals")}
      have={approvals}
      most={needed}
      text={t("tally.of", { have: approvals, need: needed })}
    />
  );
}

/** The same in a line or two, for lists. */
export function ShortTally({ row }: { readonly row: ProposalRow }): ReactElement {
  const { t } = useTranslation("governance");
  const { tally } = row;
  if (row.track === "council") {
    return (
      <div className={styles["short"]}>
        <Approvals row={row} />
      </div>
    );
  }
  const weighed = Math.max(row.yes.weight + row.no.weight, 1);
  return (
    <div className={styles["short"]}>
      <Measure
        name={t("choice.yes")}
        have={row.yes.weight}
        most={weighed}
        text={t("tally.against", { yes: figure(row.yes.weight), no: figure(row.no.weight) })}
      />
      <span className={styles["muted"]}>
        {t("tally.quorum", {
          owners: `${figure(tally.owners)}/${figure(tally.owners_needed)}`,
          tonnes: `${figure(tally.tonnes)}/${figure(tally.tonnes_needed)}`,
        })}
      </span>
    </div>
  );
}

interface MeasureFields {
  readonly name: string;
  readonly have: number;
  readonly most: number;
  readonly text: string;
}

function Measure({ name, have, most, text }: MeasureFields): ReactElement {
  return (
    <div className={styles["measure"]}>
      <div>
        <span>{name}</span>
        <span>{text}</span>
      </div>
      <Bar label={name} done={Math.min(have, Math.max(most, 1))} total={Math.max(most, 1)} />
    </div>
  );
}

function figure(count: number): string {
  return decimal(BigInt(count), 0, 0);
}

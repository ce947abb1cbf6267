// What both pages of stake show alike.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Bar } from "../../design/Card";
import type { Column } from "../../design/Table";
import { decimal } from "../../ops/amounts";
import type { Rules, ValidatorRow } from "./shapes";
import styles from "./stake.module.css";

const TONES: Readonly<Record<string, "good" | "bad" | "attention">> = {
  in_force: "good",
  jailed: "bad",
  tombstoned: "bad",
  suspended: "attention",
};

/** In which state a validator is. */
export function State({ state }: { readonly state: string }): ReactElement {
  const { t } = useTranslation("stake");
  return <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>;
}

/** Basis points as a percentage with two digits. */
export function percent(basisPoints: number | bigint): string {
  return `${decimal(BigInt(basisPoints), 2, 2)} %`;
}

/** Weighted kilograms. */
export function kilograms(weight: bigint | string): string {
  return `${decimal(BigInt(weight), 0, 0)} kg`;
}

/** Whole tonnes. */
export function tonnesText(tonnes: string | number): string {
  return `${decimal(BigInt(tonnes), 0, 0)} t`;
}

/** The column of whole tonnes. */
export function tonnesColumn(title: string): Column<{ readonly tonnes: string | number }> {
  return { name: "tonnes", title, number: true, cell: (row) => tonnesText(row.tonnes) };
}

/** The share of all power that a validator has, drawn and in figures. */
export function Share({ row }: { readonly row: ValidatorRow }): ReactElement {
  const { t } = useTranslation("stake");
  const total = Math.max(1, row.power_total);
  return (
    <span className={styles["share"]}>
      <Bar label={t("column.power")} done={row.power} total={total} />
      <span>{percent(Math.floor((row.power * 10_000) / total))}</span>
    </span>
  );
}

/** Said where an operation asks for more keys of an enterprise than one. */
export function Approvers({ rules }: { readonly rules: Rules }): ReactElement | null {
  const { t } = useTranslation("stake");
  if (rules.approvers < 2) return null;
  return <p className={styles["muted"]}>{t("own.approvers", { need: rules.approvers })}</p>;
}

/** What a field of a document's hash says, with a hint of its own. */
export function useHashWords(hint: string) {
  const { t } = useTranslation("stake");
  return { hint, rule: t("hash.rule"), file: t("hash.file"), drop: t("hash.drop") };
}

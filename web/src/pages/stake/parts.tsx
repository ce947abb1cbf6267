// What both pages of stake show alike.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Bar } from "../../design/Card";
import { decimal } from "../../ops/amounts";
import type { ValidatorRow } from "./shapes";
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

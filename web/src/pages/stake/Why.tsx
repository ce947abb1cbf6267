// The numbers of a validator in the order in which they follow from each other, each with words.

import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { Countdown } from "../../design/Countdown";
import { decimal } from "../../ops/amounts";
import { lengthText } from "../../units/times";
import { kilograms, percent } from "./parts";
import { capOf, epochStart, targets, validatorWeight } from "./reasons";
import type { Rules, ValidatorFound, ValidatorRow } from "./shapes";
import styles from "./stake.module.css";

const BONUS_MOST_BP = 2_500;
const CHURN = "16.66 %";

interface WhyFields {
  readonly found: ValidatorFound;
  readonly all: readonly ValidatorRow[];
  readonly rules: Rules;
}

export function Why({ found, all, rules }: WhyFields): ReactElement {
  const { t } = useTranslation("stake");
  return (
    <ul className={styles["why"]}>
      <Reason
        name={t("column.bonded")}
        value={`${decimal(BigInt(found.bonded_t), 0, 0)} t`}
        why={t("why.bonded", { lots: found.lots.length, least: rules.min_bond_t })}
      />
      <Reason name={t("why.stake")} value={kilograms(found.stake)} why={t("why.stakeWhy")} />
      <Reason
        name={t("column.bonus")}
        value={`+${percent(found.bonus_bp)}`}
        why={t("why.bonus", { most: percent(BONUS_MOST_BP) })}
      />
      <Credit found={found} />
      <Weight found={found} />
      <Power found={found} all={all} />
      <Jail found={found} rules={rules} />
    </ul>
  );
}

interface ReasonFields {
  readonly name: string;
  readonly value: ReactNode;
  readonly why: ReactNode;
}

function Reason({ name, value, why }: ReasonFields): ReactElement {
  return (
    <li>
      <div>
        {name} <b>{value}</b>
      </div>
      <span>{why}</span>
    </li>
  );
}

interface OneFields {
  readonly found: ValidatorFound;
}

function Credit({ found }: OneFields): ReactElement {
  const { t } = useTranslation("stake");
  const { blocks, signed, absent } = found;
  const share = blocks === 0 ? null : percent(Math.floor((signed * 10_000) / blocks));
  return (
    <Reason
      name={t("column.credit")}
      value={percent(found.credit)}
      why={
        <>
          {share === null
            ? t("why.notAsked")
            : t("why.signed", { signed, blocks, share, absent })}{" "}
          {t("why.credit")}
        </>
      }
    />
  );
}

function Weight({ found }: OneFields): ReactElement {
  const { t } = useTranslation("stake");
  const full = validatorWeight(BigInt(found.stake), found.bonus_bp, found.credit);
  const is = BigInt(found.weight);
  // What changed since the last epoch acts with the next one.
  const standing = is === full ? "why.weight" : "why.weightLater";
  const key = is === 0n ? `why.zero.${found.state}` : standing;
  return (
    <Reason
      name={t("column.weight")}
      value={kilograms(is)}
      why={t([key, "why.zero.other"], {
        stake: kilograms(found.stake),
        bonus: percent(found.bonus_bp),
        credit: percent(found.credit),
        full: kilograms(full),
      })}
    />
  );
}

function Power({ found, all }: { readonly found: ValidatorFound; readonly all: WhyFields["all"] }) {
  const { t } = useTranslation("stake");
  const weighing = all.filter((row) => row.status === "admitted" && row.weight !== "0");
  const weights = new Map(weighing.map((row) => [row.operator, BigInt(row.weight)]));
  const cap = capOf([...weights.values()]);
  const target = targets(weights).get(found.operator) ?? 0n;
  const total = BigInt(Math.max(1, found.power_total));
  const share = (BigInt(found.power) * 10_000n) / total;
  const wanted = target / 100n;
  const isCut = cap !== null && BigInt(found.weight) > cap;
  return (
    <Reason
      name={t("column.power")}
      value={percent(share)}
      why={
        <>
          {isCut
            ? t("why.cut", { cap: kilograms(cap), count: weights.size })
            : t("why.notCut", { count: weights.size })}{" "}
          {wanted === share
            ? t("why.there")
            : t("why.onTheWay", { target: percent(wanted), churn: CHURN })}
        </>
      }
    />
  );
}

function Jail({ found, rules }: { readonly found: ValidatorFound; readonly rules: Rules }) {
  const { t } = useTranslation("stake");
  const { language } = useSettings();
  if (found.jailed_until === null) return null;
  return (
    <Reason
      name={t("state.jailed")}
      value={<Countdown time={epochStart(found.jailed_until, rules.epoch_ms)} />}
      why={t("why.jailed", { epoch: lengthText(rules.epoch_ms, language) })}
    />
  );
}

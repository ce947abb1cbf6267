// The guard: whom value may reach, how much of it a day, and who helps when the key is lost.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { Button } from "../../design/Button";
import { Field } from "../../design/Field";
import { assetClass, baseUnits, decimal } from "../../ops/amounts";
import { lengthText } from "../../units/times";
import { type Op, useSign } from "../../wallet/Signing";
import { type Guard, guardFault, loosened } from "./guard";
import { Tells } from "./parts";
import type { PartFields } from "./Protection";
import styles from "./security.module.css";

const LIMITS_MOST = 16;

interface TypedLimit {
  readonly asset: string;
  readonly most: string;
}

export function GuardForm({ account, security, again }: PartFields): ReactElement {
  const { t } = useTranslation("security");
  const { language } = useSettings();
  const { sign } = useSign();
  const { guard, delay, recoveryDelay } = security;
  const [trustedOnly, setTrustedOnly] = useState(guard.trusted_only);
  const [limits, setLimits] = useState<readonly TypedLimit[]>(() => guard.limits.map(typedLimit));
  const [guardians, setGuardians] = useState(guard.guardians.join("\n"));
  const [threshold, setThreshold] = useState(String(guard.guardian_threshold));
  const after = guardOf({ trustedOnly, limits, guardians, threshold });
  const fault = after === null ? "amount" : guardFault(after, account);
  const isSame = after !== null && sameGuard(guard, after);
  const set = () => {
    if (after !== null) void sign([opOf(after)]).then(again);
  };
  return (
    <div className={styles["form"]}>
      <label className={styles["check"]}>
        <input
          type="checkbox"
          checked={trustedOnly}
          onChange={(event) => setTrustedOnly(event.target.checked)}
        />
        {t("guard.trustedOnly")}
      </label>
      <Limits limits={limits} change={setLimits} />
      <Field
        label={t("guard.guardians")}
        value={guardians}
        maxLength={500}
        hint={t("guard.guardiansWhy", { delay: lengthText(recoveryDelay, language) })}
        onChange={(event) => setGuardians(event.target.value)}
      />
      <Field
        label={t("guard.threshold")}
        inputMode="numeric"
        value={threshold}
        maxLength={1}
        hint={t("guard.thresholdWhy")}
        onChange={(event) => setThreshold(event.target.value)}
      />
      {fault !== null && <p role="alert">{t(`fault.${fault}`)}</p>}
      {after !== null && fault === null && !isSame && (
        <Tells
          loosens={loosened(guard, after).map((one) => t(`guard.loosens.${one}`))}
          delay={delay}
        />
      )}
      <div>
        <Button tone="primary" disabled={fault !== null || isSame} onClick={set}>
          {t("guard.set")}
        </Button>
      </div>
    </div>
  );
}

interface LimitsFields {
  readonly limits: readonly TypedLimit[];
  readonly change: (limits: readonly TypedLimit[]) => void;
}

function Limits({ limits, change }: LimitsFields): ReactElement {
  const { t } = useTranslation("security");
  const put = (place: number, part: Partial<TypedLimit>) =>
    change(limits.map((limit, at) => (at === place ? { ...limit, ...part } : limit)));
  return (
    <>
      {limits.map((limit, place) => (
        <div key={place} className={styles["row"]}>
          <Field
            label={t("guard.asset")}
            value={limit.asset}
            maxLength={96}
            onChange={(event) => put(place, { asset: event.target.value.trim() })}
          />
          <Field
            label={t("guard.perDay", { unit: unitOf(limit.asset) })}
            inputMode="decimal"
            value={limit.most}
            maxLength={20}
            onChange={(event) => put(place, { most: event.target.value })}
          />
          <Button small onClick={() => change(limits.filter((_, at) => at !== place))}>
            {t("guard.removeLimit")}
          </Button>
        </div>
      ))}
      {limits.length < LIMITS_MOST && (
        <div>
          <Button small onClick={() => change([...limits, { asset: "cny", most: "" }])}>
            {t("guard.addLimit")}
          </Button>
        </div>
      )}
    </>
  );
}

function opOf({ trusted_only, limits, guardians, guardian_threshold }: Guard): Op {
  return {
    op: "accounts.set_guard",
    trusted_only,
    limits: limits.map((limit) => ({ ...limit })),
    guardians: [...guardians],
    guardian_threshold: BigInt(guardian_threshold),
  };
}

interface TypedGuard {
  readonly trustedOnly: boolean;
  readonly limits: readonly TypedLimit[];
  readonly guardians: string;
  readonly threshold: string;
}

/** The guard that is typed; null while an amount is none. */
function guardOf(typed: TypedGuard): Guard | null {
  const limits = typed.limits.map(({ asset, most }) => ({
    asset,
    per_day: baseUnits(most, assetClass(asset)?.digits ?? 0),
  }));
  if (!limits.every(({ per_day, asset }) => per_day !== null && asset !== "")) return null;
  return {
    trusted_only: typed.trustedOnly,
    limits: limits.map(({ asset, per_day }) => ({ asset, per_day: per_day ?? 0n })),
    guardians: typed.guardians.split(/[\s,，]+/).filter((part) => part !== ""),
    guardian_threshold: Number(baseUnits(typed.threshold || "0", 0) ?? 0n),
  };
}

function typedLimit({ asset, per_day }: Guard["limits"][number]): TypedLimit {
  const most = decimal(per_day, assetClass(asset)?.digits ?? 0, 0);
  return { asset, most };
}

/** The unit in which an amount of an asset is typed. */
function unitOf(asset: string): string {
  return assetClass(asset)?.unit.split(" ")[0] ?? asset;
}

function sameGuard(before: Guard, after: Guard): boolean {
  const listed = ({ limits }: Guard) =>
    limits.map(({ asset, per_day }) => `${asset}=${per_day}`).sort().join();
  return (
    before.trusted_only === after.trusted_only &&
    listed(before) === listed(after) &&
    before.guardian_threshold === after.guardian_threshold &&
    [...before.guardians].sort().join() === [...after.guardians].sort().join()
  );
}

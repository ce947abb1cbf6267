// What epochs made of validators, drawn: one validator's numbers, and the shares of all.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { Card } from "../../design/Card";
import { Lines, type Series, Stacks } from "../../design/Plot";
import { short } from "../../design/Reference";
import { Empty, Shown } from "../../design/States";
import { type Ended, type History, historyOf, sharesOf, WHOLE_BP } from "./epochs";
import { kilograms, percent } from "./parts";
import type { ValidatorRow } from "./shapes";
import styles from "./stake.module.css";
import { useEpochs, useOwnEpochs } from "./useEpochs";

const SUSPENDED_BP = 6_000;
const REST = "/api/v1/stake/epochs";

/** The power, weight and credit of a validator at the end of each epoch. */
export function OwnHistory({ operator }: { readonly operator: string }): ReactElement {
  const { t } = useTranslation("stake");
  const own = useOwnEpochs(operator);
  const all = useEpochs();
  const whole = all.state === "ready" ? all.data : [];
  return (
    <Card title={t("history.title")} side={<Source path={`${REST}?operator=${operator}`} />}>
      <Shown
        reading={own}
        isEmpty={({ items }) => items.length === 0}
        empty={<p>{t("history.noneOfIt")}</p>}
      >
        {({ items }) => <Charts history={historyOf(items, whole)} />}
      </Shown>
    </Card>
  );
}

function Charts({ history }: { readonly history: History }): ReactElement {
  const places = usePlaces(history.ends);
  return (
    <div className={styles["charts"]}>
      <PowerChart history={history} places={places} />
      <WeightChart history={history} places={places} />
      <CreditChart history={history} places={places} />
    </div>
  );
}

interface ChartFields {
  readonly history: History;
  readonly places: readonly string[];
}

function PowerChart({ history, places }: ChartFields): ReactElement {
  const { t } = useTranslation("stake");
  const last = percent(history.power.at(-1) ?? 0);
  const target = history.target.at(-1) ?? null;
  const facts = { count: places.length, power: last };
  return (
    <section>
      <h3>{t("history.power")}</h3>
      <Lines
        summary={
          target === null
            ? t("history.powerSaysNow", facts)
            : t("history.powerSays", { ...facts, target: percent(target) })
        }
        places={places}
        words={useWords()}
        text={percent}
        series={[
          { name: "power", label: t("history.inForce"), values: history.power },
          { name: "target", label: t("history.target"), values: history.target, isDashed: true },
        ]}
      />
    </section>
  );
}

function WeightChart({ history, places }: ChartFields): ReactElement {
  const { t } = useTranslation("stake");
  const text = (value: number) => kilograms(String(value));
  const weight = text(history.weight.at(-1) ?? 0);
  return (
    <section>
      <h3>{t("history.weight")}</h3>
      <Lines
        summary={t("history.weightSays", { count: places.length, weight })}
        places={places}
        words={useWords()}
        text={text}
        series={[{ name: "weight", label: t("column.weight"), values: history.weight }]}
      />
    </section>
  );
}

function CreditChart({ history, places }: ChartFields): ReactElement {
  const { t } = useTranslation("stake");
  const credit = percent(history.credit.at(-1) ?? 0);
  const least = percent(SUSPENDED_BP);
  const signed: Series = {
    name: "signed", label: t("history.signed"), values: history.signed, isDashed: true,
  };
  const isAsked = history.signed.some((share) => share !== null);
  return (
    <section>
      <h3>{t("history.credit")}</h3>
      <Lines
        summary={t("history.creditSays", { count: places.length, credit, least })}
        places={places}
        words={useWords()}
        text={percent}
        most={WHOLE_BP}
        least={SUSPENDED_BP}
        series={[
          { name: "credit", label: t("column.credit"), values: history.credit },
          ...(isAsked ? [signed] : []),
        ]}
      />
    </section>
  );
}

/** How all power was shared at the end of each epoch. */
export function ShareHistory({ rows }: { readonly rows: readonly ValidatorRow[] }): ReactElement {
  const { t } = useTranslation("stake");
  const reading = useEpochs();
  return (
    <Card title={t("history.shares")} side={<Source path={REST} />}>
      <Shown
        reading={reading}
        isEmpty={(whole) => whole.length === 0}
        empty={<p>{t("history.none")}</p>}
      >
        {(whole) => <ShareBars whole={whole} rows={rows} />}
      </Shown>
    </Card>
  );
}

interface BarsFields {
  readonly whole: readonly Ended[];
  readonly rows: readonly ValidatorRow[];
}

function ShareBars({ whole, rows }: BarsFields): ReactElement {
  const { t } = useTranslation("stake");
  const places = usePlaces(whole);
  const words = useWords();
  const names = new Map(rows.map(({ operator, moniker }) => [operator, moniker]));
  const shares = sharesOf(whole);
  const most = shares[0];
  if (most === undefined || most.operator === null) return <Empty>{t("history.none")}</Empty>;
  const nameOf = (operator: string) => names.get(operator) ?? short(operator);
  return (
    <Stacks
      summary={t("history.sharesSay", {
        count: whole.length,
        name: nameOf(most.operator),
        share: percent(most.values.at(-1) ?? 0),
      })}
      places={places}
      words={words}
      text={percent}
      most={WHOLE_BP}
      series={shares.map(({ operator, values }) => ({
        name: operator ?? "others",
        label: operator === null ? t("history.others") : nameOf(operator),
        values,
      }))}
    />
  );
}

function useWords(): { readonly place: string; readonly asTable: string } {
  const { t } = useTranslation("stake");
  return { place: t("history.epoch"), asTable: t("history.asTable") };
}

function Source({ path }: { readonly path: string }): ReactElement {
  const { t } = useTranslation("stake");
  return <a href={path}>{t("history.source")}</a>;
}

/** Each epoch as its number and the moment at which it ended, in the reader's zone. */
function usePlaces(ends: readonly { readonly epoch: number; readonly time: number }[]): string[] {
  const { language } = useSettings();
  const words = new Intl.DateTimeFormat(language, {
    month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23",
  });
  return ends.map(({ epoch, time }) => `${epoch} · ${words.format(time)}`);
}

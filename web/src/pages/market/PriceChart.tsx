// Candles of an instrument, kept up to date by the trades of its feed.

import { type ReactElement, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TradeSeen } from "../../data/book";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { type Candle, Candles } from "../../design/Candles";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { priceDigits } from "../../units/prices";
import { exactTime } from "../../units/times";
import { useSettings } from "../../app/settings";
import { type Columns, candlesOf } from "./columns";
import styles from "./Trade.module.css";

const INTERVALS = ["1m", "5m", "15m", "1h", "4h", "1d"] as const;
const ROWS = 500;
const EVERY_MS = 15_000;
const SOON_MS = 300;
const SHOWN_AS_TABLE = 50;

interface ChartFields {
  readonly instrument: string;
  readonly trades: readonly TradeSeen[];
  readonly tick: bigint;
}

export function PriceChart({ instrument, trades, tick }: ChartFields): ReactElement {
  const { t } = useTranslation("market");
  const [interval, choose] = useState<(typeof INTERVALS)[number]>("1h");
  const [isTable, toggle] = useState(false);
  const path = `/instruments/${instrument}/candles?interval=${interval}&limit=${ROWS}`;
  const reading = useResource<Columns>(path, EVERY_MS);
  const { again } = reading;

  // A trade changes the last candle; the ledger's own candles are read again, not guessed.
  useEffect(() => {
    if (trades.length === 0) return;
    const timer = setTimeout(again, SOON_MS);
    return () => clearTimeout(timer);
  }, [trades, again]);

  return (
    <>
      <div className={styles["intervals"]} role="group" aria-label={t("chart.interval")}>
        {INTERVALS.map((name) => (
          <Button
            key={name}
            small
            tone="plain"
            aria-pressed={name === interval}
            onClick={() => choose(name)}
          >
            {t(`interval.${name}`)}
          </Button>
        ))}
        <Button small tone="plain" aria-pressed={isTable} onClick={() => toggle(!isTable)}>
          {t("chart.asTable")}
        </Button>
      </div>
      <Shown
        reading={reading}
        isEmpty={(found) => found.rows === 0}
        empty={<p>{t("chart.empty")}</p>}
      >
        {(found) => (
          <Drawn
            found={found}
            series={`${instrument} ${interval}`}
            digits={priceDigits(tick)}
            isTable={isTable}
          />
        )}
      </Shown>
    </>
  );
}

interface DrawnFields {
  readonly found: Columns;
  readonly series: string;
  readonly digits: number;
  readonly isTable: boolean;
}

function Drawn({ found, series, digits, isTable }: DrawnFields): ReactElement {
  const { t } = useTranslation("market");
  const { language } = useSettings();
  const candles = useMemo(() => candlesOf(found), [found]);
  const last = candles.at(-1);
  if (isTable) {
    return (
      <div className={styles["tapeRows"]}>
        <Table
          caption={t("chart.title")}
          rows={candles.slice(-SHOWN_AS_TABLE).reverse()}
          rowKey={(candle) => String(candle.time)}
          columns={[
            {
              name: "time",
              title: t("chart.time"),
              cell: (candle: Candle) => exactTime(candle.time * 1000, language),
            },
            ...(["open", "high", "low", "close"] as const).map((name) => ({
              name,
              title: t(`chart.${name}`),
              number: true,
              cell: (candle: Candle) => candle[name].toFixed(digits),
            })),
            {
              name: "volume",
              title: t("chart.volume"),
              number: true,
              cell: (candle: Candle) => candle.volume,
            },
          ]}
        />
      </div>
    );
  }
  const summary = t("chart.summary", { count: candles.length, close: last?.close.toFixed(digits) });
  return (
    <div className={styles["chartBox"]}>
      <Candles candles={candles} series={series} digits={digits} summary={summary} />
    </div>
  );
}

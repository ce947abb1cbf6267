// The market at a glance, and a seat for whoever wants to try it.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useLive, useResource } from "../../data/useRead";
import { Badge, Card } from "../../design/Card";
import { BlockLink } from "../../design/Reference";
import { Spark } from "../../design/Spark";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { BoardDocument, type BoardQuery } from "../../gql/graphql";
import { decimal } from "../../ops/amounts";
import { changeBp, changeText, priceDigits, priceText, tonnes } from "../../units/prices";
import prices from "./price.module.css";
import styles from "./Board.module.css";
import { Seats } from "./Seats";
import { type Columns, candlesOf } from "./columns";
import { useName } from "./useName";

const SPARK_EVERY_MS = 60_000;
const SPARK_HOURS = 48;

export function Board(): ReactElement {
  const { t } = useTranslation("market");
  const reading = useLive(BoardDocument, {});
  return (
    <Page title={t("board.title")} lead={t("board.lead")}>
      <Seats />
      <Shown
        reading={reading}
        rows={10}
        isEmpty={(data) => data.instruments.nodes.length === 0}
        empty={<p>{t("board.empty")}</p>}
      >
        {(data) => (
          <>
            <Figures data={data} />
            <Card title={t("board.prices")} bare>
              <Prices data={data} />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}

function Figures({ data }: { readonly data: BoardQuery }): ReactElement {
  const { t } = useTranslation("market");
  const { supply, chain } = data;
  return (
    <dl className={styles["figures"]}>
      <div>
        <dt>{t("board.issued")}</dt>
        <dd>{`${decimal(BigInt(supply.issued), 0, 0)} t`}</dd>
      </div>
      <div>
        <dt>{t("board.retired")}</dt>
        <dd>
          <Link to="/certificates">{`${tonnes(supply.retiredGrams)} t`}</Link>
        </dd>
      </div>
      <div>
        <dt>{t("board.block")}</dt>
        <dd>
          <BlockLink height={chain.height} />
        </dd>
      </div>
      <div>
        <dt>{t("board.age")}</dt>
        <dd>
          <Time time={chain.time} />
        </dd>
      </div>
    </dl>
  );
}

type Row = BoardQuery["instruments"]["nodes"][number] & {
  readonly ticker: BoardQuery["tickers"]["nodes"][number] | undefined;
};

function Prices({ data }: { readonly data: BoardQuery }): ReactElement {
  const { t } = useTranslation("market");
  const nameOf = useName();
  const tickers = new Map(data.tickers.nodes.map((ticker) => [ticker.instrumentId, ticker]));
  const rows = data.instruments.nodes.map((row) => ({ ...row, ticker: tickers.get(row.key) }));
  return (
    <Table
      caption={t("board.prices")}
      rows={rows}
      rowKey={(row: Row) => row.key}
      columns={[
        {
          name: "instrument",
          title: t("board.instrument"),
          cell: (row) => (
            <Link
              to="/trade/$instrument"
              params={{ instrument: row.key }}
              className={styles["named"]}
            >
              <strong>{row.key}</strong>
              <span>{nameOf(row.assetId)}</span>
            </Link>
          ),
        },
        {
          name: "last",
          title: t("board.last"),
          number: true,
          cell: (row) => <Last row={row} />,
        },
        {
          name: "change",
          title: t("board.change"),
          number: true,
          cell: (row) => <Change row={row} />,
        },
        { name: "spark", title: t("board.spark"), cell: (row) => <Line instrument={row.key} /> },
        {
          name: "range",
          title: t("board.range"),
          number: true,
          cell: ({ ticker, tick }) =>
            ticker?.dayTop && ticker.dayBottom
              ? [ticker.dayBottom, ticker.dayTop]
                  .map((price) => priceText(price, digitsOf(tick)))
                  .join(" – ")
              : "–",
        },
        {
          name: "best",
          title: t("board.best"),
          number: true,
          cell: ({ ticker, tick }) =>
            [ticker?.bestBid, ticker?.bestAsk]
              .map((price) => (price ? priceText(price, digitsOf(tick)) : "–"))
              .join(" / "),
        },
        {
          name: "volume",
          title: t("board.volume"),
          number: true,
          cell: ({ ticker }) => `${tonnes(ticker?.dayQty ?? 0)} t`,
        },
        {
          name: "phase",
          title: t("strip.phase"),
          cell: ({ ticker }) => (
            <Badge tone={ticker?.phase === "OPEN" ? "good" : "attention"}>
              {t(`phase.${(ticker?.phase ?? "closed").toLowerCase()}`)}
            </Badge>
          ),
        },
      ]}
    />
  );
}

function Last({ row }: { readonly row: Row }): ReactElement {
  const last = row.ticker?.lastPrice;
  return (
    <span key={last} className={prices["changed"]}>
      {last ? `${priceText(last, digitsOf(row.tick))} ${row.quote.toUpperCase()}` : "–"}
    </span>
  );
}

function Change({ row }: { readonly row: Row }): ReactElement {
  const last = row.ticker?.lastPrice;
  const change = last ? changeBp(BigInt(last), BigInt(row.ticker?.ref ?? row.ref)) : 0;
  const tone = change > 0 ? prices["rising"] : change < 0 ? prices["falling"] : "";
  const arrow = change > 0 ? "▲ " : change < 0 ? "▼ " : "";
  return <span className={tone}>{last ? arrow + changeText(change) : "–"}</span>;
}

function Line({ instrument }: { readonly instrument: string }): ReactElement | null {
  const path = `/instruments/${instrument}/candles?interval=1h&limit=${SPARK_HOURS}`;
  const reading = useResource<Columns>(path, SPARK_EVERY_MS);
  if (reading.state !== "ready") return null;
  const candles = candlesOf(reading.data).slice(-SPARK_HOURS);
  return <Spark values={candles.map((candle) => candle.close)} />;
}

function digitsOf(tick: string): number {
  return priceDigits(BigInt(tick));
}

// One instrument: what it costs, who wants it, what was traded, and the ticket to take part.

import { useParams } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { nodeId } from "../../data/nodeId";
import { useFeed } from "../../data/useFeed";
import { useDocument } from "../../data/useRead";
import { Card } from "../../design/Card";
import { Empty, Shown } from "../../design/States";
import { Tabs } from "../../design/Tabs";
import { TradeDocument, type TradeQuery } from "../../gql/graphql";
import { BookTable } from "./BookTable";
import { DepthCard } from "./DepthCard";
import { OwnOrders } from "./OwnOrders";
import { PriceChart } from "./PriceChart";
import { PriceStrip } from "./PriceStrip";
import { TapeTable } from "./TapeTable";
import { Ticket } from "./Ticket";
import styles from "./Trade.module.css";
import { useIsNarrow } from "./useIsNarrow";
import { useName } from "./useName";

const EVERY_MS = 3_000;

export type Instrument = NonNullable<TradeQuery["instrument"]>;

export function Trade(): ReactElement {
  const { instrument } = useParams({ from: "/trade/$instrument" });
  const { t } = useTranslation("market");
  const variables = { instrument, id: nodeId("Instrument", instrument) };
  const reading = useDocument(TradeDocument, variables, EVERY_MS);
  const nameOf = useName();
  const asset = reading.state === "ready" ? (reading.data.instrument?.assetId ?? "") : "";
  return (
    <Page title={instrument} lead={nameOf(asset)}>
      <Shown
        reading={reading}
        rows={8}
        isEmpty={(data) => data.instrument === null}
        empty={<p>{t("trade.unknown")}</p>}
      >
        {(data) => <Desk data={data} instrument={data.instrument as Instrument} />}
      </Shown>
    </Page>
  );
}

interface DeskFields {
  readonly data: TradeQuery;
  readonly instrument: Instrument;
}

function Desk({ data, instrument }: DeskFields): ReactElement {
  const { t } = useTranslation("market");
  const feed = useFeed(instrument.key);
  const [price, choose] = useState<bigint | null>(null);
  const [tab, show] = useState("chart");
  const isNarrow = useIsNarrow();
  const tick = BigInt(instrument.tick);
  const strip = <PriceStrip data={data} instrument={instrument} isLive={feed.isLive} />;
  const chart = <PriceChart instrument={instrument.key} trades={feed.trades} />;
  const book = (
    <BookTable
      book={feed.book}
      tick={tick}
      onPrice={(chosen) => {
        choose(chosen);
        show("order");
      }}
    />
  );
  const tape = <TapeTable instrument={instrument.key} trades={feed.trades} tick={tick} />;
  const ticket = (
    <Ticket key={instrument.key} instrument={instrument} book={feed.book} chosen={price} />
  );
  const own = <OwnOrders instrument={instrument.key} tick={tick} />;
  if (isNarrow) {
    const tabs = [
      { id: "chart", title: t("tab.chart"), content: chart },
      { id: "book", title: t("tab.book"), content: book },
      { id: "tape", title: t("tab.tape"), content: tape },
      { id: "order", title: t("tab.order"), content: ticket },
    ];
    return (
      <>
        {strip}
        <Tabs label={t("tab.label")} tabs={tabs} value={tab} onChoose={show} />
        {own}
      </>
    );
  }
  return (
    <>
      {strip}
      <div className={styles["desk"]}>
        <Card className={styles["chart"]} title={t("chart.title")} bare>
          {chart}
        </Card>
        <Card className={styles["book"]} title={t("book.title")} bare>
          {feed.book === null ? <Empty>{t("book.waiting")}</Empty> : book}
        </Card>
        <Card className={styles["ticket"]} title={t("ticket.title")}>
          {ticket}
        </Card>
        <Card className={styles["own"]} bare>
          {own}
        </Card>
        <DepthCard className={styles["depth"]} book={feed.book} />
        <Card className={styles["tape"]} title={t("tape.title")} bare>
          {tape}
        </Card>
      </div>
    </>
  );
}

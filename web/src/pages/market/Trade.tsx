// One instrument: what it costs, who wants it, what was traded, and the ticket to take part.

import { useParams } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { nodeId } from "../../data/nodeId";
import { useFeed } from "../../data/useFeed";
import { useDocument } from "../../data/useRead";
import { Button } from "../../design/Button";
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
import { type Typed, offeredFor } from "./ticket";
import { priceDigits, priceText } from "../../units/prices";
import { useIsNarrow } from "./useIsNarrow";
import { useName } from "./useName";

const EVERY_MS = 3_000;
const BLANK: Typed = { side: "buy", kind: "market", price: "", tonnes: "1", tif: "gtc" };

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
        {(data) => (
          <Desk key={instrument} data={data} instrument={data.instrument as Instrument} />
        )}
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
  const [typed, type] = useState<Typed>(BLANK);
  const put = (part: Partial<Typed>) => type((old) => ({ ...old, ...part }));
  const [tab, show] = useState("chart");
  const isNarrow = useIsNarrow();
  const [tick, lot] = [BigInt(instrument.tick), BigInt(instrument.lot)];
  const strip = <PriceStrip data={data} instrument={instrument} isLive={feed.isLive} />;
  const chart = <PriceChart instrument={instrument.key} trades={feed.trades} tick={tick} />;
  const book = (
    <BookTable
      book={feed.book}
      tick={tick}
      lot={lot}
      onPrice={(chosen) => {
        put({ kind: "limit", price: priceText(chosen, priceDigits(tick)) });
        show("order");
      }}
    />
  );
  const tape = (
    <TapeTable instrument={instrument.key} trades={feed.trades} tick={tick} lot={lot} />
  );
  const ticket = <Ticket instrument={instrument} book={feed.book} typed={typed} put={put} />;
  const own = <OwnOrders instrument={instrument.key} tick={tick} />;
  if (isNarrow) {
    const tabs = [
      { id: "chart", title: t("tab.chart"), content: chart },
      {
        id: "book",
        title: t("tab.book"),
        content: (
          <>
            {book}
            <DepthCard book={feed.book} />
          </>
        ),
      },
      { id: "tape", title: t("tab.tape"), content: tape },
      { id: "order", title: t("tab.order"), content: ticket },
    ];
    return (
      <>
        {strip}
        <Tabs label={t("tab.label")} tabs={tabs} value={tab} onChoose={show} />
        {own}
        {tab !== "order" && (
          <div className={styles["bar"]}>
            {(["buy", "sell"] as const).map((side) => (
              <Button
                key={side}
                tone={side}
                onClick={() => {
                  if (side !== typed.side) {
                    const price = offeredFor(side, feed.book, priceDigits(tick));
                    put({ side, price });
                  }
                  show("order");
                }}
              >
                {t(`ticket.${side}`)}
              </Button>
            ))}
          </div>
        )}
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

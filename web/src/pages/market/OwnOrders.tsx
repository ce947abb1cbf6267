// The visitor's own orders and fills, with the way to end them.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDocument, useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Empty, Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Tabs } from "../../design/Tabs";
import { Time } from "../../design/Time";
import { TxLink } from "../../design/Reference";
import { FillsDocument } from "../../gql/graphql";
import { priceDigits, priceText, tonnes } from "../../units/prices";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import prices from "./price.module.css";

const EVERY_MS = 3_000;

interface OwnFields {
  readonly instrument: string;
  readonly tick: bigint;
}

interface OpenOrder {
  readonly no: number;
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly price: string | null;
  readonly qty: string;
  readonly open: string;
  readonly time: number;
}

interface Open {
  readonly items: readonly OpenOrder[];
}

export function OwnOrders(fields: OwnFields): ReactElement {
  const { t } = useTranslation("market");
  const { account } = useWallet();
  if (account === null) return <Empty>{t("own.none")}</Empty>;
  const tabs = [
    { id: "open", title: t("own.open"), content: <OpenOrders {...fields} account={account} /> },
    { id: "fills", title: t("own.fills"), content: <Fills {...fields} account={account} /> },
  ];
  return <Tabs label={t("own.label")} tabs={tabs} />;
}

type OfAccount = OwnFields & { readonly account: string };

function OpenOrders({ account, instrument, tick }: OfAccount): ReactElement {
  const { t } = useTranslation("market");
  const { sign } = useSign();
  const reading = useResource<Open>(`/accounts/${account}/open-orders?limit=100`, EVERY_MS);
  const digits = priceDigits(tick);
  const cancel = async (order: OpenOrder) => {
    await sign([{ op: "market.cancel_order", order: BigInt(order.no), client_id: null }]);
    reading.again();
  };
  const cancelAll = async () => {
    await sign([{ op: "market.cancel_orders", instrument, side: null }]);
    reading.again();
  };
  const mine = (found: Open) => found.items.filter((order) => order.instrument === instrument);
  return (
    <Shown
      reading={reading}
      isEmpty={(found) => mine(found).length === 0}
      empty={<p>{t("own.noOpen")}</p>}
    >
      {(found) => (
        <>
          <Table
            caption={t("own.open")}
            rows={mine(found)}
            rowKey={(order) => String(order.no)}
            columns={[
              {
                name: "side",
                title: t("ticket.side"),
                cell: (order) => (
                  <span className={prices[order.side === "buy" ? "rising" : "falling"]}>
                    {t(`ticket.${order.side}`)}
                  </span>
                ),
              },
              {
                name: "price",
                title: t("book.price"),
                number: true,
                cell: (order) => (order.price === null ? "–" : priceText(order.price, digits)),
              },
              {
                name: "open",
                title: t("own.left"),
                number: true,
                cell: (order) => `${tonnes(order.open)} / ${tonnes(order.qty)}`,
              },
              { name: "time", title: t("tape.time"), cell: (order) => <Time time={order.time} /> },
              {
                name: "cancel",
                title: <span className="visually-hidden">{t("own.cancel")}</span>,
                cell: (order) => (
                  <Button
                    small
                    aria-label={t("own.cancelNo", { no: order.no })}
                    onClick={() => void cancel(order)}
                  >
                    {t("own.cancel")}
                  </Button>
                ),
              },
            ]}
          />
          <Button small onClick={() => void cancelAll()}>
            {t("own.cancelAll")}
          </Button>
        </>
      )}
    </Shown>
  );
}

function Fills({ account, instrument, tick }: OfAccount): ReactElement {
  const { t } = useTranslation("market");
  const reading = useDocument(FillsDocument, { account, instrument }, EVERY_MS);
  const digits = priceDigits(tick);
  return (
    <Shown
      reading={reading}
      isEmpty={(data) => data.bought.nodes.length + data.sold.nodes.length === 0}
      empty={<p>{t("own.noFills")}</p>}
    >
      {(data) => (
        <Table
          caption={t("own.fills")}
          rows={[
            ...data.bought.nodes.map((trade) => ({ ...trade, side: "buy" as const })),
            ...data.sold.nodes.map((trade) => ({ ...trade, side: "sell" as const })),
          ].sort((left, right) => right.no - left.no)}
          rowKey={(trade) => `${trade.no}${trade.side}`}
          columns={[
            {
              name: "side",
              title: t("ticket.side"),
              cell: (trade) => (
                <span className={prices[trade.side === "buy" ? "rising" : "falling"]}>
                  {t(`ticket.${trade.side}`)}
                </span>
              ),
            },
            {
              name: "price",
              title: t("book.price"),
              number: true,
              cell: (trade) => priceText(trade.price, digits),
            },
            {
              name: "tonnes",
              title: t("book.tonnes"),
              number: true,
              cell: (trade) => tonnes(trade.qty),
            },
            {
              name: "fee",
              title: t("own.fee"),
              number: true,
              cell: (trade) =>
                priceText(trade.side === "buy" ? trade.buyerFee : trade.sellerFee, 4),
            },
            { name: "time", title: t("tape.time"), cell: (trade) => <Time time={trade.time} /> },
            {
              name: "tx",
              title: t("own.tx"),
              cell: (trade) => (trade.tx ? <TxLink id={trade.tx} /> : "–"),
            },
          ]}
        />
      )}
    </Shown>
  );
}

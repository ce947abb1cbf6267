// One transaction: what it said in words, what became of it, what it moved, and its proof.

import { useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useSettings } from "../../app/settings";
import { nodeId } from "../../data/nodeId";
import { useDocument, useExact } from "../../data/useRead";
import { Card, Facts } from "../../design/Card";
import { Address, BlockLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { TransactionFactsDocument, type TransactionFactsQuery } from "../../gql/graphql";
import { amountText } from "../../ops/amounts";
import { describe, plain, title } from "../../ops/sentences";
import type { Op } from "../../wallet/body";
import { type Fields, type Json, encode, isFields, parse } from "../../wallet/json";
import { StatusBadge } from "./StatusBadge";
import layout from "../../design/layout.module.css";

export function Transaction(): ReactElement {
  const { id } = useParams({ from: "/explorer/transactions/$id" });
  const { t } = useTranslation("explorer");
  const said = useDocument(TransactionFactsDocument, { id: nodeId("Transaction", id) });
  const became = useExact(`/transactions/${encodeURIComponent(id)}`);
  return (
    <Page title={t("tx.title")} lead={<code>{id}</code>}>
      <Shown reading={became} rows={6}>
        {(found) => <Receipt found={found} />}
      </Shown>
      <Shown reading={said} rows={3}>
        {(data) => (data.transaction === null ? null : <Said transaction={data.transaction} />)}
      </Shown>
    </Page>
  );
}

type Signed = NonNullable<TransactionFactsQuery["transaction"]>;

function Said({ transaction }: { readonly transaction: Signed }): ReactElement {
  const { t } = useTranslation("explorer");
  const { language } = useSettings();
  return (
    <Card title={t("tx.said")}>
      <ol>
        {transaction.ops.map((raw, place) => {
          const op = parse(JSON.stringify(raw)) as Op;
          const sentence = describe(op, language);
          return (
            <li key={place}>
              <strong>{title(op.op, language)}</strong>
              {sentence !== null && <p>{plain(sentence)}</p>}
              <details>
                <summary>{t("tx.raw")}</summary>
                <pre className={layout["code"]} tabIndex={0}>{encode(op)}</pre>
              </details>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

function Receipt({ found }: { readonly found: Json }): ReactElement {
  const { t } = useTranslation("explorer");
  const answer = fields(found);
  const receipt = fields(answer["receipt"]);
  const fee = fields(receipt["fee"]);
  const moves = list(receipt["moves"]).map(list);
  const events = list(receipt["events"]).map(fields);
  const refusal = receipt["refusal"];
  return (
    <>
      <Card title={t("tx.became")}>
        <Facts
          rows={[
            [t("tx.status"), <StatusBadge key="status" status={text(answer["status"])} />],
            typeof refusal === "string"
              ? [
                  t("tx.refusal"),
                  <span key="refusal">
                    <code>{refusal}</code> {encode(receipt["facts"] ?? {})}
                  </span>,
                ]
              : null,
            [
              t("tx.block"),
              typeof receipt["height"] === "bigint" ? (
                <BlockLink key="block" height={Number(receipt["height"])} />
              ) : (
                "–"
              ),
            ],
            typeof fee["amount"] === "bigint"
              ? [
                  t("tx.fee"),
                  <span key="fee">
                    {amountText(fee["amount"], text(fee["asset"]))}{" "}
                    <Address address={text(fee["payer"])} />
                  </span>,
                ]
              : null,
            [t("tx.work"), text(receipt["work"])],
          ]}
        />
      </Card>
      {moves.length > 0 && (
        <Card title={t("tx.moves")} bare>
          <Table
            caption={t("tx.moves")}
            rows={moves.map((move, place) => ({ move, place }))}
            rowKey={({ place }) => String(place)}
            columns={[
              {
                name: "amount",
                title: t("tx.amount"),
                number: true,
                cell: ({ move }) =>
                  typeof move[3] === "bigint" ? amountText(move[3], text(move[0])) : "–",
              },
              {
                name: "from",
                title: t("tx.from"),
                cell: ({ move }) => <Address address={text(move[1])} />,
              },
              {
                name: "to",
                title: t("tx.to"),
                cell: ({ move }) => <Address address={text(move[2])} />,
              },
            ]}
          />
        </Card>
      )}
      {events.length > 0 && (
        <Card title={t("tx.events")}>
          <ul>
            {events.map((event, place) => (
              <li key={place}>
                <strong>{text(event["event"])}</strong>
                <pre className={layout["code"]} tabIndex={0}>{encode(event)}</pre>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function fields(value: Json | undefined): Fields {
  return isFields(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "bigint" ? value.toString() : "";
}

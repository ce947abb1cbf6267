// Own orders, certificates and history of the account.

import { Button } from "../../design/Button";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../design/Card";
import { type Column, Table } from "../../design/Table";
import { moneyText, quoteOf, tonnesText } from "../../ops/amounts";
import { timeText } from "../../ops/forms";
import { title } from "../../ops/sentences";
import type { Fields } from "../../wallet/json";
import { useLanguage, useRefusalSentence } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import type { OpenOrder } from "./holdings";
import styles from "./wallet.module.css";

interface OrdersProps {
  readonly orders: readonly OpenOrder[];
  readonly done: () => void;
}

/** Open orders, each with the way to end it. */
export function Orders({ orders, done }: OrdersProps) {
  const { t } = useTranslation("wallet");
  const { sign } = useSign();
  if (orders.length === 0) return null;
  const cancel = (no: string) => {
    void sign([{ op: "market.cancel_order", order: BigInt(no), client_id: null }]).then(done);
  };
  const columns: Column<OpenOrder>[] = [
    { name: "no", title: t("orders.no"), cell: ({ no }) => no },
    {
      name: "instrument",
      title: t("orders.instrument"),
      cell: ({ instrument }) => (
        <Link to="/trade/$instrument" params={{ instrument }}>
          {instrument}
        </Link>
      ),
    },
    { name: "side", title: t("orders.side"), cell: ({ side }) => t(`orders.${side}`) },
    {
      name: "price",
      title: t("orders.price"),
      number: true,
      cell: ({ price, instrument }) =>
        price === null ? "" : moneyText(price, quoteOf(instrument)),
    },
    { name: "open", title: t("orders.open"), number: true, cell: ({ open }) => tonnesText(open) },
    { name: "of", title: t("orders.of"), number: true, cell: ({ qty }) => tonnesText(qty) },
    {
      name: "end",
      title: t("orders.end"),
      cell: ({ no }) => (
        <Button small onClick={() => cancel(no)}>
          {t("orders.cancel")}
        </Button>
      ),
    },
  ];
  return (
    <Card title={t("orders.title")} bare>
      <Table caption={t("orders.title")} columns={columns} rows={orders} rowKey={({ no }) => no} />
    </Card>
  );
}

/** Certificates of retirement that the account holds. */
export function Certificates({ rows }: { readonly rows: readonly Fields[] }) {
  const { t } = useTranslation("wallet");
  const language = useLanguage();
  if (rows.length === 0) return null;
  return (
    <Card title={t("certificates.title")}>
      <ul className={styles["rows"]}>
        {rows.map((row) => (
          <li key={String(row["id"])}>
            <a href={`/c/${String(row["id"])}`} target="_blank" rel="noreferrer">
              {String(row["id"])}
            </a>
            <b>{tonnesText(BigInt(String(row["grams"])))}</b>
            <span>{String(row["batch"])}</span>
            <time>{timeText(row["time"] as bigint, language)}</time>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface HistoryProps {
  readonly account: string;
  readonly rows: readonly Fields[];
}

/** Receipts that name the account, the newest first. */
export function History({ account, rows }: HistoryProps) {
  const { t } = useTranslation("wallet");
  const language = useLanguage();
  const sentenceOf = useRefusalSentence();
  if (rows.length === 0) return null;
  return (
    <Card title={t("history.title")}>
      <ul className={styles["rows"]}>
        {rows.map((row) => (
          <li key={`${row["height"]}/${row["index"]}`}>
            <time>{timeText(row["time"] as bigint, language)}</time>
            <span>{told(row, language) || t("history.hook")}</span>
            {row["sender"] !== account && row["sender"] !== null && (
              <span>{t("history.byOthers")}</span>
            )}
            {typeof row["refusal"] === "string" && <em>{sentenceOf(row["refusal"])}</em>}
            {typeof row["tx"] === "string" && (
              <Link to="/explorer/transactions/$id" params={{ id: row["tx"] }}>
                {t("history.block", { height: String(row["height"]) })}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function told(row: Fields, language: "zh-CN" | "en"): string {
  const ops = Array.isArray(row["ops"]) ? (row["ops"] as Fields[]) : [];
  return ops.map((op) => title(String(op["op"]), language)).join(", ");
}

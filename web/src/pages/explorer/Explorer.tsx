// The chain as it grows, and the search over everything on it.

import { Link, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useLive } from "../../data/useRead";
import { Card, Facts } from "../../design/Card";
import { Address, BlockLink, TxLink, short } from "../../design/Reference";
import { Empty, Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { ExplorerDocument, type ExplorerQuery } from "../../gql/graphql";
import { Hits } from "./Hits";
import { StatusBadge } from "./StatusBadge";
import layout from "../../design/layout.module.css";

export function Explorer(): ReactElement {
  const { t } = useTranslation("explorer");
  const { q = "" }: Record<string, string> = useSearch({ strict: false });
  const reading = useLive(ExplorerDocument, {});
  return (
    <Page
      title={t("explorer.title")}
      lead={t("explorer.lead")}
      side={<Link to="/explorer/supply">{t("supply.title")}</Link>}
    >
      {q !== "" && <Hits text={q} />}
      <Shown reading={reading} rows={10}>
        {(data) => <Latest data={data} />}
      </Shown>
    </Page>
  );
}

function Latest({ data }: { readonly data: ExplorerQuery }): ReactElement {
  const { t } = useTranslation("explorer");
  return (
    <>
      <Card title={t("explorer.chain")}>
        <Facts
          rows={[
            [t("chain.name"), <code key="name">{data.chain.name}</code>],
            [t("chain.height"), <BlockLink key="height" height={data.chain.height} />],
            [t("chain.age"), <Time key="age" time={data.chain.time} />],
            [t("chain.version"), data.chain.appVersion],
          ]}
        />
      </Card>
      <div className={layout["two"]}>
        <Card title={t("explorer.blocks")} bare>
          <Table
            caption={t("explorer.blocks")}
            rows={data.blocks.nodes}
            rowKey={(row) => row.hash}
            columns={[
              {
                name: "height",
                title: t("chain.height"),
                cell: (row) => <BlockLink height={row.height} />,
              },
              {
                name: "hash",
                title: t("block.hash"),
                cell: (row) => <code title={row.hash}>{short(row.hash)}</code>,
              },
              { name: "count", title: t("block.count"), number: true, cell: (row) => row.count },
              { name: "time", title: t("block.time"), cell: (row) => <Time time={row.time} /> },
            ]}
          />
        </Card>
        <Card title={t("explorer.transactions")} bare={data.transactions.nodes.length > 0}>
          <Transactions rows={data.transactions.nodes} />
        </Card>
      </div>
    </>
  );
}

interface TransactionsFields {
  readonly rows: ExplorerQuery["transactions"]["nodes"];
}

function Transactions({ rows }: TransactionsFields): ReactElement {
  const { t } = useTranslation("explorer");
  if (rows.length === 0) return <Empty>{t("explorer.none")}</Empty>;
  return (
    <Table
      caption={t("explorer.transactions")}
      rows={rows}
      rowKey={(row) => row.key}
      columns={[
        { name: "id", title: t("tx.id"), cell: (row) => <TxLink id={row.key} /> },
        {
          name: "sender",
          title: t("tx.sender"),
          cell: (row) => <Address address={row.sender} />,
        },
        {
          name: "status",
          title: t("tx.status"),
          cell: (row) => <StatusBadge status={row.status.toLowerCase()} />,
        },
        {
          name: "height",
          title: t("chain.height"),
          number: true,
          cell: (row) => <BlockLink height={row.height} />,
        },
      ]}
    />
  );
}

// The batches of a project.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { Badge } from "../../design/Card";
import { More } from "../../design/More";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { decimal } from "../../ops/amounts";
import { PriceLink, usePrices } from "./PriceLink";
import type { BatchRow } from "./shapes";

export function BatchTable({ project }: { readonly project: string }): ReactElement {
  const { t } = useTranslation("carbon");
  const listing = useListing<BatchRow>(`/batches${queryOf({ project, limit: "100" })}`);
  const prices = usePrices();
  const count = (name: string) => (row: BatchRow) => decimal(BigInt(row.counts[name] ?? 0), 0, 0);
  return (
    <>
      <Shown
        reading={listing.reading}
        isEmpty={(found) => found.items.length === 0}
        empty={<p>{t("batch.none")}</p>}
      >
        {() => (
          <Table
            caption={t("project.batches")}
            rows={listing.items}
            rowKey={(row) => row.id}
            columns={[
              {
                name: "id",
                title: t("batch.id"),
                cell: (row) => (
                  <Link to="/batches/$id" params={{ id: row.id }}>
                    {row.id}
                  </Link>
                ),
              },
              { name: "vintage", title: t("batch.vintage"), cell: (row) => row.vintage },
              {
                name: "issued",
                title: t("batch.issued"),
                number: true,
                cell: (row) => decimal(BigInt(row.issued), 0, 0),
              },
              {
                name: "custody",
                title: t("count.custody"),
                number: true,
                cell: count("custody"),
              },
              {
                name: "retired",
                title: t("count.retired"),
                number: true,
                cell: count("retired"),
              },
              {
                name: "price",
                title: t("price.title"),
                number: true,
                cell: (row) => <PriceLink prices={prices} of={row.id} />,
              },
              {
                name: "status",
                title: t("projects.status"),
                cell: (row) => (
                  <Badge tone={row.status === "live" ? "good" : "bad"}>
                    {t(`status.${row.status}`)}
                  </Badge>
                ),
              },
            ]}
          />
        )}
      </Shown>
      <More listing={listing} />
    </>
  );
}

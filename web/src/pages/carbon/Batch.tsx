// One batch: what a tonne of it is, what became of each serial, and where it trades.

import { Link, useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { useResource } from "../../data/useRead";
import { Badge, Card, Facts } from "../../design/Card";
import { More } from "../../design/More";
import { Address } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { decimal } from "../../ops/amounts";
import { Counts } from "./Counts";
import layout from "../../design/layout.module.css";
import type { BatchFound, IntervalRow } from "./shapes";

interface InstrumentRow {
  readonly id: string;
  readonly asset: string;
}

export function Batch(): ReactElement {
  const { id } = useParams({ from: "/batches/$id" });
  const reading = useResource<BatchFound>(`/batches/${encodeURIComponent(id)}`, 10_000);
  return (
    <Page title={id}>
      <Shown reading={reading} rows={8}>
        {(batch) => <Found batch={batch} />}
      </Shown>
    </Page>
  );
}

function Found({ batch }: { readonly batch: BatchFound }): ReactElement {
  const { t } = useTranslation("carbon");
  const instruments = useListing<InstrumentRow>("/instruments?limit=100");
  const here = instruments.items.filter((row) => row.asset === batch.id);
  return (
    <>
      <Card title={t("batch.serials", { issued: decimal(BigInt(batch.issued), 0, 0) })}>
        <Counts counts={batch.counts} />
      </Card>
      <div className={layout["two"]}>
        <Card title={t("project.about")}>
          <Facts
            rows={[
              [
                t("batch.project"),
                <Link key="project" to="/projects/$id" params={{ id: batch.project }}>
                  {batch.project}
                </Link>,
              ],
              [t("batch.vintage"), `${batch.vintage} (${batch.start} – ${batch.end})`],
              [t("project.methodologies"), batch.methodology],
              [t("batch.unit"), t(`unit.${batch.unit_type}`)],
              [
                t("projects.status"),
                <Badge key="status" tone={batch.freezes.length > 0 ? "bad" : "good"}>
                  {t(batch.freezes.length > 0 ? "status.frozen" : `status.${batch.status}`)}
                </Badge>,
              ],
              batch.labels.length > 0 ? [t("batch.labels"), batch.labels.join(", ")] : null,
            ]}
          />
        </Card>
        <Card title={t("batch.next")}>
          <div className={layout["links"]}>
            {here.map((row) => (
              <Link key={row.id} to="/trade/$instrument" params={{ instrument: row.id }}>
                {t("batch.trade", { instrument: row.id })}
              </Link>
            ))}
            <Link to="/retire" search={{ batch: batch.id } as never}>
              {t("batch.retire")}
            </Link>
            <Link to="/certificates" search={{ project: batch.project } as never}>
              {t("project.retirements")}
            </Link>
          </div>
        </Card>
      </div>
      <Card title={t("batch.intervals")} bare>
        <Intervals batch={batch.id} />
      </Card>
    </>
  );
}

function Intervals({ batch }: { readonly batch: string }): ReactElement {
  const { t } = useTranslation("carbon");
  const listing = useListing<IntervalRow>(`/intervals${queryOf({ batch, limit: "50" })}`);
  return (
    <>
      <Shown reading={listing.reading} rows={6}>
        {() => (
          <Table
            caption={t("batch.intervals")}
            rows={listing.items}
            rowKey={(row) => String(row.start)}
            columns={[
              {
                name: "serials",
                title: t("batch.range"),
                cell: (row) => (
                  <Link
                    to="/serials/$text"
                    params={{ text: serialText(batch, row.start, row.end) }}
                  >
                    {row.start === row.end ? row.start : `${row.start} – ${row.end}`}
                  </Link>
                ),
              },
              { name: "tonnes", title: t("tonnes"), number: true, cell: (row) => row.tonnes },
              {
                name: "status",
                title: t("projects.status"),
                cell: (row) => t(`count.${row.status}`),
              },
              {
                name: "owner",
                title: t("owner"),
                cell: (row) => (row.owner ? <Address address={row.owner} /> : "–"),
              },
              {
                name: "cause",
                title: t("cause"),
                cell: (row) =>
                  row.cause.startsWith("r-") ? (
                    <a href={`/c/${row.cause}`}>{row.cause}</a>
                  ) : (
                    row.cause || "–"
                  ),
              },
              { name: "since", title: t("since"), cell: (row) => <Time time={row.since} /> },
            ]}
          />
        )}
      </Shown>
      <More listing={listing} />
    </>
  );
}

/** A range in the ledger's own grammar (registry.md 10). */
function serialText(batch: string, start: number, end: number): string {
  return `CTN-${batch.toUpperCase()}-${start}-${end}`;
}

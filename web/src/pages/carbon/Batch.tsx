// One batch: what a tonne of it is, what became of each serial, and where it trades.

import { Link, useParams } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { useResource } from "../../data/useRead";
import { useSettled } from "../../data/useSettled";
import { Badge, Card, Facts } from "../../design/Card";
import { Field } from "../../design/Field";
import { More } from "../../design/More";
import { Address, TxLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { decimal, moneyText } from "../../ops/amounts";
import { Cause } from "./Cause";
import { Counts } from "./Counts";
import layout from "../../design/layout.module.css";
import { usePrices } from "./PriceLink";
import styles from "./carbon.module.css";
import type { BatchFound, IntervalRow } from "./shapes";

const MOVED = 4;
/** A height, a day, or a time of RFC 3339 (registry.md 13). */
const FORMS = [
  /^(?:0|[1-9][0-9]{0,14})$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/,
];

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
  const here = usePrices().filter((row) => row.batch === batch.id);
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
              [
                t("batch.moved"),
                <span key="moved" className={layout["links"]}>
                  {batch.transactions.slice(0, MOVED).map((tx) => (
                    <TxLink key={tx} id={tx} />
                  ))}
                </span>,
              ],
            ]}
          />
        </Card>
        <Card title={t("batch.next")}>
          <div className={layout["links"]}>
            {here.map((row) => (
              <Link
                key={row.instrument}
                to="/trade/$instrument"
                params={{ instrument: row.instrument }}
              >
                {t("batch.trade", { price: moneyText(row.price, row.quote) })}
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
  const [typed, type] = useState("");
  const isSound = typed === "" || FORMS.some((form) => form.test(typed));
  const at = useSettled(isSound ? typed : "");
  const listing = useListing<IntervalRow>(`/intervals${queryOf({ batch, limit: "50", at })}`);
  return (
    <>
      <div className={styles["asOf"]}>
        <Field
          label={t("batch.at")}
          hint={t("batch.atHint")}
          value={typed}
          maxLength={40}
          wrong={isSound ? null : t("batch.atRule")}
          onChange={(event) => type(event.target.value.trim())}
        />
      </div>
      <Shown
        reading={listing.reading}
        rows={6}
        isEmpty={(found) => found.items.length === 0}
        empty={<p>{t("batch.notThen")}</p>}
      >
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
                cell: (row) => (
                  <span className={styles["whole"]}>{t(`count.${row.status}`)}</span>
                ),
              },
              {
                name: "owner",
                title: t("owner"),
                cell: (row) => (row.owner ? <Address address={row.owner} /> : "–"),
              },
              {
                name: "cause",
                title: t("cause"),
                cell: (row) => <Cause name={row.cause} />,
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

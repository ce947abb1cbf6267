// What stands behind a validator: lots, what is on its way out, faults.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Countdown } from "../../design/Countdown";
import { BlockLink } from "../../design/Reference";
import { Empty } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { kilograms, percent, tonnesColumn, tonnesText } from "./parts";
import { lotWeight, vintageOf, vintageRate, yearOf } from "./reasons";
import type { FoundFault, Rules, Unbonding, ValidatorFound } from "./shapes";

interface LotsFields {
  readonly found: ValidatorFound;
  readonly rules: Rules;
}

export function Lots({ found, rules }: LotsFields): ReactElement {
  const { t } = useTranslation("stake");
  if (found.lots.length === 0) return <Empty>{t("lots.none")}</Empty>;
  const year = yearOf(Date.now());
  const rows = found.lots.map((lot) => {
    const rate = vintageRate(vintageOf(lot.batch), year);
    return { ...lot, rate, weight: lotWeight(BigInt(lot.tonnes), rules.quality_bp, rate) };
  });
  return (
    <Table
      caption={t("lots.title")}
      rows={rows}
      rowKey={(row) => row.batch}
      columns={[
        { name: "batch", title: t("lots.batch"), cell: (row) => <BatchLink id={row.batch} /> },
        tonnesColumn(t("lots.tonnes")),
        {
          name: "quality",
          title: t("lots.quality"),
          number: true,
          cell: () => percent(rules.quality_bp),
        },
        {
          name: "vintage",
          title: t("lots.vintage"),
          number: true,
          cell: (row) => `${vintageOf(row.batch)} → ${percent(row.rate)}`,
        },
        {
          name: "weight",
          title: t("lots.weight"),
          number: true,
          cell: (row) => kilograms(row.weight),
        },
        { name: "since", title: t("lots.since"), cell: (row) => <Time time={row.since} /> },
      ]}
    />
  );
}

export function Leaving({ rows }: { readonly rows: readonly Unbonding[] }): ReactElement {
  const { t } = useTranslation("stake");
  if (rows.length === 0) return <Empty>{t("leaving.none")}</Empty>;
  return (
    <Table
      caption={t("leaving.title")}
      rows={rows}
      rowKey={(row) => String(row.no)}
      columns={[
        { name: "batch", title: t("lots.batch"), cell: (row) => <BatchLink id={row.batch} /> },
        tonnesColumn(t("lots.tonnes")),
        {
          name: "due",
          title: t("leaving.free"),
          cell: (row) =>
            row.due === null ? t("leaving.notCounting") : <Countdown time={row.due} />,
        },
      ]}
    />
  );
}

export function Faults({ rows }: { readonly rows: readonly FoundFault[] }): ReactElement {
  const { t } = useTranslation("stake");
  if (rows.length === 0) return <Empty>{t("faults.none")}</Empty>;
  return (
    <Table
      caption={t("faults.title")}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        { name: "kind", title: t("faults.what"), cell: (row) => t(`faults.kind.${row.kind}`) },
        {
          name: "height",
          title: t("faults.height"),
          number: true,
          cell: (row) => <BlockLink height={row.height} />,
        },
        { name: "time", title: t("faults.time"), cell: (row) => <Time time={row.time} /> },
        {
          name: "cost",
          title: t("faults.cost"),
          number: true,
          cell: (row) =>
            row.lots.length === 0
              ? t("faults.nothing")
              : row.lots.map((lot) => `${tonnesText(lot.tonnes)} ${lot.batch}`).join(", "),
        },
      ]}
    />
  );
}

function BatchLink({ id }: { readonly id: string }): ReactElement {
  return (
    <Link to="/batches/$id" params={{ id }}>
      {id}
    </Link>
  );
}

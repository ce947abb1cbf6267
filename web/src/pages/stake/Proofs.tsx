// Proofs of emission reduction (CPoE): of one validator, or of all.

import { Link } from "@tanstack/react-router";
import { type ReactElement, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import type { Reading } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Badge, Card } from "../../design/Card";
import { Choice } from "../../design/Field";
import { More } from "../../design/More";
import { Empty, Shown } from "../../design/States";
import { type Column, Table } from "../../design/Table";
import type { Reader } from "./chances";
import { tonnesColumn } from "./parts";
import { Proof } from "./Proof";
import type { Cpoe, ValidatorRow } from "./shapes";
import styles from "./stake.module.css";

const EVERY_MS = 4_000;
const STATES = ["filed", "attested", "challenged", "valid", "revoked"] as const;
const TONES: Readonly<Record<string, "good" | "bad" | "attention">> = {
  valid: "good",
  revoked: "bad",
  challenged: "attention",
};

interface ProofsFields {
  readonly rows: readonly Cpoe[];
  readonly reader: Reader | null;
  readonly again: () => void;
  /** The names of owners; left out where all are of one. */
  readonly names?: ReadonlyMap<string, string>;
  readonly filter?: ReactNode;
  /** How the rows were read, where nothing around says it. */
  readonly reading?: Reading<unknown>;
}

/** A table of records, of which one can be opened below it. */
export function Proofs(fields: ProofsFields): ReactElement {
  const { t } = useTranslation("stake");
  const { rows, reader, again, names, filter, reading } = fields;
  const [opened, open] = useState<string | null>(null);
  const record = rows.find(({ id }) => id === opened);
  const columns = useColumns(opened, open);
  const owner: Column<Cpoe> = {
    name: "owner",
    title: t("proofs.owner"),
    cell: (row) => (
      <Link to="/stake/$operator" params={{ operator: row.owner }}>
        {names?.get(row.owner) ?? row.owner.slice(0, 10)}
      </Link>
    ),
  };
  const table =
    rows.length === 0 ? (
      <Empty>{t(names === undefined ? "proofs.none" : "proofs.noneOfAll")}</Empty>
    ) : (
      <Table
        caption={t("proofs.title")}
        rows={rows}
        rowKey={(row) => row.id}
        columns={names === undefined ? columns : columns.toSpliced(1, 0, owner)}
      />
    );
  return (
    <>
      <Card title={t("proofs.title")} bare>
        {filter}
        {reading === undefined ? table : <Shown reading={reading}>{() => table}</Shown>}
      </Card>
      {record !== undefined && (
        <Proof record={record} reader={reader} again={again} close={() => open(null)} />
      )}
    </>
  );
}

function useColumns(opened: string | null, open: (id: string | null) => void): Column<Cpoe>[] {
  const { t, i18n } = useTranslation("stake");
  const day = (time: number) => new Intl.DateTimeFormat(i18n.language).format(time);
  return [
    {
      name: "open",
      title: t("proofs.more"),
      cell: (row) => (
        <Button
          small
          aria-label={t("proofs.openOne", { id: row.id })}
          aria-expanded={row.id === opened}
          onClick={() => open(row.id === opened ? null : row.id)}
        >
          {t("proofs.open")}
        </Button>
      ),
    },
    {
      name: "status",
      title: t("column.state"),
      cell: (row) => <Badge tone={TONES[row.status]}>{t(`proofs.status.${row.status}`)}</Badge>,
    },
    {
      name: "project",
      title: t("proofs.project"),
      cell: (row) => (
        <Link to="/projects/$id" params={{ id: row.project }}>
          {row.project}
        </Link>
      ),
    },
    tonnesColumn(t("lots.tonnes")),
    {
      name: "period",
      title: t("proofs.period"),
      cell: (row) => `${day(row.period_start)} – ${day(row.period_end)}`,
    },
  ];
}

interface AllFields {
  readonly validators: readonly ValidatorRow[];
  readonly reader: Reader | null;
}

/** The records of all owners, by their state. */
export function AllProofs({ validators, reader }: AllFields): ReactElement {
  const { t } = useTranslation("stake");
  const [status, choose] = useState("");
  const path = `/stake/cpoes${queryOf({ status, limit: "20" })}`;
  const listing = useListing<Cpoe>(path, EVERY_MS);
  const names = new Map(validators.map(({ operator, moniker }) => [operator, moniker]));
  const states = STATES.map((one): [string, string] => [one, t(`proofs.status.${one}`)]);
  const filter = (
    <div className={styles["filter"]}>
      <Choice
        label={t("column.state")}
        value={status}
        options={[["", t("proofs.all")], ...states]}
        onChoose={choose}
      />
    </div>
  );
  return (
    <>
      <Proofs
        rows={listing.items}
        reader={reader}
        again={listing.reading.again}
        names={names}
        filter={filter}
        reading={listing.reading}
      />
      <More listing={listing} />
    </>
  );
}

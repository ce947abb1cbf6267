// Every parameter: its value, what waits to replace it, the range that votes are held to.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../../data/useRead";
import { Card } from "../../design/Card";
import { Countdown } from "../../design/Countdown";
import { Field } from "../../design/Field";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { decimal } from "../../ops/amounts";
import type { ParamRow } from "../stake/shapes";
import styles from "./governance.module.css";

const EVERY_MS = 10_000;

interface Change {
  readonly name: string;
  readonly value: number;
  readonly acts: number;
}

export function Parameters(): ReactElement {
  const { t } = useTranslation("governance");
  const [typed, setTyped] = useState("");
  const reading = useResource<{ readonly items: readonly ParamRow[] }>("/params", EVERY_MS);
  const waiting = useResource<{ readonly items: readonly { readonly value: Change }[] }>(
    "/state/param_change?limit=100",
    EVERY_MS,
  );
  const changes = waiting.state === "ready" ? waiting.data.items.map(({ value }) => value) : [];
  const matches = (row: ParamRow) => `${row.module ?? ""}.${row.name}`.includes(typed.trim());
  return (
    <div className={styles["panel"]}>
      <div className={styles["filters"]}>
        <Field
          label={t("params.search")}
          type="search"
          value={typed}
          maxLength={40}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <Card>
        <Shown
          reading={reading}
          rows={10}
          isEmpty={(data) => data.items.filter(matches).length === 0}
          empty={<p>{t("params.none")}</p>}
        >
          {(data) => (
            <div
              className={styles["wide"]}
              role="region"
              aria-label={t("params.title")}
              tabIndex={0}
            >
              <Rows rows={data.items.filter(matches)} changes={changes} />
            </div>
          )}
        </Shown>
      </Card>
    </div>
  );
}

interface RowsFields {
  readonly rows: readonly ParamRow[];
  readonly changes: readonly Change[];
}

function Rows({ rows, changes }: RowsFields): ReactElement {
  const { t } = useTranslation("governance");
  return (
    <Table
      caption={t("params.title")}
      rows={rows}
      rowKey={(row) => row.name}
      columns={[
        { name: "name", title: t("params.name"), cell: (row) => <code>{row.name}</code> },
        {
          name: "value",
          title: t("params.value"),
          number: true,
          cell: (row) => figure(row.value),
        },
        {
          name: "waiting",
          title: t("params.waiting"),
          cell: (row) => <Waiting change={changes.find(({ name }) => name === row.name)} />,
        },
        {
          name: "range",
          title: t("params.range"),
          number: true,
          cell: (row) =>
            row.low === null ? t("params.fixed") : `${figure(row.low)} – ${figure(row.high)}`,
        },
        {
          name: "default",
          title: t("params.default"),
          number: true,
          cell: (row) => figure(row.default),
        },
        {
          name: "module",
          title: t("params.module"),
          cell: (row) => row.module ?? t("params.chain"),
        },
      ]}
    />
  );
}

function Waiting({ change }: { readonly change: Change | undefined }): ReactElement | null {
  if (change === undefined) return null;
  return (
    <span className={styles["title"]}>
      <b>{figure(change.value)}</b>
      <Countdown time={change.acts} />
    </span>
  );
}

function figure(value: number | string | null): string {
  if (value === null) return "–";
  return typeof value === "number" ? decimal(BigInt(value), 0, 0) : value;
}

// Registry files whose hash the ledger keeps, each with what came of it.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Address, short } from "../../design/Reference";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import type { AnchorRow } from "./shapes";

export function Anchors({ rows }: { readonly rows: readonly AnchorRow[] }): ReactElement {
  const { t } = useTranslation("carbon");
  return (
    <Table
      caption={t("anchors.title")}
      rows={rows}
      rowKey={(row) => `${row.file}/${row.layout}`}
      columns={[
        { name: "layout", title: t("file.layout"), cell: (row) => row.layout },
        {
          name: "file",
          title: t("anchors.file"),
          cell: (row) => <code title={row.file}>{short(row.file)}</code>,
        },
        { name: "rows", title: t("file.rows"), number: true, cell: (row) => row.rows },
        {
          name: "accepted",
          title: t("anchors.accepted"),
          number: true,
          cell: (row) => row.accepted,
        },
        { name: "by", title: t("anchors.by"), cell: (row) => <Address address={row.by} /> },
        { name: "time", title: t("since"), cell: (row) => <Time time={row.time} /> },
      ]}
    />
  );
}

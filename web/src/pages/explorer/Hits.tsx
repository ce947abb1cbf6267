// What a search found, each hit as a way to its page.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../../data/useRead";
import { Card } from "../../design/Card";
import { Address, BlockLink, TxLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { HitsDocument, type HitsQuery } from "../../gql/graphql";

type Hit = HitsQuery["search"][number];

export function Hits({ text }: { readonly text: string }): ReactElement {
  const { t } = useTranslation("explorer");
  const reading = useDocument(HitsDocument, { text });
  return (
    <Card title={t("hits.title", { text })} bare>
      <Shown
        reading={reading}
        rows={3}
        isEmpty={(data) => data.search.length === 0}
        empty={<p>{t("hits.empty")}</p>}
      >
        {(data) => (
          <Table
            caption={t("hits.title", { text })}
            rows={data.search}
            rowKey={(hit) => `${hit.kind}/${hit.key}`}
            columns={[
              {
                name: "kind",
                title: t("hits.kind"),
                cell: (hit) => t(`kind.${hit.kind}`, { defaultValue: hit.kind }),
              },
              { name: "where", title: t("hits.what"), cell: (hit) => <Way hit={hit} /> },
              { name: "name", title: t("hits.name"), cell: (hit) => hit.name },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

function Way({ hit }: { readonly hit: Hit }): ReactElement {
  const { kind, key } = hit;
  switch (kind) {
    case "account":
      return <Address address={key} />;
    case "transaction":
      return <TxLink id={key} />;
    case "block":
      return <BlockLink height={Number(key)} />;
    case "project":
      return (
        <Link to="/projects/$id" params={{ id: key }}>
          {key}
        </Link>
      );
    case "batch":
    case "asset":
      return (
        <Link to="/batches/$id" params={{ id: key }}>
          {key}
        </Link>
      );
    case "instrument":
      return (
        <Link to="/trade/$instrument" params={{ instrument: key }}>
          {key}
        </Link>
      );
    case "certificate":
      return <a href={`/c/${key}`}>{key}</a>;
    case "serial":
      return (
        <Link to="/serials/$text" params={{ text: key }}>
          {key}
        </Link>
      );
    default:
      return <code>{key}</code>;
  }
}

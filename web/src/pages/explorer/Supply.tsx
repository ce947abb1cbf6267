// The equation that must hold of every tonne: issued = what is held + what trades + what ended.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useListing } from "../../data/useListing";
import { Badge, Card } from "../../design/Card";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { decimal } from "../../ops/amounts";
import styles from "./explorer.module.css";
import { type Statement, parts } from "./supply";

const EVERY_MS = 5_000;

export function Supply(): ReactElement {
  const { t } = useTranslation("explorer");
  const listing = useListing<Statement>("/supply?limit=100", EVERY_MS);
  return (
    <Page title={t("supply.title")} lead={t("supply.lead")}>
      <Shown
        reading={listing.reading}
        isEmpty={(found) => found.items.length === 0}
        empty={<p>{t("supply.empty")}</p>}
      >
        {() => listing.items.map((row) => <Equation key={row.class} statement={row} />)}
      </Shown>
    </Page>
  );
}

function Equation({ statement }: { readonly statement: Statement }): ReactElement {
  const { t } = useTranslation("explorer");
  const { issued, registry, market, ended, other } = parts(statement);
  const holds = issued === registry + market + ended + other;
  const shown = [
    ["registry", registry],
    ["market", market],
    ["ended", ended],
    ["other", other],
  ] as const;
  let at = 0;
  const verdict = t(holds ? "supply.holds" : "supply.broken");
  return (
    <Card
      title={statement.class}
      side={<Badge tone={holds ? "good" : "bad"}>{verdict}</Badge>}
    >
      <p className={styles["equation"]}>
        {`${text(issued)} t = ${shown.map(([, tonnes]) => text(tonnes)).join(" + ")}`}
      </p>
      <svg className={styles["bar"]} viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden>
        {shown.map(([name, tonnes]) => {
          const x = at;
          at += issued === 0n ? 0 : Number((tonnes * 1_000_000n) / issued) / 1_000;
          return <rect key={name} className={styles[name]} x={x} width={at - x} height={24} />;
        })}
      </svg>
      <Table
        caption={t("supply.title")}
        rows={shown}
        rowKey={([name]) => name}
        columns={[
          { name: "what", title: t("supply.what"), cell: ([name]) => t(`supply.${name}`) },
          {
            name: "tonnes",
            title: t("supply.tonnes"),
            number: true,
            cell: ([, tonnes]) => text(tonnes),
          },
        ]}
      />
    </Card>
  );
}

function text(tonnes: bigint): string {
  return decimal(tonnes, 0, 0);
}

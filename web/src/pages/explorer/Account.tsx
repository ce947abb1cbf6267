// One account: what it holds, what it may, and what it did.

import { useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useListing } from "../../data/useListing";
import { useResource } from "../../data/useRead";
import { Badge, Card, Facts } from "../../design/Card";
import { More } from "../../design/More";
import { BlockLink, TxLink } from "../../design/Reference";
import { Empty, Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { amountText } from "../../ops/amounts";
import { title } from "../../ops/sentences";
import { useSettings } from "../../app/settings";
import { StatusBadge } from "./StatusBadge";
import layout from "../../design/layout.module.css";

interface BalanceRow {
  readonly asset: string;
  readonly amount: string;
  readonly since: number;
}

interface HistoryRow {
  readonly height: number;
  readonly time: number;
  readonly tx: string;
  readonly status: string;
  readonly ops: readonly { readonly op: string }[];
}

interface Rights {
  readonly guard: { readonly kind: string; readonly verified_until: number | null } | null;
  readonly attestations: readonly {
    readonly id: string;
    readonly level: number;
    readonly country: string;
    readonly status: string;
    readonly expires: number;
  }[];
  readonly duties: readonly { readonly kind: string; readonly scope: string }[];
}

export function Account(): ReactElement {
  const { address } = useParams({ from: "/explorer/accounts/$address" });
  const { t } = useTranslation("explorer");
  return (
    <Page title={t("account.title")} lead={<code>{address}</code>}>
      <div className={layout["two"]}>
        <Card title={t("account.holds")} bare>
          <Balances address={address} />
        </Card>
        {!address.includes(":") && (
          <Card title={t("account.may")}>
            <Permissions address={address} />
          </Card>
        )}
      </div>
      <Card title={t("account.did")} bare>
        <History address={address} />
      </Card>
    </Page>
  );
}

function Balances({ address }: { readonly address: string }): ReactElement {
  const { t } = useTranslation("explorer");
  const path = `/accounts/${encodeURIComponent(address)}/balances?limit=100`;
  const listing = useListing<BalanceRow>(path, 5_000);
  const rows = listing.items.filter((row) => row.amount !== "0");
  return (
    <>
      <Shown
        reading={listing.reading}
        isEmpty={() => rows.length === 0}
        empty={<p>{t("account.nothing")}</p>}
      >
        {() => (
          <Table
            caption={t("account.holds")}
            rows={rows}
            rowKey={(row) => row.asset}
            columns={[
              {
                name: "amount",
                title: t("tx.amount"),
                number: true,
                cell: (row) => amountText(BigInt(row.amount), row.asset),
              },
              {
                name: "since",
                title: t("account.since"),
                cell: (row) => <BlockLink height={row.since} />,
              },
            ]}
          />
        )}
      </Shown>
      <More listing={listing} />
    </>
  );
}

function Permissions({ address }: { readonly address: string }): ReactElement {
  const { t } = useTranslation("explorer");
  const reading = useResource<Rights>(`/accounts/${encodeURIComponent(address)}/permissions`);
  return (
    <Shown reading={reading}>
      {(rights) => (
        <Facts
          rows={[
            [
              t("account.kind"),
              rights.guard === null ? t("account.visitor") : t(`account.${rights.guard.kind}`),
            ],
            [
              t("account.attested"),
              rights.attestations.length === 0 ? (
                "–"
              ) : (
                <span key="attested">
                  {rights.attestations.map((found) => (
                    <Badge key={found.id} tone={found.status === "live" ? "good" : "bad"}>
                      {t("account.level", { level: found.level, country: found.country })}
                    </Badge>
                  ))}
                </span>
              ),
            ],
            [
              t("account.duties"),
              rights.duties
                .map((duty) => `${t(`duty.${duty.kind}`)}${duty.scope ? ` (${duty.scope})` : ""}`)
                .join(", ") || "–",
            ],
          ]}
        />
      )}
    </Shown>
  );
}

function History({ address }: { readonly address: string }): ReactElement {
  const { t } = useTranslation("explorer");
  const { language } = useSettings();
  const path = `/accounts/${encodeURIComponent(address)}/history?limit=20`;
  const listing = useListing<HistoryRow>(path);
  if (listing.reading.state === "ready" && listing.items.length === 0) {
    return <Empty>{t("account.noHistory")}</Empty>;
  }
  return (
    <>
      <Shown reading={listing.reading} rows={8}>
        {() => (
          <Table
            caption={t("account.did")}
            rows={listing.items}
            rowKey={(row) => row.tx}
            columns={[
              { name: "tx", title: t("tx.id"), cell: (row) => <TxLink id={row.tx} /> },
              {
                name: "what",
                title: t("account.what"),
                cell: (row) => row.ops.map((op) => title(op.op, language)).join(" + "),
              },
              {
                name: "status",
                title: t("tx.status"),
                cell: (row) => <StatusBadge status={row.status} />,
              },
              { name: "time", title: t("block.time"), cell: (row) => <Time time={row.time} /> },
            ]}
          />
        )}
      </Shown>
      <More listing={listing} />
    </>
  );
}

// Every validator: how much it decides, and what that comes from.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useListing } from "../../data/useListing";
import { Card, Facts } from "../../design/Card";
import { Countdown } from "../../design/Countdown";
import { More } from "../../design/More";
import { Address } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import layout from "../../design/layout.module.css";
import { decimal } from "../../ops/amounts";
import { ShareHistory } from "./History";
import { Mine } from "./Mine";
import { kilograms, percent, Share, State } from "./parts";
import { AllProofs } from "./Proofs";
import { nextEpoch } from "./reasons";
import type { ValidatorRow } from "./shapes";
import styles from "./stake.module.css";
import { useReader } from "./useReader";
import { useRules } from "./useRules";

const EVERY_MS = 4_000;

export function Stake(): ReactElement {
  const { t } = useTranslation("stake");
  const listing = useListing<ValidatorRow>("/stake/validators?limit=100", EVERY_MS);
  const reader = useReader();
  const rows = [...listing.items].sort(byPower);
  return (
    <Page title={t("list.title")} lead={t("list.lead")}>
      <div className={layout["two"]}>
        {rows.length > 0 && <Sums rows={rows} />}
        <Mine
          rows={rows}
          reader={reader}
          isCut={listing.reading.state === "ready" ? listing.more !== null : null}
          again={listing.reading.again}
        />
      </div>
      <Shown
        reading={listing.reading}
        rows={8}
        isEmpty={() => rows.length === 0}
        empty={
          <>
            <p>{t("list.empty")}</p>
            <p>{t("list.emptyNext")}</p>
          </>
        }
      >
        {() => (
          <>
            <Card title={t("list.title")} bare>
              <Validators rows={rows} />
            </Card>
            <More listing={listing} />
            <ShareHistory rows={rows} />
          </>
        )}
      </Shown>
      <AllProofs validators={rows} reader={reader} />
    </Page>
  );
}

function Sums({ rows }: { readonly rows: readonly ValidatorRow[] }): ReactElement {
  const { t } = useTranslation("stake");
  const rules = useRules();
  const bonded = rows.reduce((sum, row) => sum + BigInt(row.bonded_t), 0n);
  const inForce = rows.filter((row) => row.state === "in_force").length;
  return (
    <Card>
      <Facts
        rows={[
          [t("list.inForce"), t("list.ofAll", { count: inForce, all: rows.length })],
          [t("column.bonded"), `${decimal(bonded, 0, 0)} t`],
          [
            t("list.nextEpoch"),
            <Countdown key="epoch" time={nextEpoch(Date.now(), rules.epoch_ms)} />,
          ],
          [t("list.leastBond"), `${decimal(BigInt(rules.min_bond_t), 0, 0)} t`],
        ]}
      />
    </Card>
  );
}

function Validators({ rows }: { readonly rows: readonly ValidatorRow[] }): ReactElement {
  const { t } = useTranslation("stake");
  return (
    <Table
      caption={t("list.title")}
      rows={rows}
      rowKey={(row) => row.operator}
      columns={[
        {
          name: "name",
          title: t("column.name"),
          cell: (row) => (
            <span className={styles["name"]}>
              <Link to="/stake/$operator" params={{ operator: row.operator }}>
                {row.moniker}
              </Link>
              <Address address={row.operator} />
            </span>
          ),
        },
        { name: "state", title: t("column.state"), cell: (row) => <State state={row.state} /> },
        {
          name: "power",
          title: t("column.power"),
          number: true,
          cell: (row) => <Share row={row} />,
        },
        {
          name: "weight",
          title: t("column.weight"),
          number: true,
          cell: (row) => kilograms(row.weight),
        },
        {
          name: "bonded",
          title: t("column.bonded"),
          number: true,
          cell: (row) => `${decimal(BigInt(row.bonded_t), 0, 0)} t`,
        },
        {
          name: "credit",
          title: t("column.credit"),
          number: true,
          cell: (row) => percent(row.credit),
        },
        {
          name: "bonus",
          title: t("column.bonus"),
          number: true,
          cell: (row) => `+${percent(row.bonus_bp)}`,
        },
      ]}
    />
  );
}

function byPower(left: ValidatorRow, right: ValidatorRow): number {
  if (left.power !== right.power) return right.power - left.power;
  const [first, second] = [BigInt(left.weight), BigInt(right.weight)];
  return first === second ? 0 : first < second ? 1 : -1;
}

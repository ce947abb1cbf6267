// Everything that is or was frozen, with who did it and why: one public list.

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { useSettled } from "../../data/useSettled";
import { Badge, Card } from "../../design/Card";
import { Countdown } from "../../design/Countdown";
import { Choice, Field } from "../../design/Field";
import { More } from "../../design/More";
import { Address, BlockLink } from "../../design/Reference";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import type { FreezeRow } from "./shapes";
import styles from "./governance.module.css";

const EVERY_MS = 5_000;
const SCOPES = ["", "account", "pool", "bridge", "parts", "batch", "project", "class"] as const;
const LIVE = { "": "", live: "true", ended: "false" } as const;

export function Freezes(): ReactElement {
  const { t } = useTranslation("governance");
  const search: Record<string, string> = useSearch({ strict: false });
  const go = useNavigate();
  const { scope = "", subject = "", state = "" } = search;
  const settled = useSettled(subject.trim());
  const isLive = Object.hasOwn(LIVE, state) ? LIVE[state as keyof typeof LIVE] : "";
  const path = `/freezes${queryOf({ limit: "50", scope, subject: settled, is_live: isLive })}`;
  const listing = useListing<FreezeRow>(path, EVERY_MS);
  const put = (part: Record<string, string>) =>
    void go({ to: "/freezes", search: { ...search, ...part } as never, replace: true });
  return (
    <Page
      title={t("freezes.title")}
      lead={t("freezes.lead")}
      side={<Link to="/governance">{t("title")}</Link>}
    >
      <div className={styles["filters"]}>
        <Choice
          label={t("freezes.scope")}
          value={scope}
          options={SCOPES.map((name) => [name, t(`scope.${name || "all"}`)])}
          onChoose={(value) => put({ scope: value })}
        />
        <Choice
          label={t("column.state")}
          value={state}
          options={Object.keys(LIVE).map((name) => [name, t(`freezes.${name || "all"}`)])}
          onChoose={(value) => put({ state: value })}
        />
        <Field
          label={t("freezes.subject")}
          type="search"
          value={subject}
          maxLength={96}
          onChange={(event) => put({ subject: event.target.value })}
        />
      </div>
      <Card bare>
        <Shown
          reading={listing.reading}
          rows={6}
          isEmpty={() => listing.items.length === 0}
          empty={<p>{t("freezes.none")}</p>}
        >
          {() => <Rows rows={listing.items} />}
        </Shown>
      </Card>
      <More listing={listing} />
    </Page>
  );
}

function Rows({ rows }: { readonly rows: readonly FreezeRow[] }): ReactElement {
  const { t } = useTranslation("governance");
  return (
    <Table
      caption={t("freezes.title")}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        { name: "subject", title: t("freezes.subject"), cell: (row) => <Subject row={row} /> },
        { name: "scope", title: t("freezes.scope"), cell: (row) => t(`scope.${row.scope}`) },
        { name: "state", title: t("column.state"), cell: (row) => <Ends row={row} /> },
        { name: "reason", title: t("freezes.reason"), cell: (row) => row.reason },
        {
          name: "by",
          title: t("freezes.by"),
          cell: (row) => (
            <span className={styles["title"]}>
              {t(`duty.${row.duty}`)}
              <Address address={row.by} />
            </span>
          ),
        },
        {
          name: "retire",
          title: t("freezes.retire"),
          cell: (row) => t(row.allow_retire ? "freezes.may" : "freezes.mayNot"),
        },
        {
          name: "since",
          title: t("freezes.since"),
          cell: (row) => (
            <span className={styles["title"]}>
              <Time time={row.since} />
              <BlockLink height={row.height} />
            </span>
          ),
        },
      ]}
    />
  );
}

function Subject({ row }: { readonly row: FreezeRow }): ReactElement {
  if (row.scope === "account") return <Address address={row.subject} />;
  if (row.scope === "batch" || row.scope === "parts") {
    return (
      <Link to="/batches/$id" params={{ id: row.subject }}>
        {row.subject}
      </Link>
    );
  }
  if (row.scope === "project") {
    return (
      <Link to="/projects/$id" params={{ id: row.subject }}>
        {row.subject}
      </Link>
    );
  }
  return <code>{row.subject}</code>;
}

function Ends({ row }: { readonly row: FreezeRow }): ReactElement {
  const { t } = useTranslation("governance");
  if (row.ended !== null) {
    return (
      <>
        <Badge>{t("freezes.ended")}</Badge> <Time time={row.ended} />
      </>
    );
  }
  const ends = [row.lift_at, row.until].filter((time) => time !== null);
  return (
    <>
      <Badge tone="bad">{t("freezes.live")}</Badge>{" "}
      {ends.length === 0 ? (
        t("freezes.untilLifted")
      ) : (
        <>
          {t(row.lift_at === null ? "freezes.endsItself" : "freezes.lifted")}{" "}
          <Countdown time={Math.min(...ends)} />
        </>
      )}
    </>
  );
}

// Who decides what: proposals as they stand, the council, every parameter with its range.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useSettings } from "../../app/settings";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { Button } from "../../design/Button";
import { Badge, Card } from "../../design/Card";
import { Choice } from "../../design/Field";
import { More } from "../../design/More";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { Tabs } from "../../design/Tabs";
import { title } from "../../ops/sentences";
import { CouncilCard } from "./CouncilCard";
import { Parameters } from "./Parameters";
import { Propose } from "./Propose";
import type { ProposalRow } from "./shapes";
import { ShortTally, StateBadge } from "./Tally";
import { When } from "./When";
import styles from "./governance.module.css";

const EVERY_MS = 4_000;
const STATES = [
  "", "open", "passed", "executed", "failed", "rejected", "expired", "cancelled",
] as const;
const TRACKS = ["", "council", "public"] as const;

export function Governance(): ReactElement {
  const { t } = useTranslation("governance");
  const [isProposing, propose] = useState(false);
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      side={
        <span className={styles["row"]}>
          <Link to="/freezes">{t("freezes.title")}</Link>
          <Button tone="primary" aria-expanded={isProposing} onClick={() => propose(!isProposing)}>
            {t("propose.title")}
          </Button>
        </span>
      }
    >
      {isProposing && <Propose done={() => propose(false)} />}
      <Tabs
        label={t("title")}
        tabs={[
          { id: "proposals", title: t("proposals"), content: <Proposals /> },
          { id: "council", title: t("council.title"), content: <CouncilCard /> },
          { id: "params", title: t("params.title"), content: <Parameters /> },
        ]}
      />
    </Page>
  );
}

function Proposals(): ReactElement {
  const { t } = useTranslation("governance");
  const [state, setState] = useState("");
  const [track, setTrack] = useState("");
  const path = `/proposals${queryOf({ limit: "50", state, track })}`;
  const listing = useListing<ProposalRow>(path, EVERY_MS);
  return (
    <div className={styles["panel"]}>
      <div className={styles["filters"]}>
        <Choice
          label={t("column.state")}
          value={state}
          options={STATES.map((name) => [name, t(`state.${name || "all"}`)])}
          onChoose={setState}
        />
        <Choice
          label={t("column.track")}
          value={track}
          options={TRACKS.map((name) => [name, t(`track.${name || "all"}`)])}
          onChoose={setTrack}
        />
      </div>
      <Card bare>
        <Shown
          reading={listing.reading}
          rows={6}
          isEmpty={() => listing.items.length === 0}
          empty={<p>{t(state === "" && track === "" ? "none" : "noneSuch")}</p>}
        >
          {() => <Rows rows={listing.items} />}
        </Shown>
      </Card>
      <More listing={listing} />
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly ProposalRow[] }): ReactElement {
  const { t } = useTranslation("governance");
  const { language } = useSettings();
  return (
    <Table
      caption={t("proposals")}
      rows={rows}
      rowKey={(row) => String(row.number)}
      columns={[
        {
          name: "title",
          title: t("column.title"),
          cell: (row) => (
            <span className={styles["title"]}>
              <Link to="/governance/$number" params={{ number: String(row.number) }}>
                {`${row.number}. ${row.title}`}
              </Link>
              <small>
                {row.ops.length === 0
                  ? t("pure")
                  : row.ops.map((op) => title(op.op, language)).join(" + ")}
              </small>
            </span>
          ),
        },
        {
          name: "track",
          title: t("column.track"),
          cell: (row) => <Badge>{t(`track.${row.track}`)}</Badge>,
        },
        {
          name: "state",
          title: t("column.state"),
          cell: (row) => <StateBadge state={row.state} />,
        },
        { name: "tally", title: t("column.tally"), cell: (row) => <ShortTally row={row} /> },
        { name: "when", title: t("column.next"), cell: (row) => <When row={row} /> },
      ]}
    />
  );
}

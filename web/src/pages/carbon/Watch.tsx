// What registry files say against each other, and against what the ledger holds (registry.md 14).

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryOf } from "../../data/query";
import { useListing } from "../../data/useListing";
import { Card } from "../../design/Card";
import { Choice } from "../../design/Field";
import { More } from "../../design/More";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import styles from "./carbon.module.css";
import { KINDS, type Report, type WatchRow } from "./report";

const SHOWN = 100;

interface WatchPage {
  readonly items: readonly WatchRow[];
  readonly next: string | null;
  readonly height: number;
  readonly counts: Readonly<Partial<Record<string, number>>>;
  /** How many files the mirror holds; 0 where there is none. */
  readonly files: number;
}

/** The watch list of files that were dropped together. */
export function WatchOfFiles({ report }: { readonly report: Report }): ReactElement {
  const { t } = useTranslation("carbon");
  const [kind, choose] = useState("");
  const { files, height } = report.totals.compared;
  const facts = { files: t("file.several", { count: files }), height };
  const rows = report.watch.filter((row) => kind === "" || row.kind === kind);
  return (
    <Card title={t("watch.ofFiles")} bare>
      <p className={styles["note"]}>
        {t(height === null ? "watch.comparedOffline" : "watch.compared", facts)}
      </p>
      {report.watch.length === 0 ? (
        <p className={styles["note"]}>{t("watch.clean")}</p>
      ) : (
        <>
          <KindChoice counts={countsOf(report.watch)} kind={kind} onChoose={choose} />
          <WatchRows title={t("watch.ofFiles")} rows={rows.slice(0, SHOWN)} />
          {rows.length > SHOWN && (
            <p className={styles["note"]}>{t("file.cut", { shown: SHOWN })}</p>
          )}
        </>
      )}
    </Card>
  );
}

/** The watch list of all files that the platform's mirror holds. */
export function WatchOfMirror(): ReactElement {
  const { t } = useTranslation("carbon");
  const [kind, choose] = useState("");
  const listing = useListing<WatchRow, WatchPage>(
    `/registry/watch${queryOf({ kind, limit: "50" })}`,
  );
  return (
    <Card title={t("watch.ofMirror")} bare>
      <Shown
        reading={listing.reading}
        rows={3}
        isEmpty={(found) => Object.keys(found.counts).length === 0}
        empty={<MirrorEmpty files={filesOf(listing.reading)} />}
      >
        {(found) => (
          <>
            <p className={styles["note"]}>
              {t("watch.mirror", {
                files: t("file.several", { count: found.files }),
                height: found.height,
              })}
            </p>
            <KindChoice counts={found.counts} kind={kind} onChoose={choose} />
            <WatchRows title={t("watch.ofMirror")} rows={listing.items} />
          </>
        )}
      </Shown>
      <More listing={listing} />
    </Card>
  );
}

function filesOf(reading: { readonly state: string; readonly data?: WatchPage }): number {
  return reading.data?.files ?? 0;
}

function MirrorEmpty({ files }: { readonly files: number }): ReactElement {
  const { t } = useTranslation("carbon");
  if (files === 0) return <p>{t("watch.noMirror")}</p>;
  return <p>{t("watch.cleanMirror", { files: t("file.several", { count: files }) })}</p>;
}

interface KindFields {
  readonly counts: WatchPage["counts"];
  readonly kind: string;
  readonly onChoose: (kind: string) => void;
}

/** Every kind with how many there are, so that what is not there is said too. */
function KindChoice({ counts, kind, onChoose }: KindFields): ReactElement {
  const { t } = useTranslation("carbon");
  const all = Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return (
    <div className={styles["asOf"]}>
      <Choice
        label={t("watch.kind")}
        value={kind}
        options={[
          ["", t("watch.all", { count: all })],
          ...KINDS.map((name): [string, string] => [
            name,
            `${t(`watch.${name}`)} · ${counts[name] ?? 0}`,
          ]),
        ]}
        onChoose={onChoose}
      />
    </div>
  );
}

interface TableFields {
  readonly title: string;
  readonly rows: readonly WatchRow[];
}

function WatchRows({ title, rows }: TableFields): ReactElement {
  const { t } = useTranslation("carbon");
  if (rows.length === 0) return <p className={styles["note"]}>{t("watch.noneOfKind")}</p>;
  return (
    <Table
      caption={title}
      rows={rows}
      rowKey={(row) => [row.kind, row.registry, row.key, ...row.rows.map(placeOf)].join("/")}
      columns={[
        {
          name: "kind",
          title: t("watch.kind"),
          cell: (row) => <span className={styles["whole"]}>{t(`watch.${row.kind}`)}</span>,
        },
        { name: "registry", title: t("serial.registry"), cell: (row) => row.registry },
        { name: "key", title: t("watch.key"), cell: (row) => row.key },
        {
          name: "rows",
          title: t("watch.places"),
          cell: (row) =>
            row.rows.map((place) => (
              <div
                key={`${place.sha256}/${place.row}`}
                className={styles["whole"]}
                title={place.text}
              >
                {placeOf(place)}
              </div>
            )),
        },
        {
          name: "said",
          title: t("file.message"),
          cell: (row) => <span className={styles["said"]}>{row.message}</span>,
        },
      ]}
    />
  );
}

function placeOf(place: WatchRow["rows"][number]): string {
  return `${place.file}: ${place.row}`;
}

function countsOf(rows: readonly WatchRow[]): WatchPage["counts"] {
  const counts: Record<string, number> = {};
  for (const { kind } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

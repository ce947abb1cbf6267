// Registries' public files: what they hold, every defect by row and rule, and what to watch.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { type Fault, Refused, faultOf } from "../../data/fault";
import { queryOf } from "../../data/query";
import { upload } from "../../data/rest";
import { useListing } from "../../data/useListing";
import { Button } from "../../design/Button";
import { Badge, Bar, Card, Facts } from "../../design/Card";
import { Drop } from "../../design/Drop";
import { Choice } from "../../design/Field";
import { Empty, FaultBox, Shown } from "../../design/States";
import { Table } from "../../design/Table";
import columns from "../../design/layout.module.css";
import { saveFile } from "../wallet/saveFile";
import { decimal } from "../../ops/amounts";
import { Anchors } from "./Anchors";
import { WatchOfFiles, WatchOfMirror } from "./Watch";
import styles from "./carbon.module.css";
import { formOf, stopOf } from "./dropped";
import { type DefectRow, type FileRow, LAYOUTS, type Report, csvOf } from "./report";
import type { AnchorRow } from "./shapes";

const SHOWN = 500;
const CSV = "text/csv;charset=utf-8";

type Work =
  | { readonly state: "none" }
  | { readonly state: "sending"; readonly name: string; readonly sent: number; readonly of: number }
  | { readonly state: "failed"; readonly fault: Fault }
  | { readonly state: "done"; readonly report: Report };

export function Registry(): ReactElement {
  const { t } = useTranslation("carbon");
  const [work, go] = useState<Work>({ state: "none" });
  const [layout, choose] = useState("auto");
  const [snapshot, tell] = useState("0");
  const send = async (files: readonly File[]) => {
    const stop = stopOf(files);
    if (stop !== null) {
      go({ state: "failed", fault: faultOf(stop, t(`file.${stop.word}`)) });
      return;
    }
    const several = t("file.several", { count: files.length });
    const name = files.length === 1 ? (files[0]?.name ?? "") : several;
    const of = files.reduce((sum, file) => sum + file.size, 0);
    go({ state: "sending", name, sent: 0, of });
    try {
      const path = `/registry/imports${queryOf({ layout, snapshot })}`;
      const report = await upload<Report>(path, formOf(files), (sent) =>
        go({ state: "sending", name, sent, of }),
      );
      go({ state: "done", report });
    } catch (error) {
      const fault = error instanceof Refused ? error.fault : faultOf({ code: "failed" });
      go({ state: "failed", fault });
    }
  };
  return (
    <Page title={t("file.title")} lead={t("file.lead")}>
      <div className={styles["filters"]}>
        <Choice
          label={t("file.as")}
          value={layout}
          options={LAYOUTS.map((name) => [name, name === "auto" ? t("file.auto") : name])}
          onChoose={choose}
        />
        <Choice
          label={t("file.shows")}
          value={snapshot}
          options={[
            ["0", t("file.part")],
            ["1", t("file.whole")],
          ]}
          onChoose={tell}
        />
      </div>
      <Drop
        label={t("file.choose")}
        accept=".csv,text/csv"
        several
        onFiles={(files) => void send(files)}
      >
        <strong>{t("file.drop")}</strong>
        <p>{t("file.limits")}</p>
      </Drop>
      {work.state === "sending" && (
        <div role="status">
          <p>{work.sent < work.of ? t("file.sending", work) : t("file.reading", work)}</p>
          <Bar
            label={t("file.sending", work)}
            {...(work.sent < work.of ? { done: work.sent, total: work.of } : {})}
          />
        </div>
      )}
      {work.state === "failed" && <FaultBox fault={work.fault} />}
      {work.state === "done" && <WatchOfFiles report={work.report} />}
      {work.state === "done" &&
        work.report.files.map((file, place) => <Found key={place} file={file} />)}
      {work.state === "none" && <Empty>{t("file.none")}</Empty>}
      <WatchOfMirror />
      <Anchored />
    </Page>
  );
}

/** The files that a registrar recorded on the ledger. */
function Anchored(): ReactElement {
  const { t } = useTranslation("carbon");
  const listing = useListing<{ readonly value: AnchorRow }>("/state/import_anchor?limit=50");
  return (
    <Card title={t("anchors.title")} bare>
      <Shown
        reading={listing.reading}
        rows={2}
        isEmpty={(found) => found.items.length === 0}
        empty={<p>{t("anchors.none")}</p>}
      >
        {() => <Anchors rows={listing.items.map((item) => item.value)} />}
      </Shown>
    </Card>
  );
}

const TONES = { error: "bad", warning: "attention", note: "good" } as const;

function Found({ file }: { readonly file: FileRow }): ReactElement {
  const { t } = useTranslation("carbon");
  const [code, choose] = useState("");
  const defects = file.defects.filter((row) => code === "" || row.code === code);
  return (
    <>
      <Card title={file.file}>
        <Facts
          rows={[
            [t("file.layout"), file.layout],
            [t("file.rows"), decimal(BigInt(file.rows), 0, 0)],
            [
              t("file.serials"),
              t("file.matched", { ok: file.serials.ok, total: file.serials.total }),
            ],
            ["SHA-256", <code key="hash">{file.sha256}</code>],
          ]}
        />
      </Card>
      {file.defects.length === 0 ? (
        <Empty>{t("file.clean")}</Empty>
      ) : (
        <>
          <div className={columns["links"]}>
            <Button
              small
              onClick={() => saveFile(`report-${file.sha256.slice(0, 16)}.csv`, csvOf(file), CSV)}
            >
              {t("file.save")}
            </Button>
          </div>
          <Choice
            label={t("file.byCode")}
            value={code}
            options={[
              ["", t("file.all", { count: file.defects.length })],
              ...Object.entries(file.codes).map(
                ([name, count]): [string, string] => [
                  name,
                  `${t(`defect.${name}`, { defaultValue: name })} · ${count}`,
                ],
              ),
            ]}
            onChoose={choose}
          />
          <Card bare>
            <Table
              caption={t("file.defects")}
              rows={defects.slice(0, SHOWN)}
              rowKey={(row: DefectRow) => `${row.row}/${row.column}/${row.code}`}
              columns={[
                { name: "row", title: t("file.row"), number: true, cell: (row) => row.row },
                { name: "line", title: t("file.line"), number: true, cell: (row) => row.line },
                {
                  name: "severity",
                  title: t("file.severity"),
                  cell: (row) => (
                    <Badge tone={TONES[row.severity]}>{t(`severity.${row.severity}`)}</Badge>
                  ),
                },
                {
                  name: "code",
                  title: t("file.code"),
                  cell: (row) => (
                    <span className={styles["whole"]}>
                      {t(`defect.${row.code}`, { defaultValue: row.code })}
                    </span>
                  ),
                },
                { name: "column", title: t("file.column"), cell: (row) => row.column },
                { name: "value", title: t("file.value"), cell: (row) => row.value },
                {
                  name: "said",
                  title: t("file.message"),
                  cell: (row) => <span className={styles["said"]}>{row.message}</span>,
                },
              ]}
            />
          </Card>
          {defects.length > SHOWN && <p>{t("file.cut", { shown: SHOWN })}</p>}
        </>
      )}
    </>
  );
}

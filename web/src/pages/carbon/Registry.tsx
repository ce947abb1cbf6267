// A registry's public file: what it holds, and every defect by row and rule. Nothing is stored.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { type Fault, Refused, faultOf } from "../../data/fault";
import { upload } from "../../data/rest";
import { Badge, Bar, Card, Facts } from "../../design/Card";
import { Drop } from "../../design/Drop";
import { Choice } from "../../design/Field";
import { Empty, FaultBox } from "../../design/States";
import { Table } from "../../design/Table";
import { decimal } from "../../ops/amounts";
import type { DefectRow, FileRow, Report } from "./report";

const FILE_BYTES = 16 * 1024 * 1024;
const SHOWN = 500;

type Work =
  | { readonly state: "none" }
  | { readonly state: "sending"; readonly name: string; readonly sent: number; readonly of: number }
  | { readonly state: "failed"; readonly fault: Fault }
  | { readonly state: "done"; readonly report: Report };

export function Registry(): ReactElement {
  const { t } = useTranslation("carbon");
  const [work, go] = useState<Work>({ state: "none" });
  const send = async (file: File) => {
    if (file.size > FILE_BYTES) {
      const facts = { bytes: file.size, limit: FILE_BYTES };
      const fault = faultOf({ code: "file_too_large", facts }, t("file.tooLarge"));
      go({ state: "failed", fault });
      return;
    }
    go({ state: "sending", name: file.name, sent: 0, of: file.size });
    try {
      const name = file.name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(-100);
      const report = await upload<Report>(`/registry/imports?name=${name}`, file, (sent) =>
        go({ state: "sending", name: file.name, sent, of: file.size }),
      );
      go({ state: "done", report });
    } catch (error) {
      const fault = error instanceof Refused ? error.fault : faultOf({ code: "failed" });
      go({ state: "failed", fault });
    }
  };
  return (
    <Page title={t("file.title")} lead={t("file.lead")}>
      <Drop label={t("file.choose")} accept=".csv,text/csv" onFile={(file) => void send(file)}>
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
      {work.state === "done" &&
        work.report.files.map((file) => <Found key={file.sha256} file={file} />)}
      {work.state === "done" && work.report.watch.length > 0 && (
        <Card title={t("file.watch")} bare>
          <Table
            caption={t("file.watch")}
            rows={work.report.watch}
            rowKey={(row) => JSON.stringify(row)}
            columns={[
              { name: "what", title: t("file.code"), cell: (row) => row.kind ?? row.code ?? "" },
              { name: "facts", title: t("file.value"), cell: (row) => JSON.stringify(row) },
            ]}
          />
        </Card>
      )}
      {work.state === "none" && <Empty>{t("file.none")}</Empty>}
    </Page>
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
                  cell: (row) => t(`defect.${row.code}`, { defaultValue: row.code }),
                },
                { name: "column", title: t("file.column"), cell: (row) => row.column },
                { name: "value", title: t("file.value"), cell: (row) => row.value },
                { name: "said", title: t("file.message"), cell: (row) => row.message },
              ]}
            />
          </Card>
          {defects.length > SHOWN && <p>{t("file.cut", { shown: SHOWN })}</p>}
        </>
      )}
    </>
  );
}

// The whole life of a serial, whatever registry's spelling it was asked in.

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Badge, Card, Facts } from "../../design/Card";
import { Field } from "../../design/Field";
import { Address, BlockLink, TxLink } from "../../design/Reference";
import { Empty, Shown } from "../../design/States";
import { Table } from "../../design/Table";
import layout from "../../design/layout.module.css";
import styles from "./carbon.module.css";
import type { IntervalRow } from "./shapes";

interface StepRow {
  readonly height: number;
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly from_status: string;
  readonly to_status: string;
  readonly from_owner: string;
  readonly to_owner: string;
  readonly cause: string;
  readonly tx: string;
}

interface ExternalRow {
  readonly line: string;
  readonly start: number;
  readonly end: number;
  readonly state: string;
  readonly registry: string;
}

interface Life {
  readonly text: string;
  readonly grammar: string;
  readonly registry: string;
  readonly line: string;
  readonly start: number;
  readonly end: number;
  readonly batch: string | null;
  readonly pieces: readonly IntervalRow[];
  readonly steps: readonly StepRow[];
  readonly certificates: readonly string[];
  readonly external: readonly ExternalRow[];
  readonly is_cut: boolean;
}

export function Serial(): ReactElement {
  const { text } = useParams({ from: "/serials/$text" });
  const { t } = useTranslation("carbon");
  const reading = useResource<Life>(`/serials/${encodeURIComponent(text)}`);
  const isUnknown = reading.state === "failed" && reading.fault.code === "bad_filter";
  return (
    <Page title={t("serial.title")} lead={<span className={styles["mono"]}>{text}</span>}>
      <SerialForm text={text} />
      {isUnknown ? (
        <Empty>
          <strong>{t("serial.noGrammar")}</strong>
          <p>{t("serial.grammars")}</p>
          <Link to="/registry">{t("serial.toRegistry")}</Link>
        </Empty>
      ) : (
        <Shown reading={reading} rows={8}>
          {(life) => <Found life={life} />}
        </Shown>
      )}
    </Page>
  );
}

/** Where a serial is typed or pasted. */
export function SerialForm({ text }: { readonly text: string }): ReactElement {
  const { t } = useTranslation("carbon");
  const form = useRef<HTMLFormElement>(null);
  const go = useNavigate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = new FormData(form.current ?? undefined).get("serial");
    if (typeof typed === "string" && typed.trim() !== "") {
      void go({ to: "/serials/$text", params: { text: typed.trim() } });
    }
  };
  return (
    <form ref={form} className={styles["form"]} onSubmit={submit}>
      <Field label={t("serial.label")} name="serial" defaultValue={text} maxLength={200} />
      <Button tone="primary" type="submit">
        {t("serial.show")}
      </Button>
    </form>
  );
}

function Found({ life }: { readonly life: Life }): ReactElement {
  const { t } = useTranslation("carbon");
  const isKnown = life.pieces.length + life.external.length > 0;
  return (
    <>
      <Card title={t("serial.read")}>
        <Facts
          rows={[
            [t("serial.registry"), life.registry],
            [t("serial.line"), life.line],
            [t("serial.numbers"), `${life.start} – ${life.end}`],
            life.batch === null
              ? null
              : [
                  t("batch.id"),
                  <Link key="batch" to="/batches/$id" params={{ id: life.batch }}>
                    {life.batch}
                  </Link>,
                ],
          ]}
        />
      </Card>
      {!isKnown && <Empty>{t("serial.notHere")}</Empty>}
      {life.external.length > 0 && (
        <Card title={t("serial.there")} bare>
          <Table
            caption={t("serial.there")}
            rows={life.external}
            rowKey={(row) => `${row.line}${row.start}`}
            columns={[
              { name: "registry", title: t("serial.registry"), cell: (row) => row.registry },
              {
                name: "numbers",
                title: t("serial.numbers"),
                cell: (row) => `${row.start} – ${row.end}`,
              },
              {
                name: "state",
                title: t("projects.status"),
                cell: (row) => t(`state.${row.state}`),
              },
            ]}
          />
        </Card>
      )}
      {life.pieces.length > 0 && (
        <Card title={t("serial.now")} bare>
          <Table
            caption={t("serial.now")}
            rows={life.pieces}
            rowKey={(row) => String(row.start)}
            columns={[
              {
                name: "serials",
                title: t("batch.range"),
                cell: (row) => `${row.start} – ${row.end}`,
              },
              {
                name: "status",
                title: t("projects.status"),
                cell: (row) => <Badge>{t(`count.${row.status}`)}</Badge>,
              },
              {
                name: "owner",
                title: t("owner"),
                cell: (row) => (row.owner ? <Address address={row.owner} /> : "–"),
              },
            ]}
          />
        </Card>
      )}
      {life.certificates.length > 0 && (
        <Card title={t("serial.certificates")}>
          <div className={layout["links"]}>
            {life.certificates.map((id) => (
              <a key={id} href={`/c/${id}`}>
                {id}
              </a>
            ))}
          </div>
        </Card>
      )}
      {life.steps.length > 0 && (
        <Card title={t("serial.life")}>
          <ol className={styles["line"]}>
            {life.steps.map((step) => (
              <li key={`${step.height}/${step.number}/${step.start}`}>
                <strong>{t(`step.${step.to_status}`, { defaultValue: step.to_status })}</strong>
                {` ${step.start} – ${step.end} `}
                {step.to_owner !== "" && <Address address={step.to_owner} />}
                <div className={styles["when"]}>
                  <BlockLink height={step.height} /> · <TxLink id={step.tx} />
                </div>
              </li>
            ))}
          </ol>
          {life.is_cut && <p>{t("serial.cut")}</p>}
        </Card>
      )}
    </>
  );
}

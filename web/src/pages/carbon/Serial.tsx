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
import { Cause } from "./Cause";
import { GRAPH_MAX, LifeGraph } from "./LifeGraph";
import type { Range, Step } from "./lineage";
import { noteOf } from "./serialNote";
import type { IntervalRow } from "./shapes";

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
  readonly steps: readonly Step[];
  readonly certificates: readonly string[];
  readonly external: readonly ExternalRow[];
  readonly is_cut: boolean;
}

export function Serial(): ReactElement {
  const { text } = useParams({ from: "/serials/$text" });
  const { t } = useTranslation("carbon");
  const reading = useResource<Life>(`/serials/${encodeURIComponent(text)}`);
  const note = reading.state === "failed" ? noteOf(reading.fault) : null;
  return (
    <Page title={t("serial.title")} lead={<span className={styles["mono"]}>{text}</span>}>
      <SerialForm key={text} text={text} />
      {note === null ? (
        <Shown reading={reading} rows={8}>
          {(life) => <Found life={life} />}
        </Shown>
      ) : (
        <Empty>
          <strong>{t(`serial.${note}`)}</strong>
          <p>{t(note === "notHere" ? "serial.notHereWhy" : "serial.grammars")}</p>
          <Link to="/registry">{t("serial.toRegistry")}</Link>
        </Empty>
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
        <>
          {life.steps.length <= GRAPH_MAX && (
            <Card title={t("serial.life")}>
              <LifeGraph steps={life.steps} shown={shownOf(life)} />
            </Card>
          )}
          <Card title={t("serial.steps")} bare>
            <Steps steps={life.steps} />
          </Card>
          {life.is_cut && <p>{t("serial.cut")}</p>}
        </>
      )}
    </>
  );
}

/** The serials that were asked for; of another registry's spelling those of ours it stands for. */
function shownOf(life: Life): Range {
  if (life.batch !== null) return [life.start, life.end];
  const starts = life.pieces.map((piece) => piece.start);
  const ends = life.pieces.map((piece) => piece.end);
  return [Math.min(...starts), Math.max(...ends)];
}

function Steps({ steps }: { readonly steps: readonly Step[] }): ReactElement {
  const { t } = useTranslation("carbon");
  return (
    <Table
      caption={t("serial.steps")}
      rows={steps}
      rowKey={(step) => `${step.height}/${step.tx ?? ""}/${step.number}/${step.start}`}
      columns={[
        {
          name: "height",
          title: t("serial.block"),
          cell: (step) => (
            <span className={styles["whole"]}>
              <BlockLink height={step.height} />
            </span>
          ),
        },
        {
          name: "what",
          title: t("serial.what"),
          cell: (step) => (
            <span className={styles["whole"]}>
              {t(`step.${step.to_status}`, { defaultValue: step.to_status })}
            </span>
          ),
        },
        {
          name: "serials",
          title: t("batch.range"),
          cell: (step) => `${step.start} – ${step.end}`,
        },
        { name: "from", title: t("serial.from"), cell: (step) => <Owner name={step.from_owner} /> },
        { name: "to", title: t("serial.to"), cell: (step) => <Owner name={step.to_owner} /> },
        { name: "cause", title: t("cause"), cell: (step) => <Cause name={step.cause} /> },
        {
          name: "tx",
          title: t("serial.tx"),
          cell: (step) => (step.tx === null ? "–" : <TxLink id={step.tx} />),
        },
      ]}
    />
  );
}

function Owner({ name }: { readonly name: string }): ReactElement {
  return name === "" ? <>–</> : <Address address={name} />;
}

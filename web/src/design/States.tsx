// The states that every page has: loading, empty, behind, refused, offline.

import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Fault } from "../data/fault";
import type { Reading } from "../data/useRead";
import { Button } from "./Button";
import parts from "./parts.module.css";

interface ShownFields<Data> {
  readonly reading: Reading<Data>;
  readonly rows?: number;
  /** Whether there is nothing to show, and what to do next then. */
  readonly isEmpty?: (data: Data) => boolean;
  readonly empty?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** Draws what was read, or the state that stands in its place. */
export function Shown<Data>(fields: ShownFields<Data>): ReactElement {
  const { reading } = fields;
  if (reading.state === "loading") return <Skeleton rows={fields.rows ?? 4} />;
  if (reading.state === "failed") return <FaultBox fault={reading.fault} again={reading.again} />;
  const { data, fault } = reading;
  return (
    <>
      {fault !== null && <StaleNote fault={fault} again={reading.again} />}
      {fields.isEmpty?.(data) ? <Empty>{fields.empty}</Empty> : fields.children(data)}
    </>
  );
}

/** Lines where text will stand. */
export function Skeleton({ rows }: { readonly rows: number }): ReactElement {
  const { t } = useTranslation("app");
  return (
    <div className={parts["skeleton"]} role="status" aria-label={t("state.loading")}>
      {Array.from({ length: rows }, (_, place) => (
        <span key={place} />
      ))}
    </div>
  );
}

/** Nothing here yet, and what to do about it. */
export function Empty({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={parts["empty"]}>{children}</div>;
}

interface FaultFields {
  readonly fault: Fault;
  readonly again?: () => void;
}

/** A refusal in the reader's language: sentence, class, field, facts, what to do next. */
export function FaultBox({ fault, again }: FaultFields): ReactElement {
  const { t, i18n } = useTranslation("app");
  const own = `next.${fault.code}`;
  const known: string = i18n.exists(own, { ns: "app" }) ? own : `next.${fault.kind}`;
  const name = fault.module ? `${fault.module}.${fault.code}` : fault.code;
  return (
    <div className={parts["fault"]} role="alert">
      <strong>{fault.sentence || t(`fault.${fault.kind}`)}</strong>
      <span>{t(known)}</span>
      <dl>
        <dt>{t("fault.code")}</dt>
        <dd>
          <code>{name}</code>
        </dd>
        {fault.field !== null && (
          <>
            <dt>{t("fault.field")}</dt>
            <dd>
              <code>{fault.field}</code>
            </dd>
          </>
        )}
        {fault.facts.map(([fact, value]) => (
          <Fact key={fact} name={fact} value={value} />
        ))}
      </dl>
      {again !== undefined && (
        <div>
          <Button small onClick={again}>
            {t("again")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function StaleNote({ fault, again }: FaultFields): ReactElement {
  const { t } = useTranslation("app");
  return (
    <p className={parts["hint"]} role="status">
      {t(`stale.${fault.kind}`)}{" "}
      <Button small tone="plain" onClick={again}>
        {t("again")}
      </Button>
    </p>
  );
}

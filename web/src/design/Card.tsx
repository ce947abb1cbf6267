// A box with a title: hairlines before boxes, so it is used once a subject.

import type { ReactElement, ReactNode } from "react";
import parts from "./parts.module.css";

interface CardFields {
  readonly title?: ReactNode;
  readonly side?: ReactNode;
  readonly bare?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A titled section; `bare` leaves its content without inner space, as tables want it. */
export function Card({ title, side, bare, className, children }: CardFields): ReactElement {
  return (
    <section className={[parts["card"], className].filter(Boolean).join(" ")}>
      {title !== undefined && (
        <header className={parts["cardHead"]}>
          <h2>{title}</h2>
          <div>{side}</div>
        </header>
      )}
      <div className={bare ? parts["scroll"] : parts["cardBody"]}>{children}</div>
    </section>
  );
}

interface FactsFields {
  readonly rows: readonly (readonly [name: string, value: ReactNode] | null)[];
}

/** Names with values; a row that is null is left out. */
export function Facts({ rows }: FactsFields): ReactElement {
  const shown = rows.filter((row) => row !== null);
  return (
    <dl className={parts["facts"]}>
      {shown.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface BadgeFields {
  readonly tone?: "good" | "bad" | "attention" | undefined;
  readonly children: ReactNode;
}

/** A state in a word. */
export function Badge({ tone, children }: BadgeFields): ReactElement {
  return (
    <span className={[parts["badge"], tone && parts[tone]].filter(Boolean).join(" ")}>
      {children}
    </span>
  );
}

interface BarFields {
  readonly label: string;
  readonly done?: number;
  readonly total?: number;
}

/** How far long work is; without a total it only says that it goes on. */
export function Bar({ label, done, total }: BarFields): ReactElement {
  return <progress className={parts["bar"]} aria-label={label} value={done} max={total} />;
}

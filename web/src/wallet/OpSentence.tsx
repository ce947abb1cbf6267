// An operation in words: the same wherever one reads it, before it is signed or before it is run.

import type { ReactElement } from "react";
import type { Language } from "../ops/forms";
import { describe, title } from "../ops/sentences";
import type { Op } from "./body";
import { Value } from "./parts";
import styles from "./SignDialog.module.css";

interface SentenceFields {
  readonly op: Op;
  readonly language: Language;
}

/** One entry of a list of operations: its name, its first clause, the others below. */
export function OpSentence({ op, language }: SentenceFields): ReactElement {
  const [first, ...rest] = describe(op, language) ?? [];
  return (
    <li>
      <strong>{title(op.op, language)}</strong>
      <p>
        {first?.map((part, place) => (
          <Value key={place} part={part} />
        ))}
      </p>
      {rest.length > 0 && (
        <ul className={styles["clauses"]}>
          {rest.map((clause, place) => (
            <li key={place}>
              {clause.map((part, at) => (
                <Value key={at} part={part} />
              ))}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

interface ListFields {
  readonly ops: readonly Op[];
  readonly language: Language;
}

/** Operations in their order, as the sign dialog shows them. */
export function OpList({ ops, language }: ListFields): ReactElement {
  return (
    <ol className={styles["ops"]}>
      {ops.map((op, place) => (
        <OpSentence key={place} op={op} language={language} />
      ))}
    </ol>
  );
}

// A field for a whole phrase of words, which no browser may keep or correct.

import { type ReactElement, useId } from "react";
import parts from "../../design/parts.module.css";

interface PhraseFields {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

export function Phrase({ label, value, change }: PhraseFields): ReactElement {
  const id = useId();
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className={parts["control"]}
        rows={4}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        translate="no"
        value={value}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}

// Several lines of keys, with what is wrong with them.

import { type ReactElement, useId } from "react";
import parts from "../../design/parts.module.css";
import styles from "./room.module.css";

interface KeysFields {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly hint: string;
  readonly wrong: string | null;
}

export function KeysField({ label, value, change, hint, wrong }: KeysFields): ReactElement {
  const id = useId();
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className={`${parts["control"]} ${styles["keys"]}`}
        rows={4}
        maxLength={1_300}
        spellCheck={false}
        autoComplete="off"
        value={value}
        aria-invalid={wrong === null ? undefined : true}
        aria-describedby={`${id}-note`}
        onChange={(event) => change(event.target.value)}
      />
      <span id={`${id}-note`} className={parts[wrong === null ? "hint" : "wrong"]}>
        {wrong ?? hint}
      </span>
    </div>
  );
}

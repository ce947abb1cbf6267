// A labelled control, with what is wrong with it said where it stands.

import {
  type InputHTMLAttributes,
  type ReactElement,
  type ReactNode,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import parts from "./parts.module.css";

interface FieldFields {
  readonly label: string;
  readonly side?: ReactNode;
  readonly hint?: ReactNode;
  readonly wrong?: string | null;
}

type InputFields = FieldFields & InputHTMLAttributes<HTMLInputElement>;

/** An input with its label, a hint, and the rule that its value breaks. */
export function Field({ label, side, hint, wrong, ...rest }: InputFields): ReactElement {
  const id = useId();
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        <span>{label}</span>
        <span>{side}</span>
      </label>
      <input
        {...rest}
        id={id}
        className={parts["control"]}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-note`}
      />
      <Note id={`${id}-note`} hint={hint} wrong={wrong} />
    </div>
  );
}

type AreaFields = FieldFields & TextareaHTMLAttributes<HTMLTextAreaElement>;

/** A text of several lines, likewise. */
export function Area({ label, side, hint, wrong, ...rest }: AreaFields): ReactElement {
  const id = useId();
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        <span>{label}</span>
        <span>{side}</span>
      </label>
      <textarea
        {...rest}
        id={id}
        className={parts["control"]}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-note`}
      />
      <Note id={`${id}-note`} hint={hint} wrong={wrong} />
    </div>
  );
}

interface ChoiceFields extends FieldFields {
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}

/** One of several values. */
export function Choice(fields: ChoiceFields): ReactElement {
  const id = useId();
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        <span>{fields.label}</span>
        <span>{fields.side}</span>
      </label>
      <select
        id={id}
        className={parts["control"]}
        value={fields.value}
        aria-describedby={`${id}-note`}
        onChange={(event) => fields.onChoose(event.target.value)}
      >
        {fields.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <Note id={`${id}-note`} hint={fields.hint} wrong={fields.wrong} />
    </div>
  );
}

interface NoteFields {
  readonly id: string;
  readonly hint: ReactNode;
  readonly wrong: string | null | undefined;
}

function Note({ id, hint, wrong }: NoteFields): ReactElement | null {
  if (wrong) {
    return (
      <span id={id} className={parts["wrong"]} role="alert">
        {wrong}
      </span>
    );
  }
  return hint ? (
    <span id={id} className={parts["hint"]}>
      {hint}
    </span>
  ) : null;
}

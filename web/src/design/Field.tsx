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
  readonly wrong?: string | null | undefined;
}

type InputFields = FieldFields & InputHTMLAttributes<HTMLInputElement>;

/** An input with its label, a hint, and the rule that its value breaks. */
export function Field({ label, side, hint, wrong, ...rest }: InputFields): ReactElement {
  return (
    <Labelled label={label} side={side} hint={hint} wrong={wrong}>
      {(control) => <input {...rest} {...control} />}
    </Labelled>
  );
}

type AreaFields = FieldFields &
  TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly look?: string | undefined };

/** A text of several lines, likewise; `look` is a class of its own. */
export function Area({ label, side, hint, wrong, look, ...rest }: AreaFields): ReactElement {
  return (
    <Labelled label={label} side={side} hint={hint} wrong={wrong}>
      {(control) => (
        <textarea
          {...rest}
          {...control}
          className={[control.className, look].filter(Boolean).join(" ")}
        />
      )}
    </Labelled>
  );
}

interface ChoiceFields extends FieldFields {
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}

/** One of several values. */
export function Choice({ value, options, onChoose, ...field }: ChoiceFields): ReactElement {
  return (
    <Labelled {...field}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChoose(event.target.value)}>
          {options.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

interface Control {
  readonly id: string;
  readonly className: string | undefined;
  readonly "aria-invalid": true | undefined;
  readonly "aria-describedby": string;
}

interface LabelledFields extends FieldFields {
  readonly children: (control: Control) => ReactNode;
}

/** The label and the note around a control, which is told what ties it to them. */
function Labelled({ label, side, hint, wrong, children }: LabelledFields): ReactElement {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className={parts["field"]}>
      <label className={parts["label"]} htmlFor={id}>
        <span>{label}</span>
        <span>{side}</span>
      </label>
      {children({
        id,
        className: parts["control"],
        "aria-invalid": wrong ? true : undefined,
        "aria-describedby": note,
      })}
      <Note id={note} hint={hint} wrong={wrong} />
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

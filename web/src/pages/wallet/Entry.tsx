// A line of text in a form of the wallet, marked when what was typed cannot be meant.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../design/Field";

interface EntryFields {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly hint?: string;
  readonly isBad?: boolean;
  readonly type?: "text" | "date";
}

export function Entry({
  label,
  value,
  change,
  hint,
  isBad,
  type = "text",
}: EntryFields): ReactElement {
  const { t } = useTranslation("wallet");
  return (
    <Field
      label={label}
      type={type}
      autoComplete="off"
      spellCheck={false}
      value={value}
      hint={hint}
      wrong={isBad ? t("entry.wrong") : null}
      onChange={(event) => change(event.target.value)}
    />
  );
}

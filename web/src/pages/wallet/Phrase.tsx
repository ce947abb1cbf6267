// A field for a whole phrase of words, which no browser may keep or correct.

import type { ReactElement } from "react";
import { Area } from "../../design/Field";

interface PhraseFields {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

export function Phrase({ label, value, change }: PhraseFields): ReactElement {
  return (
    <Area
      label={label}
      rows={4}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      translate="no"
      value={value}
      onChange={(event) => change(event.target.value)}
    />
  );
}

// One operation of a form: signed in the dialog, and what the ledger refused said beside the form.

import { type ReactElement, useState } from "react";
import { NoteOfRefusal } from "../../wallet/parts";
import { type Op, type Refusal, useSign } from "../../wallet/Signing";

interface Acting {
  /** Has an operation signed; `done` follows when a block has applied it. */
  readonly act: (op: Op, done: () => void) => void;
  /** The refusal of the last one, if it was refused. */
  readonly note: ReactElement | null;
}

export function useAct(): Acting {
  const { sign } = useSign();
  const [refusal, refuse] = useState<Refusal | null>(null);
  const act = (op: Op, done: () => void) => {
    refuse(null);
    void sign([op]).then((outcome) => {
      if (outcome.status === "refused") refuse(outcome.refusal);
      if (outcome.status === "applied") done();
    });
  };
  return { act, note: refusal === null ? null : <NoteOfRefusal refusal={refusal} /> };
}

// Why serials stand as they do: a certificate, a transaction, or the ledger's own word for it.

import type { ReactElement } from "react";
import { TxLink } from "../../design/Reference";

const HASH = /^[0-9a-f]{64}$/;

export function Cause({ name }: { readonly name: string }): ReactElement {
  if (name.startsWith("r-")) return <a href={`/c/${name}`}>{name}</a>;
  if (HASH.test(name)) return <TxLink id={name} />;
  return <>{name || "–"}</>;
}

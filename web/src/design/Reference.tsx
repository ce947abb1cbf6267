// Names that lead somewhere: addresses, transactions, blocks.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import parts from "./parts.module.css";

/** A long name with its middle left out. */
export function short(text: string): string {
  return text.length > 16 ? `${text.slice(0, 8)}…${text.slice(-6)}` : text;
}

/** An account, linked to its page; holding accounts are named whole. */
export function Address({ address }: { readonly address: string }): ReactElement {
  return (
    <Link
      to="/explorer/accounts/$address"
      params={{ address }}
      className={parts["mono"]}
      title={address}
    >
      {address.includes(":") ? address : short(address)}
    </Link>
  );
}

/** A transaction, linked to its page. */
export function TxLink({ id }: { readonly id: string }): ReactElement {
  return (
    <Link
      to="/explorer/transactions/$id"
      params={{ id }}
      className={parts["mono"]}
      title={id}
    >
      {short(id)}
    </Link>
  );
}

/** A block by its height. */
export function BlockLink({ height }: { readonly height: number }): ReactElement {
  return (
    <Link to="/explorer/blocks/$height" params={{ height: String(height) }}>
      {height.toLocaleString("fr-FR").replaceAll("\u202f", "\u2009")}
    </Link>
  );
}

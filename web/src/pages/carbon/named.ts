// What a pasted text is, by its form alone; what stands behind it the ledger says.

import { isAddress } from "../../wallet/address";

export type Named =
  | { readonly kind: "certificate" | "address" | "hash" | "serial"; readonly text: string }
  | { readonly kind: "nothing" };

/** Links and quoted copies are read as what they name. */
export function namedBy(pasted: string): Named {
  const text = pasted.trim().replace(/^["'“]+|["'”]+$/g, "");
  const certificate = /(?:^|\/c\/)(r-[0-9a-f]{24})(?:[/?#].*)?$/.exec(text)?.[1];
  if (certificate !== undefined) return { kind: "certificate", text: certificate };
  if (isAddress(text.toLowerCase())) return { kind: "address", text: text.toLowerCase() };
  const hash = text.replace(/^(?:sha256:|0x)/i, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return { kind: "hash", text: hash };
  return text === "" ? { kind: "nothing" } : { kind: "serial", text };
}

// What the ledger is asked about a dropped file.

import { Refused } from "../../data/fault";
import { queryOf } from "../../data/query";
import { bytes, get } from "../../data/rest";
import type { Asked } from "./judge";
import type { AnchorRow } from "./shapes";

interface Records {
  readonly items: readonly { readonly value: AnchorRow }[];
}

/** The registry files of a hash that the ledger keeps, by layout. */
export async function anchorsOf(hash: string): Promise<readonly AnchorRow[]> {
  const query = queryOf({ prefix: `${hash}/`, limit: "100" });
  const { items } = await get<Records>(`/state/import_anchor${query}`);
  return items.map((item) => item.value);
}

async function documentOf(certificate: string): Promise<Uint8Array | null> {
  try {
    return await bytes(`/certificates/${certificate}.json`);
  } catch (error) {
    if (error instanceof Refused && error.fault.code === "not_found") return null;
    throw error;
  }
}

export const LEDGER: Asked = { document: documentOf, anchors: anchorsOf };

// A list that is read page by page: the first at once, each further one when asked for.

import { useEffect, useState } from "react";
import { type Fault, Refused, faultOf } from "./fault";
import { get } from "./rest";
import { type Reading, useResource } from "./useRead";

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface Listing<Item, Whole = Page<Item>> {
  readonly reading: Reading<Whole>;
  readonly items: readonly Item[];
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
  readonly isReading: boolean;
  readonly fault: Fault | null;
}

/** Reads `path`, which has its filters already; another path begins anew. */
export function useListing<Item, Whole extends Page<Item> = Page<Item>>(
  path: string,
  everyMs = 0,
): Listing<Item, Whole> {
  const reading = useResource<Whole>(path, everyMs);
  const [further, keep] = useState<{ items: readonly Item[]; next: string | null } | null>(null);
  const [isReading, setReading] = useState(false);
  const [fault, fail] = useState<Fault | null>(null);
  useEffect(() => keep(null), [path]);

  const first = reading.state === "ready" ? reading.data : null;
  const next = further === null ? (first?.next ?? null) : further.next;
  const more = async () => {
    setReading(true);
    fail(null);
    try {
      const sign = path.includes("?") ? "&" : "?";
      const page = await get<Page<Item>>(`${path}${sign}cursor=${encodeURIComponent(next ?? "")}`);
      keep((old) => ({ items: [...(old?.items ?? []), ...page.items], next: page.next }));
    } catch (error) {
      fail(error instanceof Refused ? error.fault : faultOf({ code: "failed" }));
    }
    setReading(false);
  };
  return {
    reading,
    items: [...(first?.items ?? []), ...(further?.items ?? [])],
    more: next === null ? null : () => void more(),
    isReading,
    fault,
  };
}

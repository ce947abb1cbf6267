// What a page reads, in the five states that every page has.

import { useCallback, useEffect, useRef, useState } from "react";
import type { TypedDocumentString } from "../gql/graphql";
import { readOne } from "../wallet/door";
import type { Json } from "../wallet/json";
import { useBlocks } from "./useBlocks";
import { type Fault, OFFLINE, Refused, faultOf } from "./fault";
import { type Head, read } from "./graphql";
import { get } from "./rest";

export type Reading<Data> =
  | { readonly state: "loading"; readonly again: () => void }
  | { readonly state: "failed"; readonly fault: Fault; readonly again: () => void }
  | {
      readonly state: "ready";
      readonly data: Data;
      readonly head: Head | null;
      /** Why the newest reading failed while an older one is shown. */
      readonly fault: Fault | null;
      readonly again: () => void;
    };

interface Kept<Data> {
  readonly key: unknown;
  readonly data?: Data;
  readonly head: Head | null;
  readonly fault: Fault | null;
}

/** Reads a document, again every `everyMs` while the page is seen, and when asked. */
export function useDocument<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  everyMs = 0,
): Reading<Data> {
  const key = JSON.stringify(variables);
  const ask = (signal: AbortSignal) => read(document, variables, signal);
  return useAsked(key, ask, everyMs);
}

/** Reads a document again with each new block, at most once a second while the page is seen. */
export function useLive<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Reading<Data> {
  const reading = useDocument(document, variables);
  const height = useBlocks();
  const { again } = reading;
  useEffect(() => {
    if (height > 0 && window.document.visibilityState === "visible") again();
  }, [height, again]);
  return reading;
}

/** Reads a resource of REST, likewise; null reads nothing and stays loading. */
export function useResource<Data>(path: string | null, everyMs = 0): Reading<Data> {
  const ask = async (signal: AbortSignal) => ({
    data: await get<Data>(path ?? "", signal),
    head: null,
  });
  return useAsked(path ?? "", path === null ? null : ask, everyMs);
}

/** Reads a resource whose integers may be large, once or again as asked. */
export function useExact(path: string): Reading<Json> {
  const ask = async () => ({ data: await readOne(path), head: null });
  return useAsked(path, ask, 0);
}

/** Reads by a function, again every `everyMs`; another function begins anew, null reads nothing. */
export function useValue<Value>(
  value: (() => Promise<Value>) | null,
  everyMs: number,
): Reading<Value> {
  const ask = value === null ? null : async () => ({ data: await value(), head: null });
  return useAsked(value, ask, everyMs);
}

type Ask<Data> = (signal: AbortSignal) => Promise<{ data: Data; head: Head | null }>;

function useAsked<Data>(key: unknown, ask: Ask<Data> | null, everyMs: number): Reading<Data> {
  const [kept, keep] = useState<Kept<Data> | null>(null);
  const [round, next] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  const pending = useRef<AbortController>(null);
  const isWanted = useRef(false);
  const isAsked = ask !== null;
  // A reading under way is let finish: a server slower than the asking would never be shown.
  const again = useCallback(() => {
    if (pending.current === null) next((count) => count + 1);
    else isWanted.current = true;
  }, []);

  useEffect(() => {
    if (!isAsked) return;
    const ending = new AbortController();
    pending.current = ending;
    isWanted.current = false;
    asking
      .current?.(ending.signal)
      .then(({ data, head }) => {
        // Not every reading can be broken off: what comes late is of no use any more.
        if (!ending.signal.aborted) keep({ key, data, head, fault: null });
      })
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        const fault = error instanceof Refused ? error.fault : faultOf({ code: "failed" });
        // What was read before stays in sight; only its age is said.
        keep((old) =>
          old !== null && old.key === key ? { ...old, fault } : { key, head: null, fault },
        );
      })
      .finally(() => {
        if (pending.current !== ending) return;
        pending.current = null;
        if (isWanted.current) next((count) => count + 1);
      });
    return () => {
      ending.abort();
      if (pending.current === ending) pending.current = null;
    };
  }, [key, round, isAsked]);

  useEffect(() => {
    if (everyMs === 0) return;
    const timer = setInterval(() => document.visibilityState === "visible" && again(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, again]);

  if (kept === null || kept.key !== key) return { state: "loading", again };
  if (kept.data === undefined) {
    return { state: "failed", fault: kept.fault ?? OFFLINE, again };
  }
  return { state: "ready", data: kept.data, head: kept.head, fault: kept.fault, again };
}

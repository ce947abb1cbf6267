// What a wallet page reads of the platform with exact integers, in the states that every page has.

import { useCallback, useEffect, useRef, useState } from "react";
import { type Fault, faultOf, Refused } from "../../data/fault";
import type { Reading } from "../../data/useRead";

interface Kept<Value> {
  readonly read: unknown;
  readonly value: Value | null;
  readonly fault: Fault | null;
}

/** Reads at once and then every so many milliseconds; an old value stays in sight meanwhile. */
export function useReading<Value>(
  read: (() => Promise<Value>) | null,
  every: number,
): Reading<Value> {
  const [kept, keep] = useState<Kept<Value> | null>(null);
  const turn = useRef(0);
  const again = useCallback(() => {
    if (read === null) return;
    const mine = ++turn.current;
    read().then(
      (value) => mine === turn.current && keep({ read, value, fault: null }),
      (error: unknown) => {
        if (mine !== turn.current) return;
        const fault = error instanceof Refused ? error.fault : faultOf({ code: "failed" });
        keep((old) => ({ read, value: old?.read === read ? old.value : null, fault }));
      },
    );
  }, [read]);
  useEffect(() => {
    again();
    const clock = setInterval(() => document.visibilityState === "visible" && again(), every);
    return () => {
      turn.current += 1;
      clearInterval(clock);
    };
  }, [again, every]);
  if (kept === null || kept.read !== read) return { state: "loading", again };
  if (kept.value !== null) {
    return { state: "ready", data: kept.value, head: null, fault: kept.fault, again };
  }
  return { state: "failed", fault: kept.fault ?? faultOf({ code: "failed" }), again };
}

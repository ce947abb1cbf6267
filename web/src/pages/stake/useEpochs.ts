// The epochs that ended lately, each with all of its validators.

import { useCallback } from "react";
import { get } from "../../data/rest";
import { type Reading, useResource, useValue } from "../../data/useRead";
import { byEpoch, type Ended, type EpochRow, SHOWN } from "./epochs";
import { useRules } from "./useRules";

const PAGES_MOST = 8;
const EVERY_MOST_MS = 60_000;
const EVERY_LEAST_MS = 2_000;

interface Page {
  readonly items: readonly EpochRow[];
  readonly next: string | null;
}

/** The last epochs whole, the oldest first: as many as a few pages hold. */
export function useEpochs(): Reading<readonly Ended[]> {
  const everyMs = useEvery();
  const read = useCallback(readEpochs, []);
  return useValue(read, everyMs);
}

/** The rows of one validator, the newest first. */
export function useOwnEpochs(operator: string): Reading<Page> {
  return useResource<Page>(`/stake/epochs?operator=${operator}&limit=${SHOWN}`, useEvery());
}

/** How often it is looked whether an epoch ended: no less than once in an epoch. */
function useEvery(): number {
  const { epoch_ms } = useRules();
  return Math.max(EVERY_LEAST_MS, Math.min(EVERY_MOST_MS, epoch_ms));
}

async function readEpochs(): Promise<readonly Ended[]> {
  const rows: EpochRow[] = [];
  let next: string | null = null;
  for (let page = 0; page < PAGES_MOST; page += 1) {
    const after: string = next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
    const found: Page = await get<Page>(`/stake/epochs?limit=100${after}`);
    rows.push(...found.items);
    next = found.next;
    if (next === null || new Set(rows.map(({ epoch }) => epoch)).size > SHOWN) break;
  }
  return byEpoch(rows, next !== null);
}

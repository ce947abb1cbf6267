// Whether the page is as narrow as a phone, where one panel is shown at a time.

import { useSyncExternalStore } from "react";

const NARROW = matchMedia("(width < 900px)");

export function useIsNarrow(): boolean {
  return useSyncExternalStore(watch, () => NARROW.matches);
}

function watch(tell: () => void): () => void {
  NARROW.addEventListener("change", tell);
  return () => NARROW.removeEventListener("change", tell);
}

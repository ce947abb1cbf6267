// Whether the reader's clock goes right, judged by that of the node.

const MINUTE_MS = 60_000;

/** By how many whole minutes the clock that shows `now` is fast; negative when it is slow. */
export function clockOffset(
  status: { readonly time: number; readonly age_ms: number },
  now: number,
): number {
  return Math.trunc((now - status.time - status.age_ms) / MINUTE_MS) + 0;
}

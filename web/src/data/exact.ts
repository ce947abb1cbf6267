// Answers whose integers may be above 2^53: read as text, so that none is rounded.

import { type Json, parse } from "../wallet/json";
import { settings } from "../app/settings";
import { OFFLINE, Refused, faultOf } from "./fault";

/** A resource of REST with its integers as BigInt; throws Refused. */
export async function getExact(path: string, signal: AbortSignal): Promise<Json> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      credentials: "omit",
      headers: { "accept-language": settings().language },
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refused(OFFLINE);
  }
  if (!answer.ok) throw new Refused(faultOf((await answer.json()) as object));
  return parse(await answer.text());
}

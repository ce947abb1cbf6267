// REST: reads and writes of /api/v1, whose refusals are problem documents.

import { settings } from "../app/settings";
import { OFFLINE, Refused, faultOf } from "./fault";

const PREFIX = "/api/v1";

/** What a resource answers; throws Refused. */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await ask(path, signal === undefined ? {} : { signal })).json() as Promise<Answer>;
}

/** The bytes of a document; throws Refused. */
export async function bytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(path, {})).arrayBuffer());
}

/** What a posted body is answered; throws Refused. */
export async function post<Answer>(path: string, body: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const answer = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json() as Promise<Answer>;
}

/** Files sent as a form, with a word for each part that was sent; throws Refused. */
export function upload<Answer>(
  path: string,
  form: FormData,
  onPart: (sent: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", PREFIX + path);
    request.setRequestHeader("accept-language", settings().language);
    request.upload.onprogress = (event) => onPart(event.loaded);
    request.onerror = () => reject(new Refused(OFFLINE));
    request.onload = () => {
      try {
        const found: unknown = JSON.parse(request.responseText);
        if (request.status < 400) resolve(found as Answer);
        else reject(new Refused(faultOf(found as object)));
      } catch {
        reject(new Refused(faultOf({ code: "failed" })));
      }
    };
    request.send(form);
  });
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("accept-language", settings().language);
  let answer: Response;
  try {
    answer = await fetch(PREFIX + path, { ...init, headers, credentials: "omit" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(OFFLINE);
  }
  if (answer.ok) return answer;
  const problem: unknown = await answer.json().catch(() => ({}));
  throw new Refused(faultOf(problem as object, answer.statusText));
}

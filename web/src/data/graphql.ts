// GraphQL: documents known to the server by their hash, and subscriptions that resume.

import { type Client, createClient } from "graphql-ws";
import { settings } from "../app/settings";
import type { TypedDocumentString } from "../gql/graphql";
import { type Fault, OFFLINE, Refused, faultOf } from "./fault";

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { message: string; extensions?: object }[];
  readonly extensions?: { readonly ctn?: Head };
}

/** The block that an answer is of. */
export interface Head {
  readonly chain: string;
  readonly height: number;
  readonly time: string;
  readonly ageMs: number;
}

export interface Read<Data> {
  readonly data: Data;
  readonly head: Head | null;
}

let known = true;
let sockets: Client | null = null;

/** What a document is answered; throws Refused. */
export async function read<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Read<Data>> {
  const documentId: unknown = document.__meta__?.["hash"];
  if (known && documentId !== undefined) {
    const answer = await send<Data>({ documentId, variables }, signal);
    if (codeOf(answer) !== "unknown_document") return sound(answer);
    // A server of another build: it knows the text when it does not know the hash.
    known = false;
  }
  return sound(await send<Data>({ query: document.toString(), variables }, signal));
}

/** Follows a subscription; a lost socket resumes after the last height. Gives what ends it. */
export function follow<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  take: (data: Data) => void,
  fail: (fault: Fault) => void,
): () => void {
  const asked: Variables & { after?: number | null } = { ...variables };
  return socket().subscribe<Data>(
    // The same object is sent at each retry, so `after` in it says where to go on.
    { query: document.toString(), variables: asked as Record<string, unknown> },
    {
      next(answer) {
        if (answer.errors !== undefined) return fail(faultOf(answer.errors[0]?.extensions ?? {}));
        if (answer.data) {
          asked.after = heightOf(answer.data) ?? asked.after ?? null;
          take(answer.data);
        }
      },
      error: () => fail(OFFLINE),
      complete: () => undefined,
    },
  );
}

function socket(): Client {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  sockets ??= createClient({
    url: `${scheme}://${location.host}/graphql`,
    lazyCloseTimeout: 5_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  return sockets;
}

async function send<Data>(body: object, signal?: AbortSignal): Promise<Answer<Data>> {
  try {
    const answer = await fetch("/graphql", {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json", "accept-language": settings().language },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
    const found: unknown = await answer.json();
    if (found !== null && typeof found === "object" && ("data" in found || "errors" in found)) {
      return found as Answer<Data>;
    }
    throw new Refused(faultOf(found as object));
  } catch (error) {
    if (error instanceof Refused || (error instanceof DOMException && error.name === "AbortError"))
      throw error;
    throw new Refused(OFFLINE);
  }
}

function sound<Data>(answer: Answer<Data>): Read<Data> {
  const first = answer.errors?.[0];
  if (first !== undefined) throw new Refused(faultOf(first.extensions ?? {}, first.message));
  if (!answer.data) throw new Refused(faultOf({ code: "failed" }));
  return { data: answer.data, head: answer.extensions?.ctn ?? null };
}

function codeOf(answer: Answer<unknown>): string | undefined {
  const extensions = answer.errors?.[0]?.extensions as { code?: string } | undefined;
  return extensions?.code;
}

/** The height that names a message of a subscription: its one field says it, or is it. */
function heightOf(data: object): number | null {
  const first: unknown = Object.values(data)[0];
  const height = (first as { height?: unknown } | null)?.height;
  return typeof height === "number" ? height : null;
}

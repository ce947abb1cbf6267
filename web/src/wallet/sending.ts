// The way of one signed transaction: handed in, or put into the room, and followed to its receipt.

import {
  type Answered,
  DoorRefused,
  readTransaction,
  type Receipt,
  type Refusal,
  refusalOf,
  submit,
  Unreached,
} from "./door";
import { bodyOf, type RoomDoor, type RoomItem } from "./room";
import { type Sent, writeSent } from "./store";

const FOLLOW_TRIES = 30;
const FOLLOW_MS = 2_000;

/** What became of what a page asked to have signed. */
export type Outcome =
  | { readonly status: "declined" }
  | {
      readonly status: "applied";
      readonly id: string;
      readonly height: bigint;
      readonly receipt: Receipt;
    }
  | {
      readonly status: "refused";
      readonly id: string;
      readonly refusal: Refusal;
      readonly receipt: Receipt | null;
    }
  | { readonly status: "waiting"; readonly id: string; readonly item: RoomItem }
  | { readonly status: "pending" | "unreached" | "broken"; readonly id: string };

/** Hands in an envelope and follows it to its receipt; the drawer keeps what became of it. */
export async function send(
  sent: Sent,
  handIn: () => Promise<Answered> = () => submit(sent.envelope),
): Promise<Outcome> {
  await writeSent(sent);
  let outcome: Outcome;
  try {
    outcome = outcomeOf(sent.id, await followed(sent.id, await handIn()));
  } catch (error) {
    outcome = failed(sent.id, error);
  }
  await writeSent(noted(sent, outcome));
  return outcome;
}

/** What a drawer row says after an outcome. */
export function noted(sent: Sent, outcome: Outcome): Sent {
  switch (outcome.status) {
    case "declined":
    case "waiting":
      return sent;
    case "applied":
      return { ...sent, status: "applied", height: outcome.height.toString(), refusal: null };
    case "refused": {
      const { module, code } = outcome.refusal;
      const height = outcome.receipt?.height.toString() ?? null;
      return { ...sent, status: "refused", height, refusal: `${module}.${code}` };
    }
    default:
      return { ...sent, status: outcome.status };
  }
}

async function followed(id: string, first: Answered): Promise<Answered> {
  let answer = first;
  for (let tries = 0; answer.status === "pending" && tries < FOLLOW_TRIES; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    answer = await readTransaction(id);
  }
  return answer;
}

function outcomeOf(id: string, { status, receipt }: Answered): Outcome {
  if (status === "pending" || receipt === null) return { status: "pending", id };
  if (status === "applied") return { status, id, height: receipt.height, receipt };
  if (status === "broken") return { status, id };
  return { status: "refused", id, refusal: refusalOf(receipt), receipt };
}

function failed(id: string, error: unknown): Outcome {
  if (error instanceof Unreached) return { status: "unreached", id };
  if (!(error instanceof DoorRefused)) throw error;
  // The doors' own faults say nothing about the transaction, which can be offered again.
  if (error.status >= 500 || error.status === 429) return { status: "unreached", id };
  return { status: "refused", id, refusal: error.refusal, receipt: null };
}

/** Puts an envelope into the room, or refuses as the room does. */
export async function putUp(room: RoomDoor, envelope: string): Promise<Outcome> {
  const item = await room.put(envelope);
  return { status: "waiting", id: item.id, item };
}

/** Has the room hand in a body with all that was gathered, and follows it to its receipt. */
export async function sendGathered(room: RoomDoor, item: RoomItem): Promise<Outcome> {
  // Like what is signed, what is sent is read first.
  const { id } = bodyOf(item);
  const sent: Sent = {
    id,
    envelope: item.tx,
    account: item.account,
    body: item.text,
    at: Date.now(),
    status: "sent",
    height: null,
    refusal: null,
  };
  return send(sent, () => room.submit(id));
}

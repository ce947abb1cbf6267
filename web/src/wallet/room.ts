// The signing room: bodies that wait for further signatures of an account (people.md 2.1). What it
// answers is read, never trusted: a body is shown by its own text, and signed as that text.

import { type Body, BodyRefused, readBody } from "./body";
import { type Answered, answered } from "./door";
import type { PublicKey } from "./envelope";
import { WalletFault } from "./fault";
import type { Fields } from "./json";
import type { Session } from "./session";
import { rows } from "./signers";

/** A signer of the account, and whether its signature is there. */
export interface RoomSigner extends PublicKey {
  readonly weight: number;
  readonly isSigned: boolean;
  /** False for a limited signer that does not count for these operations. */
  readonly doesCount: boolean;
}

/** A body that waits, with what was gathered for it. */
export interface RoomItem {
  readonly id: string;
  readonly account: string;
  readonly text: string;
  readonly created: number;
  /** The key that put it up, as `<scheme>-<key>`. */
  readonly putUpBy: string;
  readonly sequence: bigint;
  readonly nextSequence: bigint;
  readonly expires: bigint;
  readonly height: bigint;
  readonly signers: readonly RoomSigner[];
  readonly weight: number;
  readonly needed: number;
  readonly approvers: number;
  readonly approversNeeded: number;
  readonly isReady: boolean;
  readonly tx: string;
}

/** Everything that waits for an account, as of a block. */
export interface Room {
  readonly items: readonly RoomItem[];
  readonly height: bigint;
  readonly time: number;
}

/** What can be asked of the room of the account that acts. */
export interface RoomDoor {
  list(): Promise<Room>;
  /** Puts a body up by its first envelope, or adds the signatures of a further one. */
  put(tx: string): Promise<RoomItem>;
  submit(id: string): Promise<Answered>;
  withdraw(id: string): Promise<void>;
}

/** The room of an account by its session. */
export function roomOf(session: Session): RoomDoor {
  return {
    list: async () => {
      const found = await session.ask("GET", "/pending");
      return {
        items: rows(found["items"]).map(itemOf),
        height: BigInt(String(found["height"])),
        time: Number(found["time"]),
      };
    },
    put: async (tx) => itemOf(await session.ask("POST", "/pending", { tx })),
    submit: async (id) =>
      answered(await session.ask("POST", `/pending/${id}/submit`, { wait: "commit" })),
    withdraw: async (id) => void (await session.ask("POST", `/pending/${id}/withdraw`, {})),
  };
}

/** The body of an item by its exact text; refuses one that is another's than the item says. */
export function bodyOf(item: RoomItem): Body {
  const body = read(item.text);
  if (body.id !== item.id || body.sender !== item.account) {
    throw new WalletFault("body_refused", "the text is another transaction's");
  }
  return body;
}

function read(text: string): Body {
  try {
    return readBody(text);
  } catch (error) {
    if (error instanceof BodyRefused) throw new WalletFault("body_refused", error.message);
    throw error;
  }
}

/** Whether nothing has to go before an item. */
export function isNext({ sequence, nextSequence }: RoomItem): boolean {
  return sequence === nextSequence;
}

/** The first sequence that nothing waits with: behind all, or in a gap that holds others up. */
export function freeSequence(next: bigint, items: readonly RoomItem[]): bigint {
  const taken = new Set(items.map(({ sequence }) => sequence));
  let free = next;
  while (taken.has(free)) free += 1n;
  return free;
}

/** An item as the platform tells it. */
export function itemOf(row: Fields): RoomItem {
  return {
    id: String(row["id"]),
    account: String(row["account"]),
    text: String(row["body"]),
    created: Number(row["created"]),
    putUpBy: String(row["put_up_by"]),
    sequence: BigInt(String(row["sequence"])),
    nextSequence: BigInt(String(row["next_sequence"])),
    expires: BigInt(String(row["expires"])),
    height: BigInt(String(row["height"])),
    signers: rows(row["signers"]).map((signer) => ({
      scheme: Number(signer["scheme"]),
      key: String(signer["key"]),
      weight: Number(signer["weight"]),
      isSigned: signer["signed"] === true,
      doesCount: signer["counts"] === true,
    })),
    weight: Number(row["weight"]),
    needed: Number(row["needed"]),
    approvers: Number(row["approvers"]),
    approversNeeded: Number(row["approvers_needed"]),
    isReady: row["is_ready"] === true,
    tx: String(row["tx"]),
  };
}

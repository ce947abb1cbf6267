// The live book of an instrument: a socket that begins anew with a snapshot whenever it was lost.

import { useEffect, useState } from "react";
import { type Book, type Message, type TradeSeen, taken } from "./book";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface Feed {
  readonly book: Book | null;
  /** Trades of the newest frame, which the listener of before has not seen. */
  readonly trades: readonly TradeSeen[];
  readonly isLive: boolean;
}

const NOTHING: Feed = { book: null, trades: [], isLive: false };

/** Follows an instrument while the component stands. */
export function useFeed(instrument: string): Feed {
  const [feed, show] = useState<Feed>(NOTHING);
  useEffect(() => {
    show(NOTHING);
    return follow(instrument, show);
  }, [instrument]);
  return feed;
}

function follow(instrument: string, show: (change: (feed: Feed) => Feed) => void): () => void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const address = `${scheme}://${location.host}/api/v1/feed/${encodeURIComponent(instrument)}`;
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let socket: WebSocket;
  let book: Book | null = null;

  const open = () => {
    socket = new WebSocket(address);
    book = null;
    socket.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as Message;
      book = taken(book, message);
      // A gap or a wrong checksum: only a new connection gives a fresh snapshot.
      if (book === null) return socket.close();
      wait = FIRST_WAIT_MS;
      const now = { book, trades: message.trades ?? [], isLive: true };
      show(() => now);
    };
    socket.onclose = () => {
      show((feed) => ({ ...feed, trades: [], isLive: false }));
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  };
}

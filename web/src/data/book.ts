// A book as its feed tells it: a snapshot, then frames of absolute quantities with checksums.
// Prices are money base units a tonne, quantities grams; bids and asks best first (market.md 13).

export type Row = readonly [price: number, grams: number];

export interface Book {
  readonly height: number;
  readonly seq: number;
  readonly phase: string;
  readonly bids: readonly Row[];
  readonly asks: readonly Row[];
}

export interface TradeSeen {
  readonly no: number;
  readonly mode: string;
  readonly price: number;
  readonly qty: number;
  readonly taker: "buy" | "sell" | null;
}

export interface Message {
  readonly height: number;
  readonly seq: number;
  readonly seq_prev?: number;
  readonly phase: string;
  readonly bids: readonly Row[];
  readonly asks: readonly Row[];
  readonly trades?: readonly TradeSeen[];
  readonly checksum: number;
}

const CHECKED_LEVELS = 25;

/** The book after a message; null when only a fresh snapshot helps: a gap, or a wrong checksum. */
export function taken(book: Book | null, message: Message): Book | null {
  const { height, seq, phase } = message;
  if (message.seq_prev === undefined) return sound(message, message.bids, message.asks);
  if (book === null) return null;
  if (height <= book.height) return book;
  if (message.seq_prev !== book.seq) return null;
  const bids = applied(book.bids, message.bids, (left, right) => right - left);
  const asks = applied(book.asks, message.asks, (left, right) => left - right);
  return sound({ ...message, height, seq, phase }, bids, asks);
}

function sound(message: Message, bids: readonly Row[], asks: readonly Row[]): Book | null {
  if (checksum(bids, asks) !== message.checksum) return null;
  return { height: message.height, seq: message.seq, phase: message.phase, bids, asks };
}

function applied(
  rows: readonly Row[],
  changes: readonly Row[],
  order: (left: number, right: number) => number,
): readonly Row[] {
  if (changes.length === 0) return rows;
  const levels = new Map(rows);
  for (const [price, grams] of changes) {
    if (grams === 0) levels.delete(price);
    else levels.set(price, grams);
  }
  return [...levels].sort(([left], [right]) => order(left, right));
}

/** CRC-32 of the best 25 levels of both sides, as the ledger's frames state it. */
export function checksum(bids: readonly Row[], asks: readonly Row[]): number {
  const side = (rows: readonly Row[]) =>
    rows
      .slice(0, CHECKED_LEVELS)
      .map(([price, grams]) => `${price}:${grams}`)
      .join(";");
  return crc32(`B${side(bids)}A${side(asks)}`);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 (IEEE 802.3, as zlib has it) of an ASCII text. */
function crc32(text: string): number {
  let value = 0xffffffff;
  for (let place = 0; place < text.length; place++) {
    value = (TABLE[(value ^ text.charCodeAt(place)) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

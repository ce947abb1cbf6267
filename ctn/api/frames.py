"""The books as the feed tells them: one frame for each block and instrument (market.md 13).

Kept from the engine's blocks: the orders and instruments that a block changed, and its trades.
A thread that folds blocks hands them in; every other thread may ask for a snapshot.
"""

import heapq
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import orjson
from sqlalchemy import select

from ctn.api.link import Head
from ctn.kernel.record import event_name
from ctn.modules.market.events import Traded
from ctn.modules.market.feed import CHECKSUM_LEVELS, checksum
from ctn.views import tables
from ctn.views.fold import Block
from ctn.views.reader import Reader, View

Value = dict[str, Any]
Row = tuple[int, int]
TRADED: Final = event_name(Traded)
BUY: Final = "buy"
FRAME_TRADE: Final = ("no", "mode", "price", "qty", "taker")
SEED_SECONDS: Final = 30.0
_orders = tables.orders.c
_open_orders = select(
    _orders.no, _orders.instrument, _orders.side, _orders.price, _orders.shown
).where(_orders.state == "open")
_states = tables.RECORDS["instrument_state"].table.c
_known_states = select(_states.instrument, _states.feed_seq, _states.phase)


class Placed(NamedTuple):
    """An open order as the book shows it."""

    instrument: str
    side: str
    price: int
    shown: int


class Sides:
    """Both sides of an instrument by price, and where its feed stands."""

    def __init__(self, seq: int, phase: str) -> None:
        self.seq = seq
        self.phase = phase
        self._sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._before: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def add(self, order: Placed, sign: int) -> None:
        """Show an order's grams at its price, or take them away."""
        place = 0 if order.side == BUY else 1
        side = self._sides[place]
        shown = side.get(order.price, 0)
        self._before[place].setdefault(order.price, shown)
        left = shown + sign * order.shown
        if left:
            side[order.price] = left
        else:
            side.pop(order.price, None)

    def take_changes(self) -> tuple[list[Row], list[Row]]:
        """The levels of both sides that differ from the last time, by price; 0 is gone."""
        found = []
        for side, before in zip(self._sides, self._before, strict=True):
            now = {price: side.get(price, 0) for price in before}
            found.append(sorted([row for row in now.items() if before[row[0]] != row[1]]))
            before.clear()
        bids, asks = found
        return bids, asks

    def checksum(self) -> int:
        """The checksum over the best levels."""
        bids, asks = self._sides
        return checksum(
            heapq.nlargest(CHECKSUM_LEVELS, bids.items()),
            heapq.nsmallest(CHECKSUM_LEVELS, asks.items()),
        )

    def rows(self) -> tuple[list[Row], list[Row]]:
        """Bids and asks, best price first."""
        bids, asks = self._sides
        return sorted(bids.items(), reverse=True), sorted(asks.items())


class Shown(NamedTuple):
    """A book as it is told: where its feed stands, and its levels, best price first."""

    seq: int
    phase: str
    bids: Sequence[Row]
    asks: Sequence[Row]


def whole(instrument: str, book: Shown) -> Value:
    """What a follower of a book begins with (market.md 13)."""
    check = checksum(book.bids, book.asks)
    return {"instrument": instrument} | book._asdict() | {"checksum": check}


def change(instrument: str, before: int, book: Shown, trades: list[Value], check: int) -> Value:
    """What a follower whose book stood at `before` must change (market.md 13).

    `book` shows the changed levels alone, 0 is gone; `check` is the checksum over all of it.
    """
    return (
        {"instrument": instrument, "seq_prev": before}
        | book._asdict()
        | {"trades": trades, "checksum": check}
    )


class Frame(NamedTuple):
    """A frame of an instrument, encoded once for all who follow it."""

    instrument: str
    height: int
    data: bytes


class Frames:
    """All books, moved on block by block; `told` hears the frames of each block, in order."""

    def __init__(self, reader: Reader, told: Callable[[list[Frame]], None]) -> None:
        self._reader = reader
        self._told = told
        self._lock = threading.Lock()
        self._orders: dict[int, Placed] = {}
        self._books: dict[str, Sides] = {}
        self.head: Head | None = None

    def seed(self) -> None:
        """Take the books from the read model, as after its last block, unless they are known."""
        with self._lock, self._reader.view(SEED_SECONDS) as view:
            if self.head is None:
                self._seed(view)

    def block(self, block: Block) -> bool:
        """Move on by a block of the engine; whether followers can go on from the frames alone.

        A block that does not follow on the last one starts anew from the read model.
        """
        height = block.header["height"]
        with self._lock:
            if self.head is not None and height <= self.head.height:
                return True
            if self.head is None or height != self.head.height + 1:
                with self._reader.view(SEED_SECONDS) as view:
                    self._seed(view)
                return False
            self.head = self.head._replace(height=height, time=block.header["time"])
            frames = list(self._frames(block))
        self._told(frames)
        return True

    def snapshot(self, instrument: str) -> tuple[Head | None, bytes | None]:
        """Where the books stand, and one of them; None for an unknown instrument."""
        with self._lock:
            head, book = self.head, self._books.get(instrument)
            if head is None or book is None:
                return head, None
            return head, _snapshot(instrument, head.height, book)

    def _seed(self, view: View) -> None:
        self._orders.clear()
        self._books = {
            name: Sides(seq, phase) for name, seq, phase in view.tuples(_known_states)
        }
        for no, instrument, side, price, shown in view.tuples(_open_orders):
            order = self._orders[no] = Placed(instrument, side, price, shown)
            self._book(instrument).add(order, 1)
        for book in self._books.values():
            book.take_changes()
        self.head = Head(view.chain, view.height, view.time, view.edition)

    def _book(self, instrument: str) -> Sides:
        book = self._books.get(instrument)
        if book is None:
            book = self._books[instrument] = Sides(0, "closed")
        return book

    def _frames(self, block: Block) -> Iterator[Frame]:
        orders, states = _changes(block.changes)
        trades = _trades(block.receipts)
        names = dict.fromkeys([*states, *trades, *self._touched(orders)])
        for no, value in orders.items():
            self._move(no, value)
        for name in names:
            book = self._book(name)
            seq = book.seq
            if name in states:
                phase, book.seq = states[name]["phase"], states[name]["feed_seq"]
            else:
                phase = book.phase
            bids, asks = book.take_changes()
            is_told = book.seq != seq or phase != book.phase or bids or asks
            book.phase = phase
            if is_told or name in trades:
                shown = Shown(book.seq, phase, bids, asks)
                told = change(name, seq, shown, trades.get(name, []), book.checksum())
                height = block.header["height"]
                yield Frame(name, height, orjson.dumps({"height": height} | told))

    def _touched(self, orders: dict[int, Value | None]) -> Iterator[str]:
        for no, value in orders.items():
            if no in self._orders:
                yield self._orders[no].instrument
            if value is not None:
                yield value["instrument"]

    def _move(self, no: int, value: Value | None) -> None:
        """Replace one order by what a block left of it; one that waits for a trigger is unseen."""
        old = self._orders.pop(no, None)
        if old is not None:
            self._book(old.instrument).add(old, -1)
        if value is not None and value["state"] == "open":
            order = Placed(value["instrument"], value["side"], value["price"], value["shown"])
            self._orders[no] = order
            self._book(order.instrument).add(order, 1)


def _snapshot(instrument: str, height: int, book: Sides) -> bytes:
    shown = Shown(book.seq, book.phase, *book.rows())
    return orjson.dumps({"height": height} | whole(instrument, shown))


def _changes(
    changes: list[tuple[str, str, msgspec.Raw]],
) -> tuple[dict[int, Value | None], dict[str, Value]]:
    orders: dict[int, Value | None] = {}
    states: dict[str, Value] = {}
    for table, place, value in changes:
        if table == "order":
            orders[int(place)] = msgspec.json.decode(value)
        elif table == "instrument_state":
            states[place] = msgspec.json.decode(value)
    return orders, states


def _trades(receipts: list[Value]) -> dict[str, list[Value]]:
    """The trades of a block by instrument, in their order."""
    found: dict[str, list[Value]] = {}
    for receipt in receipts:
        for item in receipt.get("hooks", (receipt,)):
            for event in item["events"]:
                if event["event"] == TRADED:
                    row = {name: event[name] for name in FRAME_TRADE}
                    found.setdefault(event["instrument"], []).append(row)
    return found

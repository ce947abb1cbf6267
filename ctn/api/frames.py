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
from ctn.kernel.codec import INT_MAX
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
NO_BAND: Final = (0, INT_MAX)
SLACK: Final = 16
FRAME_TRADE: Final = ("no", "mode", "price", "qty", "taker")
SEED_SECONDS: Final = 30.0
_orders = tables.orders.c
_open_orders = select(
    _orders.no, _orders.instrument, _orders.side, _orders.price, _orders.shown, _orders.expires
).where(_orders.state == "open")
_states = tables.RECORDS["instrument_state"].table.c
_known_states = select(
    _states.instrument, _states.feed_seq, _states.phase, _states.low, _states.high
)


class Placed(NamedTuple):
    """An open order as the book shows it."""

    instrument: str
    side: str
    price: int
    shown: int
    expires: int


class Sides:
    """Both sides of an instrument by price, its band, and where its feed stands."""

    def __init__(self, seq: int, phase: str, band: Row) -> None:
        self.seq = seq
        self.phase = phase
        self.band = band
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

    def is_outside(self, order: Placed) -> bool:
        """Whether the band of a new day has passed an order by: it is over at once (2.2)."""
        low, high = self.band
        return order.price > high if order.side == BUY else order.price < low

    def is_any_outside(self) -> bool:
        """Whether any order is; the prices tell, without the orders."""
        bids, asks = self._sides
        low, high = self.band
        return any(price > high for price in bids) or any(price < low for price in asks)

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
        # Those that are shown, and when each is over; what left meanwhile is passed over there.
        self._orders: dict[int, Placed] = {}
        self._expiries: list[tuple[int, int]] = []
        self._books: dict[str, Sides] = {}
        self.head: Head | None = None

    def seed(self) -> None:
        """Take the books from the read model, as after its last block, unless they are known."""
        with self._lock, self._reader.view(SEED_SECONDS) as view:
            if self.head is None:
                self._seed(view)

    def block(self, block: Block) -> bool:
        """Move on by a block of the engine; whether followers can go on from the frames alone.

        A block that does not follow on the last one, or that is of a chain begun anew, starts anew
        from the read model.
        """
        height, chain = block.header["height"], block.header["chain"]
        with self._lock:
            is_same = self.head is not None and self.head.chain == chain
            if self.head is not None and is_same and height <= self.head.height:
                return True
            if self.head is None or not is_same or height != self.head.height + 1:
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
        self._expiries.clear()
        self._books = {
            name: Sides(seq, phase, (low, high))
            for name, seq, phase, low, high in view.tuples(_known_states)
        }
        for no, *fields in view.tuples(_open_orders):
            self._show(no, Placed(*fields))
        self._hide_over(view.time, list(self._books))
        for book in self._books.values():
            book.take_changes()
        self.head = Head(view.chain, view.height, view.time, view.edition)

    def _book(self, instrument: str) -> Sides:
        book = self._books.get(instrument)
        if book is None:
            book = self._books[instrument] = Sides(0, "closed", NO_BAND)
        return book

    def _frames(self, block: Block) -> Iterator[Frame]:
        orders, states = _changes(block.changes)
        trades = _trades(block.receipts)
        names = dict.fromkeys([*states, *trades, *self._touched(orders)])
        for no, value in orders.items():
            self._move(no, value)
        rolled = [name for name, state in states.items() if self._take_band(name, state)]
        names.update(self._hide_over(block.header["time"], rolled))
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
        if no in self._orders:
            self._hide(no)
        if value is not None and value["state"] == "open":
            self._show(no, Placed(*[value[name] for name in Placed._fields]))

    def _show(self, no: int, order: Placed) -> None:
        self._orders[no] = order
        self._book(order.instrument).add(order, 1)
        heapq.heappush(self._expiries, (order.expires, no))
        if len(self._expiries) > 2 * len(self._orders) + SLACK:
            self._expiries = [(kept.expires, number) for number, kept in self._orders.items()]
            heapq.heapify(self._expiries)

    def _hide(self, no: int) -> str:
        """Take an order out of its book, which is named."""
        order = self._orders.pop(no)
        self._book(order.instrument).add(order, -1)
        return order.instrument

    def _take_band(self, name: str, state: Value) -> bool:
        """Remember the band of an instrument; whether it is another than before."""
        book, band = self._book(name), (state["low"], state["high"])
        is_new = band != book.band
        book.band = band
        return is_new

    def _hide_over(self, time: int, rolled: list[str]) -> dict[str, None]:
        """Hide what is over though it still stands in the state; the books that it was in.

        It leaves the state by and by, but every rule passes it over from here on (2.2).
        """
        touched: dict[str, None] = {}
        expiries = self._expiries
        while expiries and expiries[0][0] <= time:
            expires, no = heapq.heappop(expiries)
            if no in self._orders and self._orders[no].expires == expires:
                touched[self._hide(no)] = None
        passed = dict.fromkeys([name for name in rolled if self._books[name].is_any_outside()])
        if passed:
            for no, order in list(self._orders.items()):
                if order.instrument in passed and self._books[order.instrument].is_outside(order):
                    touched[self._hide(no)] = None
        return touched


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

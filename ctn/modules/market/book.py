"""The order books in memory, a pure function of the records, kept equal to them by the drafts.

A side is a sorted list of keys (minus the price for bids, the price for asks) and a level for
each; a level has one queue for each rank. The head of a queue is its least live sequence, so the
order of past changes never shows. Each change is O(log n), and so is its undoing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush, nsmallest
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctn.kernel.record import Record
    from ctn.modules.market.records import ClientId, Instrument, InstrumentState, Order

T = TypeVar("T")

BUY = "buy"
ORDER, CLIENT_ID = "order", "client_id"
SLACK = 16


class Due(NamedTuple):
    """What is over at a block time: (due, kind, number) is the order in which it leaves."""

    due: int
    kind: str
    no: int


class Queue:
    """The orders of one rank at one price: sequence to number, and their open grams."""

    __slots__ = ("heap", "live", "open")

    def __init__(self) -> None:
        self.live: dict[int, int] = {}
        self.heap: list[int] = []
        self.open = 0

    def head(self) -> int:
        """The number of the order with the least sequence; the queue is not empty."""
        heap, live = self.heap, self.live
        while heap[0] not in live:
            heappop(heap)
        return live[heap[0]]

    def add(self, seq: int, no: int) -> None:
        """Put an order in; stale entries of the heap never outgrow the live ones for long."""
        self.live[seq] = no
        heappush(self.heap, seq)
        if len(self.heap) > 2 * len(self.live) + SLACK:
            self.heap = list(self.live)
            heapify(self.heap)


class Level:
    """All orders at one price; `queues` stand by rank, 2 first, made when first needed."""

    __slots__ = ("count", "open", "queues", "shown")

    def __init__(self) -> None:
        self.open = 0
        self.shown = 0
        self.count = 0
        self.queues: list[Queue | None] = [None, None, None]

    def head(self) -> int:
        """The number of the first order by rank, then sequence; the level is not empty."""
        for queue in self.queues:
            if queue is not None and queue.live:
                return queue.head()
        raise AssertionError("an empty level")


class BookSide:
    """The levels of one side; `keys` is sorted, the best price first."""

    __slots__ = ("keys", "levels")

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}

    def best(self) -> int | None:
        """The best price, or None."""
        return abs(self.keys[0]) if self.keys else None

    def head(self) -> int:
        """The number of the first order; the side is not empty."""
        return self.levels[self.keys[0]].head()

    def first(self, most: int) -> Iterator[int]:
        """The first `most` numbers by price, rank and sequence, and perhaps more."""
        for key in self.keys:
            for queue in self.levels[key].queues:
                if queue is not None and queue.live:
                    yield queue.head()  # enough for most who ask, and found at once
                    yield from [queue.live[seq] for seq in nsmallest(most, queue.live)[1:]]

    def shown(self, limit: int) -> list[tuple[int, int]]:
        """The best `limit` prices with what is shown at them."""
        return [(abs(key), self.levels[key].shown) for key in self.keys[:limit]]

    def add(self, key: int, order: Order) -> None:
        """Put an order at its price."""
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level()
            insort(self.keys, key)
        level.open += order.open
        level.shown += order.shown
        level.count += 1
        queue = level.queues[2 - order.rank]
        if queue is None:
            queue = level.queues[2 - order.rank] = Queue()
        queue.open += order.open
        queue.add(order.seq, order.no)

    def remove(self, key: int, order: Order) -> None:
        """Take an order out."""
        level = self.levels[key]
        level.count -= 1
        if level.count == 0:
            del self.levels[key]
            del self.keys[bisect_left(self.keys, key)]
            return
        level.open -= order.open
        level.shown -= order.shown
        queue = level.queues[2 - order.rank]
        assert queue is not None
        queue.open -= order.open
        del queue.live[order.seq]

    def change(self, key: int, before: Order, after: Order) -> None:
        """Change what is open of an order that keeps its place."""
        level = self.levels[key]
        level.open += after.open - before.open
        level.shown += after.shown - before.shown
        queue = level.queues[2 - after.rank]
        assert queue is not None
        queue.open += after.open - before.open


class Book:
    """Both sides of one instrument."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide()
        self.asks = BookSide()


class Holder:
    """The open orders of an account, and for each instrument its open grams to buy and to sell."""

    __slots__ = ("orders", "sums")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.sums: dict[str, list[int]] = {}


class Books:
    """Books by instrument, orders by account, what is due, and the instruments themselves."""

    def __init__(self) -> None:
        self.books: dict[str, Book] = {}
        self.by_account: dict[str, Holder] = {}
        self.instruments: dict[str, Instrument] = {}
        self.states: dict[str, InstrumentState] = {}
        self.client_ids: dict[int, str] = {}
        self._dues: dict[tuple[str, int], int] = {}
        self._heap: list[Due] = []

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one record by another; the inverse is the call with both exchanged."""
        known = before if before is not None else after
        assert known is not None
        table = known.table
        if table == ORDER:
            self._apply_order(cast("Order | None", before), cast("Order | None", after))
        elif table == "instrument_state":
            _store(self.states, place, cast("InstrumentState | None", after))
        elif table == "instrument":
            _store(self.instruments, place, cast("Instrument | None", after))
        else:
            self._apply_client_id(cast("ClientId | None", before), cast("ClientId | None", after))

    def book(self, instrument: str) -> Book:
        """The book of an instrument, an empty one when nothing rests."""
        return self.books.get(instrument) or Book()

    def holder(self, account: str) -> Holder:
        """The open orders of an account."""
        return self.by_account.get(account) or Holder()

    def due_until(self, time: int, limit: int) -> list[Due]:
        """Up to `limit` items due at a block time in ms, first to leave first."""
        found: list[Due] = []
        heap = self._heap
        while heap and heap[0].due <= time and len(found) < limit:
            item = heappop(heap)
            is_again = bool(found) and found[-1] == item
            if self._dues.get((item.kind, item.no)) == item.due and not is_again:
                found.append(item)
        for item in found:
            heappush(heap, item)
        return found

    def next_due(self) -> int | None:
        """The time in ms of the first item, or None."""
        first = self.due_until(1 << 63, 1)
        return first[0].due if first else None

    def dump(self) -> dict[str, object]:
        """Everything that follows from the records, in one defined order."""
        return {
            "books": {
                name: (_side_dump(self.books[name].bids), _side_dump(self.books[name].asks))
                for name in sorted(self.books)
            },
            "accounts": {
                name: (sorted(holder.orders), _sums_dump(holder))
                for name, holder in sorted(self.by_account.items())
            },
            "instruments": sorted(self.instruments.items()),
            "states": sorted(self.states.items()),
            "client_ids": sorted(self.client_ids.items()),
            "dues": sorted(self._dues.items()),
        }

    def _apply_order(self, before: Order | None, after: Order | None) -> None:
        if before is None:
            assert after is not None
            self._add(after)
        elif after is None:
            self._remove(before)
        elif _keeps_place(before, after):
            side, key = self._side(after)
            side.change(key, before, after)
            holder = self.by_account[after.account]
            holder.orders[after.no] = after
            holder.sums[after.instrument][after.side != BUY] += after.open - before.open
        else:
            self._remove(before)
            self._add(after)

    def _side(self, order: Order) -> tuple[BookSide, int]:
        book = self.books[order.instrument]
        price = order.price
        assert price is not None
        return (book.bids, -price) if order.side == BUY else (book.asks, price)

    def _add(self, order: Order) -> None:
        no, account, instrument = order.no, order.account, order.instrument
        if order.state == "open":
            if instrument not in self.books:
                self.books[instrument] = Book()
            side, key = self._side(order)
            side.add(key, order)
        holder = self.by_account.get(account)
        if holder is None:
            holder = self.by_account[account] = Holder()
        holder.orders[no] = order
        sums = holder.sums.get(instrument)
        if sums is None:
            sums = holder.sums[instrument] = [0, 0]
        sums[order.side != BUY] += order.open
        self._add_due(Due(order.expires, ORDER, no))

    def _remove(self, order: Order) -> None:
        instrument = order.instrument
        if order.state == "open":
            side, key = self._side(order)
            side.remove(key, order)
            book = self.books[instrument]
            if not book.bids.keys and not book.asks.keys:
                del self.books[instrument]
        holder = self.by_account[order.account]
        del holder.orders[order.no]
        sums = holder.sums[instrument]
        sums[order.side != BUY] -= order.open
        if sums == [0, 0]:
            del holder.sums[instrument]
        if not holder.orders:
            del self.by_account[order.account]
        del self._dues[(ORDER, order.no)]

    def _apply_client_id(self, before: ClientId | None, after: ClientId | None) -> None:
        if before is not None:
            del self.client_ids[before.no]
            del self._dues[(CLIENT_ID, before.no)]
        if after is not None:
            self.client_ids[after.no] = after.place()
            self._add_due(Due(after.due, CLIENT_ID, after.no))

    def _add_due(self, item: Due) -> None:
        self._dues[(item.kind, item.no)] = item.due
        heappush(self._heap, item)
        if len(self._heap) > 2 * len(self._dues) + SLACK:
            self._heap = [Due(due, kind, no) for (kind, no), due in self._dues.items()]
            heapify(self._heap)


def _keeps_place(before: Order, after: Order) -> bool:
    return (
        before.seq == after.seq
        and before.price == after.price
        and before.rank == after.rank
        and before.state == after.state == "open"
        and before.expires == after.expires
    )


def _store(kept: dict[str, T], place: str, after: T | None) -> None:
    if after is None:
        kept.pop(place, None)
    else:
        kept[place] = after


def _sums_dump(holder: Holder) -> list[tuple[str, int, int]]:
    return [(name, sums[0], sums[1]) for name, sums in sorted(holder.sums.items())]


def _side_dump(side: BookSide) -> list[object]:
    return [
        (key, level.open, level.shown, level.count, [_queue_dump(one) for one in level.queues])
        for key, level in [(key, side.levels[key]) for key in side.keys]
    ]


def _queue_dump(queue: Queue | None) -> tuple[int, list[tuple[int, int]]]:
    """Grams, and sequences with numbers; a queue not made yet equals an empty one."""
    return (0, []) if queue is None else (queue.open, sorted(queue.live.items()))

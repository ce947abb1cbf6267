"""A floor is one instrument while one operation trades on it.

Its figures are read once, change in memory with each fill, and are written back once by `close`:
an operation with a thousand fills puts the state of the instrument one time.
"""

from copy import copy

from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.modules.market.events import Ended, OrdersEnded
from ctn.modules.market.records import (
    AUCTION_PPM,
    COUNTERS,
    MAKER_PPM,
    TAKER_PPM,
    TAPE_SHIFT,
    Counters,
    Instrument,
    InstrumentState,
    Tape,
    Trade,
)

NO_COUNTERS = Counters(1, 1, 0)


class Floor:
    """Instrument, its state at the start, and what changed since."""

    __slots__ = (
        "bottom", "counters", "ended", "feed", "figures", "instrument", "last", "ledger",
        "next", "notional", "open", "qty", "rates", "state", "tail_notional", "tail_qty",
        "top", "trades",
    )  # fmt: skip

    def __init__(self, ledger: Ledger, instrument: Instrument, state: InstrumentState) -> None:
        counters = ledger.get(Counters, COUNTERS) or NO_COUNTERS
        self.ledger = ledger
        self.instrument = instrument
        self.state = state
        self.counters = counters
        self.next = counters.next
        self.rates: tuple[int, int, int] = (
            ledger.param(MAKER_PPM), ledger.param(TAKER_PPM), ledger.param(AUCTION_PPM),
        )  # fmt: skip
        self.feed = state.feed_seq
        self.last = state.last
        self.open = state.open
        self.top = state.top
        self.bottom = state.bottom
        self.qty = state.qty
        self.notional = state.notional
        self.figures = state.trades
        self.tail_qty = state.tail_qty
        self.tail_notional = state.tail_notional
        self.trades: list[Trade] = []
        self.ended: list[Ended] = []

    def twin(self) -> "Floor":
        """A floor in the same state, for a trial that may be thrown away."""
        twin = copy(self)
        twin.trades = list(self.trades)
        twin.ended = list(self.ended)
        return twin

    def number(self) -> int:
        """The next number of the one counter that orders and sequences share."""
        number = self.next
        self.next = number + 1
        return number

    def trade_number(self) -> int:
        """The number of the next trade."""
        return self.counters.trade + len(self.trades)

    def count(self, trade: Trade) -> None:
        """Let a counted trade make last, open, high, low and the sums of the day (market.md 1)."""
        price = trade.price
        self.last = price
        if self.open is None or self.top is None or self.bottom is None:
            self.open = self.top = self.bottom = price
        elif price > self.top:
            self.top = price
        elif price < self.bottom:
            self.bottom = price
        self.figures += 1
        if self.qty + trade.qty > INT_MAX or self.notional + trade.notional > INT_MAX:
            return  # the mean of what a record can hold stands for the rest of the day
        self.qty += trade.qty
        self.notional += trade.notional
        if trade.time >= self.state.tail_from:
            self.tail_qty += trade.qty
            self.tail_notional += trade.notional

    def close(self) -> None:
        """Write back numbers, tape and state, and tell which orders ended."""
        ledger, counters = self.ledger, self.counters
        ledger.put(Counters(self.next, self.trade_number(), counters.tape), COUNTERS)
        if self.trades:
            self._close_tape()
        if self.feed != self.state.feed_seq:
            ledger.put(self._closed_state(), self.instrument.id)
        if self.ended:
            ledger.emit(OrdersEnded(tuple(self.ended), False))

    def _closed_state(self) -> InstrumentState:
        # Built by hand: `replace` costs a multiple, and this runs once an order.
        old = self.state
        return InstrumentState(
            old.instrument, self.feed, old.phase, old.phase_end, old.halts, old.batch_at,
            old.day, old.day_end, old.book_end, old.tail_from, old.ref, old.low, old.high,
            self.last, old.mark, old.mark_slot, self.open, self.top, self.bottom, self.qty,
            self.notional, self.figures, self.tail_qty, self.tail_notional,
        )  # fmt: skip

    def _close_tape(self) -> None:
        chunks: dict[int, list[Trade]] = {}
        for trade in self.trades:
            chunks.setdefault(trade.no >> TAPE_SHIFT, []).append(trade)
        for number, trades in chunks.items():
            place = f"{number:020d}"
            tape = self.ledger.get(Tape, place)
            kept = () if tape is None else tape.trades
            self.ledger.put(Tape(number, (*kept, *trades)), place)

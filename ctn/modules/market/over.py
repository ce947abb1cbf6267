"""Resting orders that are over though no user ended them: outside the new band, or delisted.

Every rule passes them over from that moment; the due queue takes them out, lowest number first.
"""

from collections.abc import Iterator
from heapq import nsmallest

from ctn.modules.market.book import Book, Books, BookSide
from ctn.modules.market.records import Instrument, InstrumentState


def rests_any(book: Book) -> bool:
    """Whether an order rests in a book."""
    return bool(book.bids.keys or book.asks.keys)


def is_in_use(books: Books, instrument: Instrument) -> bool:
    """Whether an instrument trades or may again, or orders of it still wait for their end."""
    return instrument.status != "delisted" or rests_any(books.book(instrument.id))


def is_crossed(book: Book) -> bool:
    """Whether the best bid would trade with the best ask, as it may after a call."""
    bid, ask = book.bids.best(), book.asks.best()
    return bid is not None and ask is not None and bid >= ask


def is_any_outside(book: Book, state: InstrumentState) -> bool:
    """Whether an order rests outside the band; the best prices tell."""
    bid, ask = book.bids.best(), book.asks.best()
    return (bid is not None and bid > state.high) or (ask is not None and ask < state.low)


def outside_band(book: Book, state: InstrumentState, limit: int) -> list[int]:
    """The `limit` lowest numbers of bids above the band and asks below it."""
    # Keys are minus the price for bids, the price for asks, so both worst keys are below a bound.
    bids = _numbers(book.bids, -state.high)
    asks = _numbers(book.asks, state.low)
    return nsmallest(limit, [*bids, *asks])


def resting(book: Book, limit: int) -> list[int]:
    """The `limit` lowest numbers of all orders that rest in a book."""
    return nsmallest(limit, [*_numbers(book.bids, None), *_numbers(book.asks, None)])


def _numbers(side: BookSide, below: int | None) -> Iterator[int]:
    for key in side.keys:
        if below is not None and key >= below:
            return
        for queue in side.levels[key].queues:
            if queue is not None:
                yield from queue.live.values()

"""The end of a call: what gathered in it meets at one price (market.md 5).

The price is the one at which most is traded. Each side is served by price, rank and height; those
equal in all three share by what they have open, because one block is one moment.
"""

from itertools import groupby
from typing import NamedTuple

from ctn.kernel.ledger import Ledger
from ctn.modules.identity.reads import discount_bp, is_same_owner
from ctn.modules.market.book import Books, BookSide
from ctn.modules.market.events import Cleared, ClearingCut
from ctn.modules.market.floor import Floor
from ctn.modules.market.matching import cause_over, end_maker, with_open
from ctn.modules.market.mutators import Fill, Party, forget_order, held, release, settle
from ctn.modules.market.over import is_crossed
from ctn.modules.market.phases import put_phase
from ctn.modules.market.records import (
    CLEARING_PAIRS,
    PAIRS_MAX,
    Instrument,
    InstrumentState,
    Order,
)
from ctn.modules.market.rules import (
    GRAMS_PER_TONNE,
    Clearing,
    clearing_price,
    fee,
    multiplier,
    shared_lots,
)


class Pair(NamedTuple):
    """Grams of a bid and an ask that meet, by the numbers of both orders."""

    bid: int
    ask: int
    qty: int


class Crossing(NamedTuple):
    """The orders of both sides that a price between the best bid and ask may serve, best first."""

    bids: list[Order]
    asks: list[Order]


def clear_call(ledger: Ledger, instrument: Instrument, state: InstrumentState) -> None:
    """Trade what crosses at one price and open the book; what is too much waits for a block."""
    floor = Floor(ledger, instrument, state)
    book = ledger.index(Books).book(instrument.id)
    left = PAIRS_MAX
    while left > 0 and (crossing := _crossing(floor)) is not None:
        # One that only ends orders of one owner reads as many others: so few of them a block.
        left -= max(_clear_once(floor, crossing, left), CLEARING_PAIRS)
    floor.close()
    fresh = ledger.index(Books).states[instrument.id]
    if is_crossed(book):
        ledger.emit(ClearingCut(instrument.id, PAIRS_MAX))
    else:
        put_phase(ledger, instrument, fresh, "open")


def _crossing(floor: Floor) -> Crossing | None:
    """The orders in the crossing range, of which those that are over end; None when none cross."""
    book = floor.ledger.index(Books).book(floor.instrument.id)
    while is_crossed(book):
        low, high = book.asks.best(), book.bids.best()
        assert low is not None
        assert high is not None
        found = Crossing(_within(floor, book.bids, -low), _within(floor, book.asks, high))
        orders = [*found.bids, *found.asks]
        over = [(order, cause) for order in orders if (cause := cause_over(floor, order))]
        if not over:
            return found
        for order, cause in over:
            end_maker(floor, order, cause)
    return None


def _clear_once(floor: Floor, crossing: Crossing, most: int) -> int:
    """One clearing, as far as `most` pairs go; how many pairs there were, at least one."""
    book = floor.ledger.index(Books).book(floor.instrument.id)
    found = _price(floor, book.bids, book.asks)
    bids = served(crossing.bids, found.qty, floor.instrument.lot)
    asks = served(crossing.asks, found.qty, floor.instrument.lot)
    pairs = _zipped(bids, asks)[:most]
    traded = sum([_meet(floor, pair, found.price) for pair in pairs])
    if traded:
        floor.ledger.emit(
            Cleared(floor.instrument.id, found.price, traded, found.demand, found.supply)
        )
    return len(pairs)


def _price(floor: Floor, bids: BookSide, asks: BookSide) -> Clearing:
    low, high = asks.best(), bids.best()
    assert low is not None
    assert high is not None
    anchor = floor.state.ref if floor.last is None else floor.last
    demand = [(-key, bids.levels[key].open) for key in bids.keys if -key >= low]
    supply = [(key, asks.levels[key].open) for key in asks.keys if key <= high]
    return clearing_price(demand, supply, anchor=anchor, tick=floor.instrument.tick)


def _within(floor: Floor, side: BookSide, key_max: int) -> list[Order]:
    """The orders of a side up to a key, best price first, then rank, height and number."""
    found: list[Order] = []
    for key in side.keys:
        if key > key_max:
            break
        for queue in side.levels[key].queues:
            numbers = () if queue is None else queue.live.values()
            orders = [floor.ledger.get(Order, f"{number:020d}") for number in numbers]
            level = [order for order in orders if order is not None]
            found += sorted(level, key=lambda order: (order.height, order.no))
    return found


def served(orders: list[Order], qty: int, lot: int) -> list[tuple[int, int]]:
    """What each order, best first, gets of `qty` grams in whole lots: (number, grams).

    As much as trades at a price is open at it or better, so nobody beyond his limit gets any.
    """
    given: list[tuple[int, int]] = []
    rest = qty // lot  # exact: all that is open is whole lots
    for _class, group in groupby(orders, key=_class_of):
        if rest == 0:
            break
        members = list(group)
        lots = shared_lots([order.open // lot for order in members], rest)
        given += [(order.no, n * lot) for order, n in zip(members, lots, strict=True) if n]
        rest -= sum(lots)
    return given


def _class_of(order: Order) -> tuple[int | None, int, int]:
    """What orders must share to be served alike."""
    return order.price, order.rank, order.height


def _zipped(bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> list[Pair]:
    """Both sides laid beside each other in their order."""
    pairs: list[Pair] = []
    place, left = 0, asks[0][1]
    for bid, grams in bids:
        open_grams = grams
        while open_grams:
            qty = min(open_grams, left)
            pairs.append(Pair(bid, asks[place][0], qty))
            open_grams -= qty
            left -= qty
            if not left and place + 1 < len(asks):
                place += 1
                left = asks[place][1]
    return pairs


def _meet(floor: Floor, pair: Pair, price: int) -> int:
    """Trade a pair; of one owner's, who joined since, the newer order ends. The grams traded."""
    bid = floor.ledger.get(Order, f"{pair.bid:020d}")
    ask = floor.ledger.get(Order, f"{pair.ask:020d}")
    if bid is None or ask is None:
        return 0
    if is_same_owner(floor.ledger, bid.account, ask.account):
        end_maker(floor, bid if bid.seq > ask.seq else ask, "stp")
        return 0
    kept_bid, bought = _party(floor, bid, price, pair.qty)
    kept_ask, sold = _party(floor, ask, price, pair.qty)
    trade = settle(floor, Fill("call", price, pair.qty, bought, sold, None))
    surplus = held(bid) - held(kept_bid) - trade.notional - bought.fee
    if surplus:
        release(floor.ledger, floor.instrument, bid, surplus)
    for order in (kept_bid, kept_ask):
        if order.open:
            floor.ledger.put(order, f"{order.no:020d}")
        else:
            forget_order(floor.ledger, order)
    floor.feed += 1
    return pair.qty


def _party(floor: Floor, order: Order, price: int, qty: int) -> tuple[Order, Party]:
    """An order after a trade, and what it gives in it: both sides pay the auction rate."""
    discount = discount_bp(floor.ledger, order.account)
    rate = min(order.cap, multiplier(floor.rates[2], discount))
    charged, credit = fee(rate, price * qty // GRAMS_PER_TONNE, order.credit)
    kept = with_open(order, order.qty, order.open - qty, credit)
    name = f"order:{order.no}"
    return kept, Party(order.account, name, name, charged, order.rank, order.seq, kept.open)

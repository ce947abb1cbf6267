"""Writes into the market that other modules and its own operations ask for.

`settle` is the one place where a trade happens: both legs in one draft, or neither (market.md
12.1). `end_orders` is the one way an order ends untraded: its reservation goes back with it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ctn.kernel.ledger import Ledger
from ctn.modules.accounts import mutators as accounts
from ctn.modules.accounts.mutators import receive
from ctn.modules.market.book import Books
from ctn.modules.market.events import Ended, OrdersEnded, Reason, Traded
from ctn.modules.market.floor import Floor
from ctn.modules.market.records import (
    REOPENING,
    Instrument,
    InstrumentState,
    Order,
    Reopening,
    Side,
    Trade,
    TradeMode,
)
from ctn.modules.market.rules import GRAMS_PER_TONNE, reservation

COUNTED = ("book", "call", "batch", "listed")
EXPIRED = ("expired", "band")


class Party(NamedTuple):
    """One side of a fill: who, out of which account it gives, and its fee in quote.

    `ref` names its order or listing; `rank`, `seq` and `open` say how that stands after the fill.
    """

    account: str
    source: str
    ref: str
    fee: int
    rank: int
    seq: int
    open: int


class Fill(NamedTuple):
    """What is exchanged between two parties, in which mode, and whose order came second."""

    mode: TradeMode
    price: int
    qty: int
    buyer: Party
    seller: Party
    taker: Side | None


def settle(floor: Floor, fill: Fill) -> Trade:
    """Exchange both legs and the fees, append to the tape, count, and tell the trade.

    The buyer's source pays notional and fee; the seller gets the notional less his own fee.
    """
    ledger, instrument = floor.ledger, floor.instrument
    buyer, seller = fill.buyer, fill.seller
    amount = fill.price * fill.qty // GRAMS_PER_TONNE
    quote = instrument.quote
    # What a seller gets may be his first money, which no carousel takes out at once.
    receive(ledger, seller.account, quote)
    ledger.move(instrument.asset, fill.qty, source=seller.source, target=buyer.account)
    # A notional of a lot is at least 20 units and a rate at most 5 %, so a seller always gets some.
    ledger.move(quote, amount - seller.fee, source=buyer.source, target=seller.account)
    fees = buyer.fee + seller.fee
    if fees:
        ledger.move(quote, fees, source=buyer.source, target="fees:" + instrument.id)
    trade = _trade(floor, fill, amount)
    floor.trades.append(trade)
    floor.feed += 1
    if fill.mode in COUNTED:
        floor.count(trade)
    ledger.emit(
        Traded(
            trade.no, trade.instrument, trade.mode, trade.price, trade.qty, amount,
            trade.buyer, trade.seller, trade.buyer_ref, trade.seller_ref, trade.taker,
            trade.fees, (buyer.open, seller.open), trade.ranks, (buyer.seq, seller.seq),
        )
    )  # fmt: skip
    return trade


def end_orders(
    ledger: Ledger, orders: Iterable[tuple[Order, Reason]], *, more: bool = False
) -> None:
    """End orders of any instruments, give back what they hold, and tell it in one event."""
    ended: list[Ended] = []
    feeds: dict[str, int] = {}
    for order, reason in orders:
        instrument = ledger.get(Instrument, order.instrument)
        assert instrument is not None
        ended.append(drop_order(ledger, instrument, order, reason))
        feeds[order.instrument] = feeds.get(order.instrument, 0) + 1
    for name, count in feeds.items():
        state = ledger.get(InstrumentState, name)
        assert state is not None
        ledger.put(state.replace(feed_seq=state.feed_seq + count), name)
    ledger.emit(OrdersEnded(tuple(ended), more))


def drop_order(ledger: Ledger, instrument: Instrument, order: Order, reason: Reason) -> Ended:
    """Forget one order and give back what it holds; the caller tells it and counts the feed."""
    release(ledger, instrument, order, held(order))
    forget_order(ledger, order)
    return ended_row(order, order.open, reason)


def rest_order(ledger: Ledger, order: Order) -> None:
    """Remember an order that rests now; the first of its account keeps that from being closed."""
    if not ledger.index(Books).holder(order.account).orders:
        accounts.hold(ledger, order.account, "order")
    ledger.put(order, f"{order.no:020d}")


def forget_order(ledger: Ledger, order: Order) -> None:
    """Forget an order that rested; the last of its account keeps that no longer."""
    ledger.drop(Order, f"{order.no:020d}")
    if not ledger.index(Books).holder(order.account).orders:
        accounts.release(ledger, order.account, "order")


def release(ledger: Ledger, instrument: Instrument, order: Order, amount: int) -> None:
    """Give a part of an order's reservation back to its owner."""
    asset = instrument.quote if order.side == "buy" else instrument.asset
    ledger.move(asset, amount, source=f"order:{order.no}", target=order.account)


def held(order: Order) -> int:
    """What an order holds by the rule of its reservation."""
    assert order.price is not None
    return reservation(
        order.side == "buy", order.price, order.open, cap=order.cap, credit=order.credit
    )


def ended_row(order: Order, left: int, reason: Reason) -> Ended:
    """How an order that ends with `left` grams untraded is told."""
    state = "expired" if reason in EXPIRED else "cancelled"
    return Ended(order.no, order.account, order.instrument, left, state, reason)


def reopen_all(ledger: Ledger) -> None:
    """Let every open book reopen by a call with the next block."""
    ledger.put(Reopening(ledger.block.time), REOPENING)


def _trade(floor: Floor, fill: Fill, amount: int) -> Trade:
    buyer, seller, block = fill.buyer, fill.seller, floor.ledger.block
    return Trade(
        floor.trade_number(), floor.instrument.id, fill.mode, fill.price, fill.qty, amount,
        buyer.account, seller.account, buyer.ref, seller.ref, fill.taker,
        (buyer.fee, seller.fee), (0, 0), (buyer.rank, seller.rank),
        floor.state.mark, block.height, block.time, floor.state.day,
    )  # fmt: skip

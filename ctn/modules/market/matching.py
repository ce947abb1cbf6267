"""Continuous matching: price, then tier, then time, always at the maker's price (market.md 4).

The incoming order, the taker, gives straight out of its owner's account while it trades; only
what rests afterwards moves into `order:<no>`. A maker that is over (out of the band, expired, no
trader any more) ends when the taker reaches it, and counts as touched.
"""

from itertools import islice

from ctn.kernel.ledger import Ledger
from ctn.modules.identity.reads import discount_bp, is_same_owner, is_trader, roles
from ctn.modules.market.book import Books, BookSide
from ctn.modules.market.events import OrderChanged, Reason
from ctn.modules.market.floor import Floor
from ctn.modules.market.mutators import (
    Fill,
    Party,
    drop_order,
    ended_row,
    forget_order,
    held,
    release,
    rest_order,
    settle,
)
from ctn.modules.market.records import Order, Side
from ctn.modules.market.refusals import WouldCross
from ctn.modules.market.rules import GRAMS_PER_TONNE, fee, multiplier


class Taker:
    """An incoming order while it matches; `left` makers may still be touched."""

    __slots__ = ("credit", "left", "open", "opposite", "order", "qty", "rate", "reason")

    def __init__(self, floor: Floor, order: Order, *, fills_max: int, rate: int) -> None:
        self.order = order
        self.qty = order.qty
        self.open = order.open
        self.credit = order.credit
        self.rate = rate
        self.left = fills_max
        self.reason: Reason | None = None
        self.opposite = opposite_side(floor.ledger, order.instrument, order.side)


def opposite_side(ledger: Ledger, instrument: str, side: str) -> BookSide:
    """The side of the book that an order of `side` trades with."""
    book = ledger.index(Books).book(instrument)
    return book.asks if side == "buy" else book.bids


def trade(floor: Floor, taker: Taker) -> Floor:
    """Match a taker, and let what is left rest or end; returns the floor that is to be closed.

    In a call nothing matches yet, so all of it rests.

    A fill-or-kill order is tried: when not all of it is filled, all of the trial is undone.
    """
    if floor.state.phase == "call":
        finish(floor, taker)
        return floor
    if taker.order.tif != "fok":
        match(floor, taker)
        finish(floor, taker)
        return floor
    mark, tried = floor.ledger.mark(), floor.twin()
    match(tried, taker)
    if taker.open == 0:
        return tried
    floor.ledger.undo(mark)
    floor.ended.append(ended_row(taker.order, taker.order.open, "fok"))
    return floor


def match(floor: Floor, taker: Taker) -> None:
    """Trade until the taker is filled, nothing crosses, or a reason ends it."""
    while taker.open:
        maker = first_maker(floor, taker)
        if maker is None:
            return
        if taker.order.post_only:
            raise WouldCross(price=taker.order.price, best=maker.price)
        if taker.left == 0:
            taker.reason = "fills_max"
            return
        taker.left -= 1
        if is_same_owner(floor.ledger, taker.order.account, maker.account):
            if taker.order.tif == "fok":
                return
            avoid_self_trade(floor, taker, maker)
            if taker.reason is not None:
                return
        else:
            fill(floor, taker, maker)


def first_maker(floor: Floor, taker: Taker) -> Order | None:
    """The first opposite order within the taker's limit; those before it that are over end."""
    side, limit = taker.opposite, taker.order.price
    assert limit is not None
    keys = side.keys
    is_buy = taker.order.side == "buy"
    while keys and (keys[0] <= limit if is_buy else keys[0] <= -limit):
        maker = floor.ledger.get(Order, f"{side.head():020d}")
        assert maker is not None
        reason = cause_over(floor, maker)
        if reason is None:
            return maker
        if taker.left == 0:
            taker.reason = "fills_max"
            return None
        taker.left -= 1
        end_maker(floor, maker, reason)
    return None


def best_opposite(floor: Floor, side: Side, most: int) -> int | None:
    """The best price that an order of `side` could trade at; None if the first `most` are over."""
    numbers = opposite_side(floor.ledger, floor.instrument.id, side).first(most)
    for number in islice(numbers, most):
        order = floor.ledger.get(Order, f"{number:020d}")
        assert order is not None
        if cause_over(floor, order) is None:
            return order.price
    return None


def cause_over(floor: Floor, maker: Order) -> Reason | None:
    """Why a resting order is over although it still stands, or None."""
    price, state = maker.price, floor.state
    assert price is not None
    if price > state.high if maker.side == "buy" else price < state.low:
        return "band"
    if maker.expires <= floor.ledger.block.time:
        return "expired"
    is_here = is_trader(floor.ledger, maker.account) and is_eligible(floor, maker.account)
    return None if is_here else "freeze"


def is_eligible(floor: Floor, account: str) -> bool:
    """Whether an account, which is ordinary at least, holds a role that the instrument is for."""
    eligible = floor.instrument.eligible
    if "ordinary" in eligible:
        return True
    held = [role.value for role in roles(floor.ledger, account)]
    return any(role in held for role in eligible)


def end_maker(floor: Floor, maker: Order, reason: Reason) -> None:
    """End a resting order of the floor's instrument."""
    floor.ended.append(drop_order(floor.ledger, floor.instrument, maker, reason))
    floor.feed += 1


def avoid_self_trade(floor: Floor, taker: Taker, maker: Order) -> None:
    """Let the taker's wish decide which of two orders of one owner loses (market.md 3.5)."""
    wish = taker.order.stp
    lost = min(taker.open, maker.open)
    is_shared = wish == "decrement"
    if wish in ("cancel_maker", "cancel_both") or (is_shared and lost == maker.open):
        end_maker(floor, maker, "stp")
    elif is_shared:
        _decrease_maker(floor, maker, lost)
    if wish in ("cancel_taker", "cancel_both") or (is_shared and lost == taker.open):
        taker.reason = "stp"
    elif is_shared:
        taker.open -= lost
        taker.qty -= lost
        tell_changed(floor, taker.order, taker.qty, taker.open)


def _decrease_maker(floor: Floor, maker: Order, lost: int) -> None:
    """Both lose as many grams untraded; the maker keeps its place and its order shrinks."""
    kept = with_open(maker, maker.qty - lost, maker.open - lost, maker.credit)
    surplus = held(maker) - held(kept)
    if surplus:
        release(floor.ledger, floor.instrument, maker, surplus)
    floor.ledger.put(kept, f"{maker.no:020d}")
    floor.feed += 1
    tell_changed(floor, kept, kept.qty, kept.open)


def tell_changed(floor: Floor, order: Order, qty: int, left: int) -> None:
    """Tell that an order stands otherwise than it was placed."""
    assert order.price is not None
    floor.ledger.emit(
        OrderChanged(
            order.no, order.account, order.instrument, order.price, qty, left,
            order.expires, order.rank, order.seq,
        )
    )  # fmt: skip


def fill(floor: Floor, taker: Taker, maker: Order) -> None:
    """Trade what both have open, at the maker's price, each paying his own fee."""
    order, ledger = taker.order, floor.ledger
    price = maker.price
    assert price is not None
    qty = min(taker.open, maker.open)
    amount = price * qty // GRAMS_PER_TONNE
    rate = min(maker.cap, multiplier(floor.rates[0], discount_bp(ledger, maker.account)))
    maker_fee, maker_credit = fee(rate, amount, maker.credit)
    taker_fee, taker.credit = fee(taker.rate, amount, taker.credit)
    taker.open -= qty
    kept = with_open(maker, maker.qty, maker.open - qty, maker_credit)
    made = Party(
        maker.account, f"order:{maker.no}", f"order:{maker.no}", maker_fee,
        maker.rank, maker.seq, kept.open,
    )  # fmt: skip
    took = Party(
        order.account, order.account, f"order:{order.no}", taker_fee,
        order.rank, order.seq, taker.open,
    )  # fmt: skip
    if maker.side == "buy":
        settle(floor, Fill("book", price, qty, made, took, "sell"))
        surplus = held(maker) - held(kept) - amount - maker_fee
        if surplus:
            release(ledger, floor.instrument, maker, surplus)
    else:
        settle(floor, Fill("book", price, qty, took, made, "buy"))
    if kept.open:
        ledger.put(kept, f"{maker.no:020d}")
    else:
        forget_order(ledger, maker)
    floor.feed += 1


def with_open(order: Order, qty: int, left: int, credit: int) -> Order:
    """An order with another size and credit; built by hand, because every fill does it."""
    return Order(
        order.no, order.account, order.instrument, order.side, order.kind, order.price,
        order.trigger, qty, left, order.display, left, order.tif, order.expires,
        order.post_only, order.stp, order.rank, order.seq, order.height, order.state,
        order.cap, credit, order.via, order.client_id,
    )  # fmt: skip


def finish(floor: Floor, taker: Taker) -> None:
    """Let what is left of a taker rest with its reservation, or end it with its reason."""
    if taker.open == 0:
        return
    order = taker.order
    if taker.reason is None and order.tif in ("gtc", "day", "gtd"):
        _rest(floor, taker)
        return
    floor.ended.append(ended_row(order, taker.open, taker.reason or "ioc"))


def _rest(floor: Floor, taker: Taker) -> None:
    order, instrument = taker.order, floor.instrument
    if taker.open != order.open:
        order = with_open(order, taker.qty, taker.open, taker.credit)
    asset = instrument.quote if order.side == "buy" else instrument.asset
    floor.ledger.move(asset, held(order), source=order.account, target=f"order:{order.no}")
    rest_order(floor.ledger, order)
    floor.feed += 1

"""How an order enters: the checks of market.md 3.2 in their order, then the match.

`market.place_order` and `market.replace_order` share all of it.
"""

from typing import NamedTuple

from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import InsufficientBalance
from ctn.modules.accounts.records import ENTERPRISE, Guard
from ctn.modules.identity.mutators import enter
from ctn.modules.identity.reads import accounts_of, roles, standing
from ctn.modules.market import refusals
from ctn.modules.market.book import Books
from ctn.modules.market.floor import Floor
from ctn.modules.market.matching import Taker, first_maker
from ctn.modules.market.records import (
    BLOCK_ORDERS_MAX,
    OPEN_MAX,
    OPEN_RANKED_MAX,
    ORDER_LIFE_MS,
    Instrument,
    InstrumentState,
    Order,
    Pace,
)
from ctn.modules.market.rules import clip, multiplier, notional, protection, reservation
from ctn.modules.registry.reads import is_tradable


class Terms(NamedTuple):
    """What an owner's standing makes of an order: rank, taker's rate, and both caps.

    `entry_cap` bounds every fee while the order enters, `rest_cap` once it rests (3.3).
    """

    rank: int
    rate: int
    rest_cap: int
    entry_cap: int


def open_state(ledger: Ledger, instrument: Instrument) -> InstrumentState:
    """The state of an instrument whose book takes orders; refuses MarketClosed, BatchFrozen."""
    state = ledger.get(InstrumentState, instrument.id)
    if instrument.status != "active" or "book" not in instrument.modes:
        raise refusals.MarketClosed(instrument=instrument.id, status=instrument.status)
    if state is None or state.phase not in ("open", "call"):
        phase = "closed" if state is None else state.phase
        raise refusals.MarketClosed(instrument=instrument.id, phase=phase)
    if not is_tradable(ledger, instrument.asset):
        raise refusals.BatchFrozen(asset=instrument.asset)
    return state


def check_eligible(ledger: Ledger, instrument: Instrument, sender: str) -> None:
    """Refuse an account that holds none of the instrument's roles; the op asks for ordinary."""
    if "ordinary" in instrument.eligible:
        return
    held = [role.value for role in roles(ledger, sender)]
    if not any(role in held for role in instrument.eligible):
        raise refusals.NotEligible(instrument=instrument.id, eligible=list(instrument.eligible))


def check_size(instrument: Instrument, state: InstrumentState, price: int | None, qty: int) -> None:
    """Refuse a price off tick or outside the band, a quantity off lot or out of range."""
    if price is not None and price % instrument.tick:
        raise refusals.OffTick(price=price, tick=instrument.tick)
    if qty % instrument.lot:
        raise refusals.OffLot(qty=qty, lot=instrument.lot)
    if qty < instrument.lot:
        raise refusals.QtyTooSmall(qty=qty, least=instrument.lot)
    if qty > instrument.qty_max:
        raise refusals.QtyTooLarge(qty=qty, most=instrument.qty_max)
    if price is not None and not state.low <= price <= state.high:
        raise refusals.OutsideBand(price=price, low=state.low, high=state.high)


def check_expiry(ledger: Ledger, expires: int) -> None:
    """Refuse an expiry that is past or more than 90 days ahead."""
    now = ledger.block.time
    if not now < expires <= now + ORDER_LIFE_MS:
        raise refusals.ExpiryInvalid(expires=expires, latest=now + ORDER_LIFE_MS)


def next_pace(ledger: Ledger, sender: str) -> Pace:
    """The account's count of ops in this block with one more; refuses RateLimited."""
    pace, height = ledger.get(Pace, sender), ledger.block.height
    if pace is None or pace.height != height:
        return Pace(height, 1)
    if pace.count >= BLOCK_ORDERS_MAX:
        raise refusals.RateLimited(most=BLOCK_ORDERS_MAX)
    return Pace(height, pace.count + 1)


def check_count(ledger: Ledger, sender: str, rank: int) -> None:
    """Refuse one more order of an account that has as many open as it may."""
    count = len(ledger.index(Books).holder(sender).orders)
    if count < OPEN_MAX:
        return
    guard = ledger.get(Guard, sender)
    is_ranked = rank >= 1 or (guard is not None and guard.kind == ENTERPRISE)
    most = OPEN_RANKED_MAX if is_ranked else OPEN_MAX
    if count >= most:
        raise refusals.TooManyOrders(open=count, most=most)


def terms_of(floor: Floor, sender: str) -> Terms:
    """Rank, rate and caps of an order that enters now."""
    found = standing(floor.ledger, sender)
    rank, discount = (0, 0) if found is None else (found.rank, found.discount_bp)
    maker, taker, auction = floor.rates
    rest = multiplier(max(maker, auction), discount)
    rate = multiplier(taker, discount)
    return Terms(rank, rate, rest, max(rest, rate))


def enter_value(floor: Floor, order: Order, before: int = 0) -> None:
    """Count an order at its limit as value that its owner enters; refuses DailyValueExceeded.

    `before` is what the same order was counted at when it stood before.
    """
    assert order.price is not None
    value = notional(order.price, order.open) - before
    if value > 0:
        enter(floor.ledger, order.account, floor.instrument.quote, value)


def check_funds(floor: Floor, order: Order, cap: int) -> None:
    """Refuse an order that its owner could not pay in full, whatever fills come."""
    is_buy = order.side == "buy"
    asset = floor.instrument.quote if is_buy else floor.instrument.asset
    assert order.price is not None
    need = reservation(is_buy, order.price, order.open, cap=cap, credit=order.credit)
    have = floor.ledger.balance(order.account, asset)
    if have < need:
        raise InsufficientBalance(account=order.account, asset=asset, have=have, need=need)


def check_self_trade(floor: Floor, order: Order) -> None:
    """Refuse an order that an open one of the same owner could meet in a call.

    Nobody is to set the price of a clearing against himself (market.md 3.5).
    """
    assert order.price is not None
    books, is_buy = floor.ledger.index(Books), order.side == "buy"
    for account in accounts_of(floor.ledger, order.account):
        own_orders = books.holder(account).orders
        # By number: in which order an index holds them depends on what was undone and restarted.
        for number in sorted(own_orders):
            own = own_orders[number]
            if own.instrument != order.instrument or own.side == order.side:
                continue
            assert own.price is not None
            if own.price <= order.price if is_buy else own.price >= order.price:
                raise refusals.SelfTrade(order=own.no, price=own.price)


def worst_price(floor: Floor, taker: Taker, protect_bp: int) -> int | None:
    """The protection price of a market order, None when nothing opposes it (3.1).

    The taker comes with the edge of the band as its price; makers that are over end on the way.
    """
    maker = first_maker(floor, taker)
    if maker is None:
        return None
    is_buy = taker.order.side == "buy"
    assert maker.price is not None
    price = protection(is_buy, maker.price, protect_bp, floor.instrument.tick)
    return clip(price, floor.state.low, floor.state.high)

"""How an order enters: the checks of market.md 3.2 in their order, then the match.

`market.place_order` and `market.replace_order` share all of it.
"""

from typing import NamedTuple

from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import InsufficientBalance
from ctn.modules.accounts.records import ENTERPRISE, Guard
from ctn.modules.identity.mutators import enter
from ctn.modules.identity.reads import accounts_of, standing
from ctn.modules.market import refusals
from ctn.modules.market.book import Books
from ctn.modules.market.floor import Floor
from ctn.modules.market.matching import Taker, best_opposite, first_maker, is_eligible
from ctn.modules.market.records import (
    BLOCK_ORDERS_MAX,
    OPEN_MAX,
    OPEN_RANKED_MAX,
    ORDER_LIFE_MS,
    Instrument,
    InstrumentState,
    Order,
    Pace,
    Side,
)
from ctn.modules.market.rules import BP, clip, multiplier, notional, protection, reservation
from ctn.modules.registry.reads import is_tradable

ORDERS_PER_UNIT = 20  # that many orders in memory are looked at in the time of one read


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
    # A freeze suspends the book, and whoever asks is told of the freeze.
    if not is_tradable(ledger, instrument.asset):
        raise refusals.BatchFrozen(asset=instrument.asset)
    if state is None or state.phase not in ("open", "call"):
        phase = "closed" if state is None else state.phase
        raise refusals.MarketClosed(instrument=instrument.id, phase=phase)
    return state


def check_eligible(floor: Floor, sender: str) -> None:
    """Refuse an account that holds none of the instrument's roles; the op asks for ordinary."""
    if not is_eligible(floor, sender):
        instrument = floor.instrument
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


def check_collar(floor: Floor, side: Side, *, price: int, fills_max: int) -> None:
    """Refuse a limit that is worse for its owner than the base by more than the collar (14).

    The base is the best opposite price in phase open, else the last, else the reference; it is
    looked for among as many opposite orders as the operation may touch, and one more. A collar
    of 0 bp is none.
    """
    state, collar_bp = floor.state, floor.instrument.collar_bp
    if collar_bp == 0:
        return
    base = best_opposite(floor, side, fills_max + 1) if state.phase == "open" else None
    if base is None:
        base = state.ref if state.last is None else state.last
    worse = price - base if side == "buy" else base - price
    if worse * BP > collar_bp * base:
        raise refusals.OutsideCollar(price=price, base=base, collar_bp=collar_bp)


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

    Nobody is to set the price of a clearing against himself (market.md 3.5). The work is that of
    all orders of the owner's accounts which have open ones opposite, 20 to a unit.
    """
    assert order.price is not None
    books, is_buy = floor.ledger.index(Books), order.side == "buy"
    for account in accounts_of(floor.ledger, order.account):
        holder = books.holder(account)
        sums = holder.sums.get(order.instrument)
        if sums is None or sums[is_buy] == 0:
            continue  # nothing opposite is open
        floor.ledger.spend_work(len(holder.orders) // ORDERS_PER_UNIT)  # down: a few are free
        # By number: in which order an index holds them depends on what was undone and restarted.
        for number in sorted(holder.orders):
            own = holder.orders[number]
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

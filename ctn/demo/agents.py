"""The agents: what everybody does next, as a function of the seed, the step, and what is seen.

Nothing is remembered between steps, so a world that was stopped goes on from its records. All
prices are whole ticks; the fair price is a seeded walk around the middle of the book, drawn back
to the first reference.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctn.demo import cast as parts
from ctn.demo.cast import Cast
from ctn.demo.listing import QUOTE
from ctn.demo.opening import MILLION, UTC8_MS, reserve
from ctn.demo.quotes import quote
from ctn.demo.seen import Act, Seen
from ctn.demo.stream import Stream
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import DAY_MS
from ctn.kernel.op import Op
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import Instrument
from ctn.modules.registry.records import Beneficiary, Purpose
from ctn.modules.registry.retire import Retire
from ctn.modules.registry.withdraw import Withdraw

Side = Literal["buy", "sell"]
Names = dict[str, list[str]]

OPEN_MAX = 5
FILLS = 20
PROTECT_BP = 150
ORDER_T_MAX = 6
LOW_MONEY = 50_000 * parts.CNY
TOP_UP = 100_000 * parts.CNY
# Whoever may enter less than this today rests until tomorrow.
ROOM_LOW = 20_000 * parts.CNY
MAKER_LOW, MAKER_TOP_UP = 5 * MILLION, 10 * MILLION
FEE_ROOM_BP = 10_050  # of a price: the greatest fee fits with room
KG = 1_000
PURPOSES: tuple[Purpose, ...] = ("emissions_inventory", "product", "event", "travel")
MESSAGES = ("2025 年度排放抵消", "无碳航线", "零碳包装", "Carbon-neutral delivery", "")


class Pace(NamedTuple):
    """How many act in a step: market makers, traders, and one in how many steps for the rest."""

    makers: int
    traders: int
    retire_in: int
    other_in: int


HISTORY = Pace(makers=2, traders=8, retire_in=2, other_in=4)
LIVE = Pace(makers=1, traders=2, retire_in=4, other_in=15)


def acting(seed: int, step: int, pace: Pace) -> Names:
    """Who acts in a step, by what they do; nobody acts twice."""
    draw = Stream(seed, step, "acting")
    traders = [actor.name for actor in parts.TRADERS]
    chosen = draw.some_of(traders, pace.traders)
    makers = list(parts.MARKET_MAKERS)
    found: Names = {"quote": makers if pace.makers > 1 else [makers[step % len(makers)]]}
    found["retire"] = [draw.one_of(parts.RETIRING)] if draw.is_one_in(pace.retire_in) else []
    found["give"], found["withdraw"] = [], []
    if draw.is_one_in(pace.other_in):
        found[draw.one_of(("give", "withdraw"))].append(chosen.pop())
    found["sell"] = [parts.DEVELOPER] if draw.is_one_in(pace.other_in) else []
    found["trade"] = chosen
    found["bank"] = [parts.BANK]
    return found


def acts(cast: Cast, step: int, names: Names, seen: Seen) -> list[Act]:
    """What they do, each as one transaction; nothing before the first instrument is open."""
    if not seen.instruments:
        return []
    return [
        Act(name, tuple(ops))
        for what, actors in names.items()
        for name in actors
        if (ops := _ops(cast, what, Stream(cast.seed, step, what, name), (name, step, seen)))
    ]


def _ops(cast: Cast, what: str, draw: Stream, place: tuple[str, int, Seen]) -> list[Op]:
    name, step, seen = place
    match what:
        case "quote":
            return _quotes(cast, name, step, seen)
        case "trade":
            return _trade(cast, name, seen, draw)
        case "sell":
            return _sell(cast, name, seen, draw)
        case "retire":
            return _retire(cast, name, seen, draw)
        case "give":
            return _give(cast, name, seen, draw)
        case "withdraw":
            return _withdraw(name, seen, draw)
    return list(_bank(cast, step, seen))


# --- orders


def _quotes(cast: Cast, name: str, step: int, seen: Seen) -> list[Op]:
    """A market maker looks at two instruments in turn; both makers see one fair price."""
    listed = sorted(seen.instruments)
    first = 2 * step + parts.MARKET_MAKERS.index(name)
    ops: list[Op] = []
    for place in dict.fromkeys([first % len(listed), (first + 1) % len(listed)]):
        instrument = seen.instruments[listed[place]]
        draw = Stream(cast.seed, step, "fair", instrument.id)
        ops += quote(seen, (name, cast.address(name)), instrument, draw)
    return ops


def _trade(cast: Cast, name: str, seen: Seen, draw: Stream) -> list[Op]:
    """Drop the oldest of too many orders; then take, or stand beside the best, unless the day's
    value of this person is spent.
    """
    if seen.rooms[name] < ROOM_LOW:
        return []
    instrument = seen.instruments[draw.one_of(sorted(seen.instruments))]
    own = [order for order in seen.orders if order.account == cast.address(name)]
    ops: list[Op] = []
    if len(own) >= OPEN_MAX:
        ops.append(CancelOrder(min([order.no for order in own]), None))
    stock = seen.held(name, instrument.asset) // GRAMS_PER_TONNE
    side: Side = "buy" if stock < 1 or draw.is_one_in(2) else "sell"
    price = _limit(seen, instrument, side, draw)
    tonnes = draw.between(1, ORDER_T_MAX)
    if side == "sell":
        tonnes = min(tonnes, stock)
    else:
        tonnes = min(tonnes, seen.held(name, QUOTE) * 10_000 // (price * FEE_ROOM_BP))
    if tonnes < 1:
        return ops
    is_taking = draw.below(10) < 5
    opposite = seen.best(instrument.id, "sell" if side == "buy" else "buy")
    if is_taking and opposite is not None:
        return [*ops, market_order(instrument.id, side, tonnes)]
    return [*ops, limit_order(instrument.id, side, tonnes, price)]


def _limit(seen: Seen, instrument: Instrument, side: Side, draw: Stream) -> int:
    """A price near the best of the own side, on tick and inside the band."""
    state = seen.states[instrument.id]
    best = seen.best(instrument.id, side) or state.last or state.ref
    reach = max(1, best // instrument.tick // 300)
    price = best + instrument.tick * draw.between(-2 * reach, reach if side == "buy" else 2 * reach)
    return max(state.low, min(state.high, price))


def _sell(cast: Cast, name: str, seen: Seen, draw: Stream) -> list[Op]:
    """The developer offers some tonnes a little above the best offer."""
    instrument = seen.instruments[draw.one_of(sorted(seen.instruments))]
    own = [order for order in seen.orders if order.account == cast.address(name)]
    stock = seen.held(name, instrument.asset) // GRAMS_PER_TONNE
    tonnes = min(stock, 10 * draw.between(2, 12))
    if tonnes < 1 or len(own) > 2 * OPEN_MAX:
        return [CancelOrder(min([order.no for order in own]), None)] if own else []
    return [limit_order(instrument.id, "sell", tonnes, _limit(seen, instrument, "sell", draw))]


def market_order(instrument: str, side: Side, tonnes: int) -> PlaceOrder:
    """Take what there is now, no further than the protection."""
    return PlaceOrder(
        instrument, side, "market", tonnes * GRAMS_PER_TONNE, None, None, PROTECT_BP, "ioc",
        None, False, None, "cancel_maker", FILLS, None, None,
    )  # fmt: skip


def limit_order(
    instrument: str, side: Side, tonnes: int, price: int, *, is_now: bool = False
) -> PlaceOrder:
    """An order that stands until it is filled or ended, or only takes now."""
    return PlaceOrder(
        instrument, side, "limit", tonnes * GRAMS_PER_TONNE, price, None, None,
        "ioc" if is_now else "gtc", None, False, None, "cancel_maker", FILLS, None, None,
    )  # fmt: skip


# --- what is done with tonnes


def _retire(cast: Cast, name: str, seen: Seen, draw: Stream) -> list[Op]:
    """Retire some of what is held; or buy, at times in one transaction with the retirement."""
    instrument = seen.instruments[draw.one_of(sorted(seen.instruments))]
    held = seen.held(name, instrument.asset)
    if held >= GRAMS_PER_TONNE and not draw.is_one_in(3):
        grams = min(held, draw.between(1_000, 40_000) * KG)
        # Down to whole kilograms, the least that a certificate can name.
        return [retirement(cast, name, instrument.asset, grams - grams % KG, draw=draw)]
    offer = seen.best(instrument.id, "sell")
    if offer is None:
        return []
    there = seen.depth(instrument.id, "sell", offer) // GRAMS_PER_TONNE
    tonnes = min(
        draw.between(5, 40), seen.held(name, QUOTE) * 10_000 // (offer * FEE_ROOM_BP), there
    )
    if tonnes < 1:
        return []
    bought = limit_order(instrument.id, "buy", tonnes, offer, is_now=True)
    if draw.is_one_in(2):
        return [bought]
    grams = tonnes * GRAMS_PER_TONNE
    return [bought, retirement(cast, name, instrument.asset, grams, draw=draw)]


def retirement(cast: Cast, name: str, batch: str, grams: int, *, draw: Stream) -> Retire:
    """A public claim in a company's own name."""
    address = cast.address(name)
    actor = cast.actors[address]
    beneficiary = Beneficiary(f"{actor.zh} {actor.en}", None, address, "CN")
    return Retire(
        batch, "market", (), grams, beneficiary, "", "voluntary", draw.one_of(PURPOSES),
        draw.one_of(MESSAGES), "CN", None, None, "public", None, None,
    )  # fmt: skip


def _give(cast: Cast, name: str, seen: Seen, draw: Stream) -> list[Op]:
    """A trader hands another a few tonnes."""
    instrument = seen.instruments[draw.one_of(sorted(seen.instruments))]
    others = [actor.name for actor in parts.TRADERS if actor.name != name]
    tonnes = min(draw.between(1, 5), seen.held(name, instrument.asset) // GRAMS_PER_TONNE)
    if tonnes < 1:
        return []
    receiver = cast.address(draw.one_of(others))
    return [Transfer(instrument.asset, tonnes * GRAMS_PER_TONNE, receiver)]


def _withdraw(name: str, seen: Seen, draw: Stream) -> list[Op]:
    """A trader takes a few tonnes off the market, as serials."""
    instrument = seen.instruments[draw.one_of(sorted(seen.instruments))]
    tonnes = min(draw.between(1, 3), seen.held(name, instrument.asset) // GRAMS_PER_TONNE)
    return [Withdraw(instrument.asset, tonnes)] if tonnes else []


# --- money


def _bank(cast: Cast, step: int, seen: Seen) -> Iterator[Op]:
    """Attest the reserve once a day, then pay in for those of the step who run short."""
    money = seen.money
    if money is None:
        return
    due: list[tuple[str, int]] = []
    for name in seen.balances:
        is_maker = name in parts.MARKET_MAKERS
        floor, amount = (MAKER_LOW, MAKER_TOP_UP) if is_maker else (LOW_MONEY, TOP_UP)
        is_short = seen.held(name, QUOTE) < floor and seen.rooms[name] >= amount
        if cast.actors[cast.address(name)].duty is None and is_short:
            due.append((name, amount))
    today = (seen.time + UTC8_MS) // DAY_MS
    if due or money.attested is None or money.attested < today:
        yield reserve(seen.time, money.supply + sum([amount for _name, amount in due]))
    for name, amount in due:
        yield IssueMoney(QUOTE, cast.address(name), amount, f"demo-{step}-{name}")

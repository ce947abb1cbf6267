"""Arithmetic of orders, fees and reservations; prices are money per tonne, quantities grams.

Money is in base units of 1/10^4, rates in ppm or basis points. A multiplier is ppm times
(10^4 - discount in basis points), so a fee is multiplier * notional / 10^10 (market.md 3.3, 11).
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

GRAMS_PER_TONNE = 1_000_000
PPM = 1_000_000
BP = 10_000
FEE_SCALE = 10_000_000_000


def notional(price: int, qty: int) -> int:
    """What `qty` grams cost at `price`, in money base units (market.md 1).

    Exact for prices on tick and quantities on lot, because tick * lot is a multiple of 10^6 in
    every instrument (market.md 2.1); for others the rest is cut off.
    """
    return price * qty // GRAMS_PER_TONNE


def multiplier(fee_ppm: int, discount_bp: int) -> int:
    """A rate in ppm with a discount of 0 to 10,000 bp taken off, in units of 10^-10 (11)."""
    return fee_ppm * (BP - discount_bp)


def fee(rate: int, amount: int, credit: int) -> tuple[int, int]:
    """The fee of a fill of notional `amount` and the order's next credit (market.md 11).

    `rate` is a multiplier; `credit`, in units of 10^-10, is what earlier fills of the order paid
    too much by rounding. The fee is rounded up, the excess is the next credit, always below
    10^10, so that all fills of one order together pay the sum rounded up once.
    """
    owed = rate * amount - credit
    # Up: the ledger never takes less than was owed. The credit keeps it from taking more.
    charged = -(-owed // FEE_SCALE)
    return charged, charged * FEE_SCALE - owed


def reservation(is_buy: bool, price: int, qty: int, *, cap: int, credit: int) -> int:
    """What an order holds for `qty` open grams: grams to sell, or money to buy (market.md 3.3).

    `cap` is the greatest multiplier that a fill may be charged, `credit` as in `fee`. Up, as the
    fees are, so that whatever fills come, what they and the rest need never exceeds what is held.
    """
    if not is_buy:
        return qty
    amount = price * qty // GRAMS_PER_TONNE
    return amount - (credit - cap * amount) // FEE_SCALE


def tick_down(price: int, tick: int) -> int:
    """The greatest price on tick that is not above `price`."""
    return price // tick * tick


def tick_up(price: int, tick: int) -> int:
    """The least price on tick that is not below `price`."""
    return -(-price // tick) * tick


def protection(is_buy: bool, base: int, protect_bp: int, tick: int) -> int:
    """The worst price of a market order, on tick, before it is clipped to the band (3.1).

    Both roundings favour the order's owner: a buyer's bound goes down, a seller's up.
    """
    if is_buy:
        return tick_down(base * (BP + protect_bp) // BP, tick)
    return tick_up(-(-base * (BP - protect_bp) // BP), tick)


def clip(price: int, low: int, high: int) -> int:
    """The price within `low` and `high` that is nearest to `price`."""
    return min(max(price, low), high)


class Clearing(NamedTuple):
    """One price for all, in money base units a tonne, and the grams that trade at it.

    `demand` and `supply` are the grams that buyers and sellers would give at that price.
    """

    price: int
    qty: int
    demand: int
    supply: int


def clearing_price(
    bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]], *, anchor: int, tick: int
) -> Clearing:
    """The price of a clearing of levels (price, open grams) that cross (market.md 5).

    Most is traded at it; then the least excess, then nearest to `anchor`, then the lower price.
    Prices are money base units per tonne on `tick`; raises ValueError without a level.
    """
    return min(
        _candidates(bids, asks, anchor=anchor, tick=tick),
        key=lambda one: (
            -one.qty, abs(one.demand - one.supply), abs(one.price - anchor), one.price,
        ),
    )  # fmt: skip


def shared_lots(opens: Sequence[int], lots: int) -> list[int]:
    """How many of `lots` each of equals gets, by what it has open, all of it where it fits.

    Both in whole lots. Down for each, then one more lot for each in turn until nothing is left
    (market.md 5).
    """
    total = sum(opens)
    if lots >= total:
        return list(opens)
    shares = [lots * one // total for one in opens]
    rest = lots - sum(shares)
    for place, one in enumerate(opens):
        if rest and shares[place] < one:
            shares[place] += 1
            rest -= 1
    return shares


def _candidates(
    bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]], *, anchor: int, tick: int
) -> Iterator[Clearing]:
    """Each limit price, and in each gap the price nearest to `anchor`; one walk upwards."""
    wanted, offered = _by_price(bids), _by_price(asks)
    prices = sorted({**wanted, **offered})
    demand, supply = sum(wanted.values()), 0
    for price, following in zip_longest(prices, prices[1:]):
        supply += offered.get(price, 0)
        yield Clearing(price, min(demand, supply), demand, supply)
        demand -= wanted.get(price, 0)
        if following is not None and following - price > tick:
            between = clip(_nearest(anchor, tick), price + tick, following - tick)
            yield Clearing(between, min(demand, supply), demand, supply)


def _by_price(levels: Sequence[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for price, grams in levels:
        found[price] = found.get(price, 0) + grams
    return found


def _nearest(price: int, tick: int) -> int:
    """The price on tick that is nearest, the higher of two."""
    return (2 * price + tick) // (2 * tick) * tick

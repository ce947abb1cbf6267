"""The closing price of a trading day, and the price band that stands around it the next day.

SEEE publishes the volume-weighted mean of the listed trades; EEX takes the mean of the last
minutes. Both are one formula over different trades (market.md 2.2).
"""

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import INT_MAX

BAND_UNIT = 10_000
TAIL_MS = 900_000


def close_price(notional: int, quantity: int, tick: int) -> int:
    """The volume-weighted mean price, rounded half up to a tick.

    `notional` is the sum of money in base units, `quantity` that of grams, above 0; `tick` and
    the price are money base units per tonne. Source: market.md 2.2.
    """
    assert quantity > 0
    # Half up: floor of mean / tick + 1/2, over the common denominator 2 * quantity * tick.
    above = 2 * notional * GRAMS_PER_TONNE + quantity * tick
    return tick * (above // (2 * quantity * tick))


def to_tick(price: int, tick: int) -> int:
    """A price, half up to a tick and one that can be named; for a reference whose tick changes."""
    return min(max(tick, tick * ((2 * price + tick) // (2 * tick))), highest(tick))


def highest(tick: int) -> int:
    """The greatest price on tick that a record can hold."""
    return INT_MAX - INT_MAX % tick


def band(ref: int, band_bp: int, tick: int) -> tuple[int, int]:
    """The lowest and highest price allowed around `ref`, both on tick; no limit when 0 bp.

    Neither is above 2^63 - 1. Prices are money base units per tonne, `band_bp` hundredths of a
    percent. Source: market.md 1, 2.2.
    """
    if band_bp == 0:
        return tick, highest(tick)
    # Low up and high down, so that the band is never wider than stated.
    low = -(-ref * (BAND_UNIT - band_bp) // BAND_UNIT)
    high = ref * (BAND_UNIT + band_bp) // BAND_UNIT
    return max(tick, -(-low // tick) * tick), min(high - high % tick, highest(tick))

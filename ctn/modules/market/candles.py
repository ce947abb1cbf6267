"""Candles: what the counted trades of a span of time were, for charts (market.md 13).

They are a view: no rule reads one. They stand here, because the same trades must give the same
candles to every reader.
"""

from typing import NamedTuple

from ctn.kernel.block import DAY_MS

MINUTE_MS = 60_000
LENGTHS_MS = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "1d": DAY_MS,
}


class Candle(NamedTuple):
    """First, highest, lowest and last price of a span, with its grams, money and trades."""

    start: int
    open: int
    high: int
    low: int
    close: int
    quantity: int
    notional: int
    trades: int


def bucket_start(time: int, length_ms: int, offset_ms: int) -> int:
    """The start in ms of the span of `length_ms` that `time` falls in, on the local clock.

    `offset_ms` is the calendar's distance from UTC. Source: market.md 13.
    """
    # Down: a span holds its start and not its end.
    return (time + offset_ms) // length_ms * length_ms - offset_ms


def empty_candle(start: int, close: int) -> Candle:
    """The candle of a span without a trade: all four prices are the last close."""
    return Candle(start, close, close, close, close, 0, 0, 0)

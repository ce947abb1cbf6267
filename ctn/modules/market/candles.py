"""Candles: what the counted trades of a span of time were, for charts (market.md 13).

They are a view: no rule reads one. They stand here, because the same trades must give the same
candles to every reader.
"""

from collections.abc import Callable, Iterable, Iterator
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


def with_trade(candle: Candle, price: int, *, quantity: int, notional: int) -> Candle:
    """A candle after one more trade: price per tonne, grams, money in base units."""
    return Candle(
        candle.start,
        candle.open,
        max(candle.high, price),
        min(candle.low, price),
        price,
        candle.quantity + quantity,
        candle.notional + notional,
        candle.trades + 1,
    )


def first_trade(start: int, price: int, *, quantity: int, notional: int) -> Candle:
    """The candle of the span that begins at `start` in ms, after its first trade."""
    return Candle(start, price, price, price, price, quantity, notional, 1)


def empty_candle(start: int, close: int) -> Candle:
    """The candle of a span without a trade: all four prices are the last close."""
    return Candle(start, close, close, close, close, 0, 0, 0)


def filled(
    candles: Iterable[Candle],
    length_ms: int,
    until: int,
    is_inside: Callable[[int, int], bool],
) -> Iterator[Candle]:
    """Candles in order of start, with an empty one for each span inside a session without trade.

    `is_inside(start, end)` tells whether a session touches a span; `until` is a time in ms, spans
    that begin at or after it are not made. Nothing stands before the first trade: a reader who
    wants a short answer begins late. Source: market.md 13.
    """
    last: Candle | None = None
    for candle in candles:
        if last is not None:
            yield from _empty(last, candle.start, length_ms, is_inside)
        yield candle
        last = candle
    if last is not None:
        yield from _empty(last, until, length_ms, is_inside)


def _empty(
    last: Candle, until: int, length_ms: int, is_inside: Callable[[int, int], bool]
) -> Iterator[Candle]:
    for start in range(last.start + length_ms, until, length_ms):
        if is_inside(start, start + length_ms):
            yield empty_candle(start, last.close)

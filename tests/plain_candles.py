"""Candles filled forwards, as market.md 13 is written: what the read model's are compared with."""

from collections.abc import Callable, Iterable, Iterator

from ctn.modules.assets.records import Calendar
from ctn.modules.assets.rules import day_of, is_trading_day
from ctn.modules.market.candles import Candle, empty_candle
from ctn.modules.market.sessions import Span, minute_of


def is_open_within(calendar: Calendar, spans: tuple[Span, ...], start: int, end: int) -> bool:
    """Whether any moment of [start, end), in ms, lies inside a session."""
    for day in range(day_of(calendar, start), day_of(calendar, end - 1) + 1):
        for opens, closes in spans:
            is_touched = minute_of(calendar, day, opens) < end
            is_touched = is_touched and start < minute_of(calendar, day, closes)
            if is_touched and is_trading_day(calendar, day):
                return True
    return False


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

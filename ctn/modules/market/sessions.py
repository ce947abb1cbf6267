"""When an instrument trades: trading days by its calendar, sessions in minutes of the local day.

A session may run from minute 0 to 1440, so that a market without a pause is two numbers like any
other. There is no time-zone database: a calendar states its distance from UTC, and whoever keeps
it changes it when summer time begins (market.md 2.2, engine.md 5.6).
"""

from itertools import pairwise

from ctn.modules.assets.records import Calendar
from ctn.modules.assets.rules import (
    MINUTE_MS,
    SEARCH_MAX,
    day_of,
    day_start,
    is_trading_day,
    next_trading_day,
)

Span = tuple[int, int]


def trading_day(calendar: Calendar, time: int) -> int:
    """The trading day that a time in ms belongs to: the newest one that has begun.

    A weekend or a holiday belongs to the trading day before it. Source: market.md 2.2.
    """
    day = day_of(calendar, time)
    for earlier in range(day, day - SEARCH_MAX - 1, -1):
        if is_trading_day(calendar, earlier):
            return earlier
    raise AssertionError("a mask with a weekday outlasts its holidays")


def roll_time(calendar: Calendar, day: int) -> int:
    """The block time in ms from which a trading day is over: local 0:00 of the next one."""
    return day_start(calendar, next_trading_day(calendar, day))


def is_open(calendar: Calendar, spans: tuple[Span, ...], time: int) -> bool:
    """Whether a time in ms lies in one of the spans, in minutes [start, end), of a trading day."""
    day = day_of(calendar, time)
    # Down: a minute holds its start, and the last span of a day ends at minute 1440.
    minute = (time - day_start(calendar, day)) // MINUTE_MS
    is_inside = any(start <= minute < end for start, end in spans)
    return is_inside and is_trading_day(calendar, day)


def last_moment(
    calendar: Calendar, spans: tuple[Span, ...], start: int, end: int
) -> int | None:
    """The last moment of [start, end), in ms, that lies inside a session; None for none."""
    for day in range(day_of(calendar, end - 1), day_of(calendar, start) - 1, -1):
        if not is_trading_day(calendar, day):
            continue
        last = start - 1
        for opens, closes in spans:
            if minute_of(calendar, day, opens) < end:
                last = max(last, min(minute_of(calendar, day, closes), end) - 1)
        if last >= start:
            return last
    return None


def next_bound(calendar: Calendar, spans: tuple[Span, ...], time: int) -> int | None:
    """The first start or end of a session after `time`, in ms; None when there is no session.

    The end of one session may be the start of the next; then nothing changes at it.
    """
    if not spans:
        return None
    bounds = sorted([minute for span in spans for minute in span])
    day = day_of(calendar, time)
    if not is_trading_day(calendar, day) or minute_of(calendar, day, bounds[-1]) <= time:
        day = next_trading_day(calendar, day)
    times = [minute_of(calendar, day, minute) for minute in bounds]
    return min(moment for moment in times if moment > time)


def last_end(calendar: Calendar, spans: tuple[Span, ...], day: int) -> int:
    """The block time in ms at which the last session of a day ends."""
    return minute_of(calendar, day, max(end for _start, end in spans))


def minute_of(calendar: Calendar, day: int, minute: int) -> int:
    """The block time in ms of a minute of a local day."""
    return day_start(calendar, day) + minute * MINUTE_MS


def overlaps(spans: tuple[Span, ...]) -> bool:
    """Whether two sessions share a minute; one may begin where another ends."""
    return any(first[1] > second[0] for first, second in pairwise(sorted(spans)))

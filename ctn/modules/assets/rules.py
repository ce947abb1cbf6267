"""Arithmetic of trading days (market.md 2.2): days are numbered from 1970-01-01 in local time."""

from ctn.kernel.block import DAY_MS, UTC8_MS
from ctn.modules.assets.records import HOLIDAYS_MAX, MONEY_CALENDAR, Calendar

MINUTE_MS = 60_000
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday being 0
# Each holiday takes one day out of a mask that has at least one weekday.
SEARCH_MAX = 7 * (HOLIDAYS_MAX + 1)
EVERY_DAY = Calendar(MONEY_CALENDAR, UTC8_MS // MINUTE_MS, 127, (), ())


def day_of(calendar: Calendar, time: int) -> int:
    """The number of the local day that a time in ms falls in."""
    # down: a day begins with its first millisecond
    return (time + calendar.utc_offset_min * MINUTE_MS) // DAY_MS


def day_start(calendar: Calendar, day: int) -> int:
    """The time in ms at which a local day begins, never below 0."""
    return max(0, day * DAY_MS - calendar.utc_offset_min * MINUTE_MS)


def weekday(day: int) -> int:
    """The weekday of a day number, 0 for Monday to 6 for Sunday."""
    return (day + EPOCH_WEEKDAY) % 7


def is_trading_day(calendar: Calendar, day: int) -> bool:
    """Whether a day trades: by weekday or as an extra day, and never on a holiday."""
    if day in calendar.holidays:
        return False
    return bool((calendar.weekdays >> weekday(day)) & 1) or day in calendar.extra


def next_trading_day(calendar: Calendar, day: int) -> int:
    """The first trading day after a day."""
    for later in range(day + 1, day + 1 + SEARCH_MAX):
        if is_trading_day(calendar, later):
            return later
    raise AssertionError("a mask with a weekday outlasts its holidays")


def trading_day_after(calendar: Calendar, day: int, count: int) -> int:
    """The `count`-th trading day after a day; the day itself for 0."""
    for _ in range(count):
        day = next_trading_day(calendar, day)
    return day

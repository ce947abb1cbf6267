"""Trading days (market.md 2.2): weekday mask, holidays, extra days, days in local time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.assets.records import Calendar
from ctn.modules.assets.rules import (
    EVERY_DAY,
    day_of,
    day_start,
    is_trading_day,
    next_trading_day,
    trading_day_after,
    weekday,
)
from tests.worlds import DAY

DAYS = st.integers(0, 40_000)
CALENDARS = st.builds(
    Calendar,
    id=st.just("x"),
    utc_offset_min=st.integers(0, 840),
    weekdays=st.integers(1, 127),
    holidays=st.lists(DAYS, max_size=30).map(tuple),
    extra=st.lists(DAYS, max_size=30).map(tuple),
)


def _number(year: int, month: int, day: int) -> int:
    return (datetime(year, month, day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days


@given(day=DAYS)
def test_weekdays_are_those_of_the_calendar(day: int) -> None:
    assert weekday(day) == (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).weekday()


@given(calendar=CALENDARS, time=st.integers(0, 10**13))
def test_a_day_holds_exactly_its_milliseconds(calendar: Calendar, time: int) -> None:
    day = day_of(calendar, time)
    assert day_start(calendar, day) <= time < day_start(calendar, day + 1)
    assert day_start(calendar, day + 1) - day_start(calendar, day) in (
        DAY, DAY - calendar.utc_offset_min * 60_000
    )  # fmt: skip


@given(calendar=CALENDARS, day=DAYS)
def test_the_next_trading_day_trades_and_none_between_does(calendar: Calendar, day: int) -> None:
    later = next_trading_day(calendar, day)
    assert is_trading_day(calendar, later)
    assert not any(is_trading_day(calendar, between) for between in range(day + 1, later))


@given(calendar=CALENDARS, day=DAYS, count=st.integers(0, 5))
def test_counts_trading_days(calendar: Calendar, day: int, count: int) -> None:
    later = trading_day_after(calendar, day, count)
    between = range(day + 1, later + 1)
    assert sum(is_trading_day(calendar, one) for one in between) == count
    assert count == 0 or is_trading_day(calendar, later)


def test_chinese_new_year_of_2027() -> None:
    holidays = tuple(range(_number(2027, 2, 5), _number(2027, 2, 13)))
    extra = (_number(2027, 2, 13),)
    calendar = Calendar("cn", 480, 31, holidays, extra)
    assert next_trading_day(calendar, _number(2027, 2, 4)) == _number(2027, 2, 13)
    assert next_trading_day(calendar, _number(2027, 2, 13)) == _number(2027, 2, 15)


def test_a_holiday_outweighs_an_extra_day() -> None:
    day = _number(2027, 2, 13)
    assert not is_trading_day(Calendar("cn", 480, 31, (day,), (day,)), day)


def test_finds_a_day_behind_the_longest_list_of_holidays() -> None:
    monday = _number(2027, 1, 18)
    holidays = tuple([monday + 7 * week for week in range(400)])
    calendar = Calendar("cn", 480, 1, holidays, ())
    assert next_trading_day(calendar, monday - 1) == monday + 7 * 400


def test_every_day_trades_where_no_calendar_says_otherwise() -> None:
    assert next_trading_day(EVERY_DAY, 5) == 6
    assert day_of(EVERY_DAY, 16 * 3_600_000 - 1) == 0
    assert day_of(EVERY_DAY, 16 * 3_600_000) == 1

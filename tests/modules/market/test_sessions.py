"""Trading days and sessions by a calendar, in minutes of its local day."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.assets.records import Calendar
from ctn.modules.assets.rules import day_of, is_trading_day
from ctn.modules.market.sessions import (
    is_open,
    last_end,
    next_bound,
    overlaps,
    roll_time,
    trading_day,
)
from tests.modules.market.listings import CHINA, EVERY_DAY, FRIDAY
from tests.plain_candles import is_open_within
from tests.worlds import DAY, START

HOUR = 3_600_000
MINUTE = 60_000
SEEE = ((570, 690), (780, 900))
ALWAYS = ((0, 1_440),)
MIDNIGHT = FRIDAY * DAY - 8 * HOUR  # Friday 0:00 in China
HOLIDAY = Calendar("holiday", 480, 0b0011111, (FRIDAY + 3,), (FRIDAY + 1,))


def test_a_session_holds_its_start_and_not_its_end() -> None:
    times = [MIDNIGHT + minute * MINUTE for minute in (569, 570, 689, 690, 780, 899, 900)]
    found = [is_open(CHINA, SEEE, time) for time in times]
    assert found == [False, True, True, False, True, True, False]
    assert not is_open(CHINA, SEEE, MIDNIGHT + 570 * MINUTE - 1)


def test_nothing_is_open_on_a_weekend_or_a_holiday() -> None:
    noon = MIDNIGHT + 600 * MINUTE
    assert [is_open(CHINA, SEEE, noon + day * DAY) for day in range(4)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert [is_open(HOLIDAY, SEEE, noon + day * DAY) for day in range(5)] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_zero_to_24_every_day_is_always_open() -> None:
    for step in range(3 * 24):
        assert is_open(EVERY_DAY, ALWAYS, START + step * HOUR)
    assert is_open(EVERY_DAY, ALWAYS, START // DAY * DAY + DAY - 1)
    assert next_bound(EVERY_DAY, ALWAYS, START) == START // DAY * DAY + DAY


def test_a_weekend_belongs_to_friday_and_a_holiday_to_the_day_before() -> None:
    days = [trading_day(CHINA, MIDNIGHT + day * DAY) - FRIDAY for day in range(4)]
    assert days == [0, 0, 0, 3]
    assert trading_day(CHINA, MIDNIGHT - 1) == FRIDAY - 1
    days = [trading_day(HOLIDAY, MIDNIGHT + day * DAY) - FRIDAY for day in range(5)]
    assert days == [0, 1, 1, 1, 4]


def test_a_day_is_over_at_local_midnight_of_the_next_trading_day() -> None:
    assert roll_time(CHINA, FRIDAY) == MIDNIGHT + 3 * DAY
    assert roll_time(HOLIDAY, FRIDAY + 1) == MIDNIGHT + 4 * DAY


def test_the_next_bound_is_a_start_or_end_also_over_a_weekend() -> None:
    bounds = []
    time = MIDNIGHT
    for _ in range(5):
        found = next_bound(CHINA, SEEE, time)
        assert found is not None
        bounds.append((found - MIDNIGHT) // MINUTE)
        time = found
    assert bounds == [570, 690, 780, 900, 3 * 1_440 + 570]
    assert next_bound(CHINA, (), MIDNIGHT) is None
    assert next_bound(CHINA, SEEE, MIDNIGHT + DAY) == MIDNIGHT + 3 * DAY + 570 * MINUTE


def test_the_last_session_ends_the_day_of_a_book() -> None:
    assert last_end(CHINA, SEEE, FRIDAY) == MIDNIGHT + 900 * MINUTE


def test_a_span_of_time_is_inside_when_a_session_touches_it() -> None:
    morning = MIDNIGHT + 8 * HOUR
    assert is_open_within(CHINA, SEEE, morning, morning + 4 * HOUR)
    assert not is_open_within(CHINA, SEEE, morning, MIDNIGHT + 570 * MINUTE)
    assert is_open_within(CHINA, SEEE, morning, MIDNIGHT + 570 * MINUTE + 1)
    assert not is_open_within(CHINA, SEEE, MIDNIGHT + 900 * MINUTE, MIDNIGHT + 3 * DAY)


def test_sessions_may_touch_and_not_overlap() -> None:
    assert not overlaps(((60, 90), (0, 60)))
    assert overlaps(((60, 90), (0, 61)))


calendars = st.builds(
    Calendar,
    st.just("any"),
    st.integers(0, 840),
    st.integers(1, 127),
    st.lists(st.integers(FRIDAY - 5, FRIDAY + 20), max_size=6, unique=True).map(
        lambda days: tuple(sorted(days))
    ),
    st.just(()),
)


@settings(max_examples=50, deadline=None)
@given(calendar=calendars, time=st.integers(START, START + 14 * DAY), start=st.integers(0, 1_439))
def test_between_two_bounds_the_phase_does_not_change(
    calendar: Calendar, time: int, start: int
) -> None:
    spans = ((start, 1_440),)
    bound = next_bound(calendar, spans, time)
    assert bound is not None
    assert bound > time
    now = is_open(calendar, spans, time)
    assert is_open(calendar, spans, (time + bound) // 2) == now
    assert is_open(calendar, spans, bound - 1) == now


@settings(max_examples=50, deadline=None)
@given(calendar=calendars, time=st.integers(START, START + 14 * DAY))
def test_a_time_lies_in_its_trading_day_until_that_rolls(calendar: Calendar, time: int) -> None:
    day = trading_day(calendar, time)
    assert is_trading_day(calendar, day)
    assert day <= day_of(calendar, time)
    assert time < roll_time(calendar, day)
    assert trading_day(calendar, roll_time(calendar, day)) > day

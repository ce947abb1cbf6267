"""A calendar says which days trade; its instruments follow at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.assets.records import EXTRA_MAX, HOLIDAYS_MAX, Calendar
from ctn.modules.market.records import INSTRUMENTS_MAX, InstrumentState
from ctn.modules.market.sessions import roll_time
from ctn.modules.market.set_calendar import CalendarInvalid, SetCalendar
from ctn.modules.market.set_status import SetStatus
from tests.modules.market.listings import CHINA, FRIDAY, NAME, SEEE, listed, market
from tests.worlds import DAY

MIDNIGHT = FRIDAY * DAY - 8 * 3_600_000


def test_sets_a_new_calendar() -> None:
    world, operator = market()
    events = world.accept(operator, SetCalendar("seee", 480, 31, (FRIDAY + 3,), (FRIDAY + 1,)))
    assert events == [{"event": "market.CalendarSet", "op": 0, "calendar": "seee"}]
    expected = Calendar("seee", 480, 31, (FRIDAY + 3,), (FRIDAY + 1,))
    assert world.get(Calendar, "seee") == expected


def test_a_new_holiday_moves_the_end_of_the_trading_day() -> None:
    world, operator = market()
    listed(world, CHINA, sessions=SEEE)
    world.empty_block()
    assert world.get(InstrumentState, NAME).day_end == MIDNIGHT + 3 * DAY
    world.accept(operator, SetCalendar("china", 480, 31, (FRIDAY + 3,), ()))
    assert world.get(InstrumentState, NAME).day_end == MIDNIGHT + 4 * DAY
    world.accept(operator, SetCalendar("always", 480, 31, (), ()))
    assert world.get(InstrumentState, NAME).day_end == MIDNIGHT + 4 * DAY


def test_refuses_a_calendar_without_a_weekday() -> None:
    world, operator = market()
    world.refuse_at_door(operator, CalendarInvalid, SetCalendar("x", 0, 0, (), (1,)))


@pytest.mark.parametrize("days", [(2, 1), (1, 1)])
def test_refuses_days_out_of_order(days: tuple[int, ...]) -> None:
    world, operator = market()
    world.refuse_at_door(operator, CalendarInvalid, SetCalendar("x", 0, 1, days, ()))
    world.refuse_at_door(operator, CalendarInvalid, SetCalendar("x", 0, 1, (), days))


def test_stays_within_its_work_with_500_instruments() -> None:
    world, operator = market()
    for number in range(INSTRUMENTS_MAX):
        listed(world, CHINA, id=f"i{number}")
    holidays = tuple(range(FRIDAY + 1, FRIDAY + 1 + HOLIDAYS_MAX))
    extra = tuple(range(FRIDAY + 1_000, FRIDAY + 1_000 + EXTRA_MAX))
    world.accept(operator, SetCalendar("china", 480, 31, holidays, extra))


def test_a_delisted_instrument_keeps_its_last_day() -> None:
    world, operator = market()
    listed(world, CHINA)
    world.accept(operator, SetStatus(NAME, "delisted"))
    before = world.get(InstrumentState, NAME)
    world.accept(operator, SetCalendar("china", 480, 1, (), ()))
    assert world.get(InstrumentState, NAME) == before


@settings(max_examples=20, deadline=None)
@given(
    offset=st.integers(0, 840),
    weekdays=st.integers(1, 127),
    holidays=st.lists(st.integers(FRIDAY, FRIDAY + 30), max_size=10, unique=True),
)
def test_the_day_of_every_instrument_ends_by_the_calendar(
    offset: int, weekdays: int, holidays: list[int]
) -> None:
    world, operator = market()
    listed(world, CHINA, sessions=SEEE)
    world.empty_block()
    op = SetCalendar("china", offset, weekdays, tuple(sorted(holidays)), ())
    world.accept(operator, op)
    state = world.get(InstrumentState, NAME)
    assert state.day_end == roll_time(world.get(Calendar, "china"), state.day)

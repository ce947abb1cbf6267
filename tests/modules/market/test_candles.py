"""Candles of counted trades."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.candles import (
    LENGTHS_MS,
    Candle,
    bucket_start,
    empty_candle,
)
from tests.modules.market.listings import CHINA, FRIDAY
from tests.plain_candles import filled, is_open_within
from tests.worlds import DAY, START

HOUR = 3_600_000
MIDNIGHT = FRIDAY * DAY - 8 * HOUR


def test_a_span_begins_on_the_local_clock() -> None:
    assert bucket_start(START, DAY, 8 * HOUR) == MIDNIGHT
    assert bucket_start(MIDNIGHT - 1, DAY, 8 * HOUR) == MIDNIGHT - DAY
    assert bucket_start(MIDNIGHT + 5 * HOUR, 4 * HOUR, 8 * HOUR) == MIDNIGHT + 4 * HOUR


def test_empty_spans_are_filled_inside_sessions_only() -> None:
    def is_inside(start: int, end: int) -> bool:
        return is_open_within(CHINA, ((570, 690), (780, 900)), start, end)

    opening = MIDNIGHT + 10 * HOUR
    candles = [
        Candle(opening, 50, 50, 50, 50, 1, 1, 1),
        Candle(opening + 3 * HOUR, 60, 60, 60, 60, 1, 1, 1),
    ]
    found = list(filled(candles, HOUR, MIDNIGHT + 3 * DAY + 10 * HOUR, is_inside))
    hours = [(candle.start - MIDNIGHT) // HOUR for candle in found]
    assert hours == [10, 11, 13, 14, 3 * 24 + 9]
    assert found[1] == empty_candle(opening + HOUR, 50)
    assert found[-1].close == 60
    assert found[-1].trades == 0


def test_nothing_stands_before_the_first_trade() -> None:
    assert list(filled([], HOUR, START, lambda _start, _end: True)) == []


@settings(max_examples=50, deadline=None)
@given(
    time=st.integers(START, START + DAY),
    length=st.sampled_from(sorted(LENGTHS_MS.values())),
    offset=st.integers(0, 840).map(lambda minutes: minutes * 60_000),
)
def test_every_time_lies_in_its_span(time: int, length: int, offset: int) -> None:
    start = bucket_start(time, length, offset)
    assert start <= time < start + length
    assert (start + offset) % length == 0

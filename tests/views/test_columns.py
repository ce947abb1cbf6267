"""Columns: exact numbers or texts; candles filled by the rule of market.md 13."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ctn.kernel.codec import INT_MAX
from ctn.modules.market.records import Session
from ctn.views import statements, tables
from ctn.views.fold import Head
from ctn.views.market import Span, candles
from ctn.views.pages import COLUMNS_MAX, columns
from ctn.views.reader import View
from ctn.views.refusals import RangeTooLarge
from ctn.views.rows import COUNTED
from ctn.views.shelf import FileShelf
from tests.modules.market.worlds import instrument

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONDAY = 4 * DAY  # 1970-01-05
SESSIONS = (Session("book", 9 * 60, 10 * 60),)
OPEN = MONDAY + 9 * HOUR


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    """Two trades in the session of a Monday, 09:02 and 09:05, on a calendar in UTC."""
    connection = FileShelf(tmp_path).make("1")
    calendar = tables.RECORDS["calendar"].table
    connection.execute(
        calendar.insert().values(
            place="cn", id="cn", utc_offset_min=0, weekdays=31, holidays=[], extra=[]
        )
    )
    terms = tables.RECORDS["instrument"].table
    listed = msgspec.to_builtins(instrument(id="x", calendar="cn", sessions=SESSIONS))
    connection.execute(terms.insert().values(place="x", **listed))
    rows = [
        ("x", COUNTED, "1m", OPEN + 2 * MINUTE, 5, 7, 4, 6, 10, 60, 2),
        ("x", COUNTED, "1m", OPEN + 5 * MINUTE, 8, 8, 8, 8, 1, 8, 1),
        ("x", "block", "1m", OPEN + 3 * MINUTE, 9, 9, 9, 9, 1, 9, 1),
    ]
    statements.insert(tables.candles, "sqlite").run(connection, rows)
    connection.commit()
    head = Head("chain:00", 7, "00", MONDAY + 2 * DAY, 0)
    yield View(connection, head, "1", time.monotonic() + 60)
    connection.close()


def asked(view: View, start: int, end: int, series: str = COUNTED) -> dict[str, Any]:
    return candles(view, "x", Span("1m", series, start, end, COLUMNS_MAX))


def test_a_column_above_2_to_the_53_is_all_texts_and_named() -> None:
    found = columns(("a", "b"), [(2**53 - 1, 1), (None, 2**53)], 3)
    assert found == {
        "height": 3, "rows": 2, "strings": ["b"], "a": [2**53 - 1, None],
        "b": ["1", str(2**53)],
    }  # fmt: skip


def test_no_rows_are_empty_columns() -> None:
    assert columns(("a",), [], 3) == {
        "height": 3, "rows": 0, "strings": [], "a": [],
    }  # fmt: skip


def test_empty_spans_inside_a_session_stand_at_the_last_close(view: View) -> None:
    found = asked(view, OPEN, OPEN + 8 * MINUTE)
    assert [at - OPEN // 1000 for at in found["time"]] == [120, 180, 240, 300, 360, 420]
    assert found["close"] == [6, 6, 6, 8, 8, 8]
    assert found["qty"] == [10, 0, 0, 1, 0, 0]
    assert found["open"][1] == found["high"][1] == found["low"][1] == 6


def test_a_range_that_begins_later_knows_the_close_before_it(view: View) -> None:
    found = asked(view, OPEN + 4 * MINUTE, OPEN + 6 * MINUTE)
    assert found["close"] == [6, 8]
    assert found["trades"] == [0, 1]


def test_outside_sessions_and_before_the_first_trade_there_is_none(view: View) -> None:
    assert asked(view, OPEN, OPEN + 2 * MINUTE)["rows"] == 0
    found = asked(view, OPEN + 50 * MINUTE, OPEN + 2 * HOUR)
    assert found["rows"] == 10
    next_day = asked(view, OPEN + DAY, OPEN + DAY + MINUTE)
    assert next_day["close"] == [8]


def test_other_modes_are_a_series_of_their_own_and_not_filled(view: View) -> None:
    found = asked(view, OPEN, OPEN + 8 * MINUTE, "block")
    assert found["close"] == [9]


def test_no_candle_begins_after_the_last_block(view: View) -> None:
    late = asked(view, MONDAY + 2 * DAY + 9 * HOUR, MONDAY + 2 * DAY + 10 * HOUR)
    assert late["rows"] == 0


def test_a_range_holds_10_000_candles_and_no_more(view: View) -> None:
    asked(view, OPEN, OPEN + COLUMNS_MAX * MINUTE)
    with pytest.raises(RangeTooLarge):
        asked(view, OPEN, OPEN + COLUMNS_MAX * MINUTE + 1)


def test_the_newest_candles_are_asked_for_by_their_number(view: View) -> None:
    found = candles(view, "x", Span("1m", end=OPEN + 8 * MINUTE, rows=2))
    assert [at - OPEN // 1000 for at in found["time"]] == [360, 420]
    assert found["close"] == [8, 8]


def test_the_newest_candles_reach_back_over_what_was_closed_to_the_first_trade(view: View) -> None:
    found = candles(view, "x", Span("1m", rows=COLUMNS_MAX))
    assert found["time"][0] == (OPEN + 2 * MINUTE) // 1000
    assert found["close"][:4] == [6, 6, 6, 8]
    assert found["rows"] > 60  # an hour's session, and more of the days after it


def test_an_end_beyond_the_last_block_is_that_block(view: View) -> None:
    assert candles(view, "x", Span("1m", end=INT_MAX)) == candles(view, "x", Span("1m"))

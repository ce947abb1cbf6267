"""Hot data by columns: one list for each column, written at once (thallo.md 4.5)."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import orjson
from sqlalchemy import select

from ctn.api.read_problems import RangeTooLarge
from ctn.modules.assets.records import Calendar
from ctn.modules.market.candles import LENGTHS_MS, Candle, bucket_start, empty_candle, filled
from ctn.modules.market.records import Session
from ctn.modules.market.sessions import is_open_within
from ctn.views import tables
from ctn.views.reader import View

EXACT_MAX: Final = 2**53 - 1
ROWS_MAX: Final = 10_000
COUNTED: Final = "counted"
SERIES: Final = (COUNTED, "block", "auction", "pool")
MINUTE_MS: Final = 60_000
TAPE: Final = (
    "no", "time", "mode", "price", "qty", "notional", "taker", "buyer", "seller", "tx",
)  # fmt: skip
CANDLE: Final = ("time", "open", "high", "low", "close", "qty", "notional", "trades")
_trades = tables.trades.c
_tape = select(*[_trades[name] for name in TAPE])
_candles = tables.candles.c
_candle_rows = select(
    _candles.open_time, _candles.open, _candles.high, _candles.low, _candles.close,
    _candles.qty, _candles.notional, _candles.trades,
)  # fmt: skip


def columns(height: int, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as JSON by columns; a column with a number that JSON readers round is all texts."""
    made: dict[str, Any] = {"height": height, "rows": len(rows)}
    found = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    strings = [name for name in names if _is_large(found.get(name, ()))]
    for name in strings:
        found[name] = tuple([None if value is None else str(value) for value in found[name]])
    made["strings"] = strings
    for name in names:
        made[name] = found.get(name, ())
    return orjson.dumps(made)


def _is_large(column: Sequence[Any]) -> bool:
    numbers = [value for value in column if type(value) is int]
    return bool(numbers) and (max(numbers) > EXACT_MAX or min(numbers) < -EXACT_MAX)


def tape(view: View, instrument: str, *, rows: int, before: int | None) -> bytes:
    """The last trades of an instrument, newest first, or those before a trade number."""
    statement = _tape.where(_trades.instrument == instrument)
    if before is not None:
        statement = statement.where(_trades.no < before)
    found = view.tuples(statement.order_by(_trades.no.desc()).limit(rows))
    return columns(view.height, TAPE, found)


class Span:
    """Which candles are asked for: of an instrument, a series and interval, in [start, end)."""

    def __init__(self, view: View, instrument: dict[str, Any], series: str, interval: str) -> None:
        self.view = view
        self.instrument: str = instrument["id"]
        self.series = series
        self.interval = interval
        self.length = LENGTHS_MS[interval]
        table = tables.RECORDS["calendar"].table
        row = view.row(select(table).where(table.c.id == instrument["calendar"]))
        self.calendar = None if row is None else msgspec.convert(_without_place(row), Calendar)
        self.spans = tuple(
            [
                (session.start, session.end)
                for session in msgspec.convert(instrument["sessions"], tuple[Session, ...])
                if session.mode == "book"
            ]
        )
        self.offset = 0 if self.calendar is None else self.calendar.utc_offset_min * MINUTE_MS

    def floor(self, time: int) -> int:
        """The start of the candle that a time in ms falls in."""
        return bucket_start(time, self.length, self.offset)

    def is_inside(self, start: int, end: int) -> bool:
        """Whether a session of the book touches a span of time."""
        return self.calendar is None or is_open_within(self.calendar, self.spans, start, end)

    def candles(self, start: int, end: int) -> list[Candle]:
        """The candles from the one of `start` until `end`; empty ones inside sessions too."""
        first = self.floor(start)
        # Up: the candle that `end` falls in is part of the answer.
        if -(-(end - first) // self.length) > ROWS_MAX:
            raise RangeTooLarge(limit=ROWS_MAX)
        of_series = (
            _candles.instrument == self.instrument,
            _candles.series == self.series,
            _candles.interval == self.interval,
        )
        statement = _candle_rows.where(
            *of_series, _candles.open_time >= first, _candles.open_time < end
        )
        rows = [Candle(*row) for row in self.view.tuples(statement.order_by(_candles.open_time))]
        if self.series != COUNTED:
            return rows
        before = _candle_rows.where(*of_series, _candles.open_time < first)
        earlier = self.view.tuples(before.order_by(_candles.open_time.desc()).limit(1))
        if earlier:
            # Its close stands until the first trade of the answer; the candle itself does not.
            rows.insert(0, empty_candle(first - self.length, earlier[0][4]))
        until = min(end, self.view.time + 1)
        made = filled(rows, self.length, until, self.is_inside)
        return [candle for candle in made if candle.start >= first]


def candles(span: Span, start: int, end: int) -> bytes:
    """Candles by columns; their times are Unix seconds, as chart libraries want them."""
    rows = [(candle[0] // 1000, *candle[1:]) for candle in span.candles(start, end)]
    return columns(span.view.height, CANDLE, rows)


def _without_place(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "place"}

"""The life of serials in any registry's spelling: where they are, each step, what covers them."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, select

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.modules.registry.serials import MalformedSerial, Serial, parse
from ctn.views import past, tables
from ctn.views.reader import View
from ctn.views.refusals import BadFilter

Value = dict[str, Any]
ROWS: Final = 1_000
TEXT_BYTES: Final = 253
HOME: Final = "ctn"
HOME_PREFIX: Final = "CTN-"
_batches: Final = tables.RECORDS["batch"].table
_certificates: Final = tables.RECORDS["certificate"].table
_external: Final = tables.RECORDS["external"].table
_lineage, _parts = tables.lineage, tables.certificate_parts


class Range(NamedTuple):
    """Serials start to end of a batch of ours."""

    batch: str
    start: int
    end: int


class Known(NamedTuple):
    """What a serial stands for here: ranges of our serials, and the foreign numbers of the same."""

    serial: Serial
    ranges: list[Range]
    externals: list[Value]

    @property
    def batch(self) -> str | None:
        """The batch of a serial of ours, None for another registry's."""
        return self.ranges[0].batch if self.serial.grammar == HOME else None


def read(text: str, start: int | None = None, end: int | None = None) -> Serial:
    """A serial in any spelling; the numbers are those beside a text that has none.

    Refuses BadFilter with the rule that the text breaks.
    """
    if len(text.encode()) > TEXT_BYTES:
        raise BadFilter(field="text", rule=f"at most {TEXT_BYTES} bytes")
    try:
        return parse(text, start, end)
    except MalformedSerial as error:
        raise BadFilter(field="text", rule=str(error)) from None


def known(view: View, serial: Serial, rows: int = ROWS) -> Known | None:
    """What a serial stands for here; None when nothing is known of it."""
    if serial.grammar == HOME:
        batch = serial.line.removeprefix(HOME_PREFIX).lower()
        issued = view.tuples(select(_batches.c.issued).where(_batches.c.place == batch))
        if not issued or serial.start > issued[0][0] or serial.end < 1:
            return None
        named = Range(batch, serial.start, serial.end)
        return Known(serial, [named], _stood_for(view, named, rows))
    found = externals(view, serial.line, serial.start, end=serial.end, rows=rows)
    ranges = [_mapped(row, serial) for row in found if row["batch"] is not None]
    return Known(serial, ranges, found) if found else None


def externals(view: View, line: str, start: int, *, end: int, rows: int = ROWS) -> list[Value]:
    """What is known of numbers of another registry's line, by number."""
    column = _external.c
    low = f"{line.lower()}/"
    return view.rows(
        select(_external)
        .where(
            column.place >= low, column.place < f"{line.lower()}0", column.start <= end,
            column.end >= start,
        )
        .order_by(column.place)
        .limit(rows)
    )  # fmt: skip


def _stood_for(view: View, named: Range, rows: int) -> list[Value]:
    """The numbers of other registries that some serials of ours stand for, by serial."""
    column = _external.c
    found = view.rows(
        select(_external)
        .where(column.batch == named.batch, column.batch_start <= named.end)
        .order_by(column.batch_start.desc())
        .limit(rows)
    )
    last = [row["batch_start"] + _tonnes(row) - 1 for row in found]
    return [row for row, end in zip(found, last, strict=True) if end >= named.start][::-1]


def _tonnes(row: Value) -> int:
    # Up: numbers of less than a tonne stand for a part of their last serial.
    tonnes: int = -(-(row["end"] - row["start"] + 1) * row["grams_per_number"] // GRAMS_PER_TONNE)
    return tonnes


def _mapped(row: Value, serial: Serial) -> Range:
    """The serials of our batch that the named part of a foreign interval stands for."""
    grams = row["grams_per_number"]
    first = max(row["start"], serial.start) - row["start"]
    last = min(row["end"], serial.end) - row["start"]
    place = row["batch_start"]
    # Down: a number of less than a tonne lies within the serial that it is a part of.
    start = place + first * grams // GRAMS_PER_TONNE
    end = place + ((last + 1) * grams - 1) // GRAMS_PER_TONNE
    return Range(row["batch"], start, end)


def pieces(view: View, ranges: Sequence[Range], height: int, rows: int = ROWS) -> list[Value]:
    """The intervals that some serials lay in after a height: owner, status, and since when."""
    history = tables.interval_history.c
    wanted = past.intervals(height).order_by(history.start)
    return _gathered(view, wanted, history, ranges, rows)


def steps(view: View, ranges: Sequence[Range], height: int, rows: int = ROWS) -> list[Value]:
    """Every step of some serials up to a height, the oldest first, with the time of its block."""
    block, line = tables.blocks.c, _lineage.c
    wanted = (
        select(_lineage, block.time)
        .select_from(_lineage.join(tables.blocks, block.height == line.height))
        .where(line.height <= height)
        .order_by(line.height, line["index"], line.number)
    )
    return _gathered(view, wanted, line, ranges, rows)


def certificates(view: View, ranges: Sequence[Range], height: int, rows: int = ROWS) -> list[Value]:
    """The certificates that cover some serials, as far as they were issued up to a height."""
    wanted = (
        select(_certificates)
        .select_from(_certificates)
        .join(_parts, _parts.c.certificate == _certificates.c.place)
        .where(_certificates.c.height <= height)
        .distinct()
        .order_by(_certificates.c.place)
    )
    found = _gathered(view, wanted, _parts.c, ranges, rows)
    return list({row["place"]: row for row in found}.values())


def _gathered(
    view: View, wanted: Select[Any], columns: Any, ranges: Sequence[Range], rows: int
) -> list[Value]:
    """The rows of a statement that overlap one of some ranges, at most so many."""
    found: list[Value] = []
    for of in ranges:
        if len(found) >= rows:
            break
        statement = wanted.where(
            columns.batch == of.batch, columns.start <= of.end, columns.end >= of.start
        )
        found += view.rows(statement.limit(rows - len(found)))
    return found

"""Reads a registry file whole, or says why it cannot be read.

The text rules are strict (RFC 4180, UTF-8), because a file that was cut or re-encoded on its
way must not pass for a shorter one. Source: registry.md 14.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from ctn.client.registry.check_issuances import check_issuance
from ctn.client.registry.check_projects import check_project
from ctn.client.registry.check_units import check_unit
from ctn.client.registry.checking import Row
from ctn.client.registry.layout import IssuanceColumns, Layout, UnitColumns
from ctn.client.registry.layouts import column_names, find_layout, unknown_columns
from ctn.client.registry.overlaps import find_overlaps, mark_overlaps
from ctn.client.registry.rows import (
    SEVERITIES,
    Defect,
    ImportedFile,
    Issuance,
    Project,
    Tally,
    Unit,
    cut,
)
from ctn.kernel.refusal import Refusal

FILE_BYTES_MAX: Final = 256 * 1024 * 1024
ROWS_MAX: Final = 1_000_000
CELL_BYTES_MAX: Final = 128 * 1024
BYTES_PER_SIGN_MAX: Final = 4
ROWS_TOLD: Final = 5_000

Progress = Callable[[int, int], None]


class FileTooLarge(Refusal):
    """The file has too many bytes or rows, or a cell too long."""


class NotUtf8(Refusal):
    """The file is not UTF-8."""


class FileHasErrors(Refusal):
    """The file is not a table of comma-separated values by RFC 4180."""


class Records:
    """The records of a table, each with the physical line on which it starts."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._raw: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._kept(), strict=True)
        line = 1
        try:
            for cells in reader:
                self._check(line, cells)
                if cells:
                    yield line, cells
                self._raw.clear()
                line = reader.line_num + 1
        except csv.Error as error:
            if "field limit" in str(error):
                raise FileTooLarge(line=line, cell_bytes_max=CELL_BYTES_MAX) from None
            raise FileHasErrors(line=line, reason=str(error)) from None

    def _kept(self) -> Iterator[str]:
        """Hand the lines on and remember those of the record at hand."""
        for text in self._lines:
            self._raw.append(text)
            yield text

    def _check(self, line: int, cells: list[str]) -> None:
        """Refuse a cell that is too long and a quote inside a cell without quotes."""
        first = self._raw[0]
        is_short = len(self._raw) == 1 and len(first) * BYTES_PER_SIGN_MAX <= CELL_BYTES_MAX
        if is_short and '"' not in first:
            return
        for cell in cells:
            is_long = len(cell) * BYTES_PER_SIGN_MAX > CELL_BYTES_MAX
            if is_long and len(cell.encode()) > CELL_BYTES_MAX:
                raise FileTooLarge(line=line, cell_bytes_max=CELL_BYTES_MAX)
            if '"' in cell and not _is_quoted_well("".join(self._raw)):
                raise FileHasErrors(line=line, reason="a quote inside a cell without quotes")


def _is_quoted_well(record: str) -> bool:
    """Whether all that stands outside quotes meets them at a comma or an end of the record."""
    pieces = record.rstrip("\r\n").split('"')
    if len(pieces) % 2 == 0:
        return False
    first, *middle, last = pieces[::2]
    return (
        (not first or first.endswith(","))
        and (not last or last.startswith(","))
        and all(not text or (text[0] == "," and text[-1] == ",") for text in middle)
    )


def read_file(path: Path, layout: str = "auto", told: Progress | None = None) -> ImportedFile:
    """Read and check one file of at most 256 MiB; nothing is written or sent.

    `layout` is an id of `layouts.LAYOUTS` or `auto`; `told` hears rows done and lines of the file.
    Raises LayoutUnknown, FileTooLarge, NotUtf8 or FileHasErrors when the file cannot be read;
    defects of rows are in the result. Source: registry.md 14.
    """
    return read_bytes(content_of(path), name=path.name, layout=layout, told=told)


def content_of(path: Path) -> bytes:
    """The bytes of a file of at most 256 MiB; raises FileTooLarge."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise FileTooLarge(bytes_max=FILE_BYTES_MAX)
    return path.read_bytes()


def read_bytes(
    content: bytes, *, name: str, layout: str = "auto", told: Progress | None = None,
) -> ImportedFile:
    """Read and check the bytes of one file, as `read_file` does."""
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes_max=FILE_BYTES_MAX)
    reading = _Reading(records_of(content), layout, told, content.count(b"\n"))
    try:
        return reading.read(name, hashlib.sha256(content).hexdigest())
    except UnicodeDecodeError:
        raise NotUtf8(byte=_first_bad_byte(content)) from None


def records_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The records of a file with the line each starts on, the header first; cells untrimmed."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return iter(Records(text))


def _first_bad_byte(content: bytes) -> int:
    """Where the file stops being UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    raise AssertionError("the content is UTF-8")


class _Reading:
    """One file while it is read: its layout, and what its rows said so far."""

    def __init__(
        self,
        records: Iterator[tuple[int, list[str]]],
        layout_id: str,
        told: Progress | None,
        lines: int,
    ) -> None:
        self._records = records
        self._layout_id = layout_id
        self._told = told
        self._lines = lines
        self._ok = 0
        self._nested = Tally()
        self._keys: list[str] = []
        self._units: list[Unit] = []
        self._issuances: list[Issuance] = []
        self._projects: list[Project] = []
        self._defects: list[Defect] = []

    def read(self, name: str, sha256: str) -> ImportedFile:
        """Find the layout by the header; check every row, then the rows against each other."""
        _, header = next(self._records, (1, []))
        names = column_names(header)
        layout = find_layout(names, self._layout_id)
        for column in layout.required:
            if names.count(column) > 1:
                raise FileHasErrors(line=1, reason=f"the column {column} twice")
        self._defects += _notes(layout, names)
        for row in self._rows(layout, names):
            self._check(row)
        if isinstance(layout.columns, UnitColumns):
            self._compare(layout.columns.serial)
        return ImportedFile(
            file=name, sha256=sha256, layout=layout.id, rows=len(self._keys),
            serials_total=len(self._keys) if isinstance(layout.columns, UnitColumns) else 0,
            serials_ok=self._ok, units=self._units,
            defects=sorted(self._defects, key=lambda defect: defect.row),
            issuances=self._issuances, projects=self._projects, nested=self._nested,
            keys=self._keys,
        )

    def _check(self, row: Row) -> None:
        columns = row.layout.columns
        if isinstance(columns, UnitColumns):
            unit, is_ok = check_unit(row, columns)
            self._ok += is_ok
            if unit is not None:
                self._units.append(unit)
        elif isinstance(columns, IssuanceColumns):
            self._issuances.append(check_issuance(row, columns))
        else:
            self._projects.append(check_project(row, columns, self._nested))
        if row.defects:
            self._defects += row.defects
        self._keys.append(row.natural_key)

    def _compare(self, column: str) -> None:
        overlaps = find_overlaps(column, self._units, self._keys)
        if overlaps:
            self._units = mark_overlaps(self._units, overlaps)
            self._defects += overlaps

    def _rows(self, layout: Layout, names: list[str]) -> Iterator[Row]:
        """Give the rows below the header, their cells trimmed."""
        for number, (line, cells) in enumerate(self._records, start=1):
            if number > ROWS_MAX:
                raise FileTooLarge(rows_max=ROWS_MAX)
            if len(cells) != len(names):
                reason = f"{len(cells)} cells under a header of {len(names)}"
                raise FileHasErrors(line=line, reason=reason)
            if self._told is not None and number % ROWS_TOLD == 0:
                self._told(number, self._lines)
            yield Row(layout, number, line, dict(zip(names, map(str.strip, cells), strict=True)))


def _notes(layout: Layout, names: list[str]) -> Iterator[Defect]:
    """Note once a file what its header lacks or has too much of."""
    for column in unknown_columns(layout, names):
        yield _note(column, "column_unknown", "The layout does not know this column.")
    columns = layout.columns
    if not isinstance(columns, UnitColumns) or columns.beneficiary:
        return
    if columns.status_here == "retired":
        yield _note("", "no_beneficiary_column", "The file never says for whom.")


def _note(column: str, code: str, message: str) -> Defect:
    return Defect(0, 1, cut(column), code, SEVERITIES[code], "", "", message)

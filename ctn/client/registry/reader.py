"""Reads a registry file whole, or says why it cannot be read.

The text rules are strict (RFC 4180, UTF-8), because a file that was cut or re-encoded on its
way must not pass for a shorter one. Source: registry.md 14.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ctn.client.registry.checks import Row, check_row, find_overlaps, mark_overlaps
from ctn.client.registry.layouts import Layout, column_names, find_layout, unknown_columns
from ctn.client.registry.report import SEVERITIES, Defect, ImportedFile, Unit, cut
from ctn.kernel.refusal import Refusal

FILE_BYTES_MAX: Final = 256 * 1024 * 1024
ROWS_MAX: Final = 1_000_000
CELL_BYTES_MAX: Final = 128 * 1024
BYTES_PER_SIGN_MAX: Final = 4


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
        for cell in cells:
            is_long = len(cell) * BYTES_PER_SIGN_MAX > CELL_BYTES_MAX
            if is_long and len(cell.encode()) > CELL_BYTES_MAX:
                raise FileTooLarge(line=line, cell_bytes_max=CELL_BYTES_MAX)
            if '"' in cell and not _is_quoted_well("".join(self._raw)):
                raise FileHasErrors(line=line, reason="a quote inside a cell without quotes")


def _is_quoted_well(record: str) -> bool:
    """Whether all that stands outside quotes meets them at a comma or an end of the record."""
    outside = record.rstrip("\r\n").split('"')[::2]
    first, *middle, last = outside
    return (
        (not first or first.endswith(","))
        and (not last or last.startswith(","))
        and all(not text or (text[0] == "," and text[-1] == ",") for text in middle)
    )


def read_file(path: Path, layout: str = "auto") -> ImportedFile:
    """Read and check one file of at most 256 MiB; nothing is written or sent.

    `layout` is an id of `layouts.LAYOUTS` or `auto`. Raises LayoutUnknown, FileTooLarge, NotUtf8
    or FileHasErrors when the file cannot be read; defects of rows are in the result.
    Source: registry.md 14.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise FileTooLarge(bytes_max=FILE_BYTES_MAX)
    return read_bytes(path.read_bytes(), name=path.name, layout=layout)


def read_bytes(content: bytes, *, name: str, layout: str = "auto") -> ImportedFile:
    """Read and check the bytes of one file, as `read_file` does."""
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes_max=FILE_BYTES_MAX)
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    try:
        return _read(iter(Records(text)), hashlib.sha256(content).hexdigest(), name, layout)
    except UnicodeDecodeError:
        raise NotUtf8(byte=_first_bad_byte(content)) from None


def _first_bad_byte(content: bytes) -> int:
    """Where the file stops being UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    raise AssertionError("the content is UTF-8")


def _read(
    records: Iterator[tuple[int, list[str]]], sha256: str, name: str, layout_id: str,
) -> ImportedFile:
    """Find the layout by the header and check every row, then the rows against each other."""
    _, header = next(records, (1, []))
    names = column_names(header)
    layout = find_layout(names, layout_id)
    for column in layout.required:
        if names.count(column) > 1:
            raise FileHasErrors(line=1, reason=f"the column {column} twice")
    defects = [_unknown_column(column) for column in unknown_columns(layout, names)]
    units: list[Unit] = []
    rows = serials_ok = 0
    for row in _rows(layout, names, records):
        unit, is_ok = check_row(row)
        if unit is not None:
            units.append(unit)
        defects += row.defects
        serials_ok += is_ok
        rows += 1
    overlaps = find_overlaps(layout, units)
    if overlaps:
        units = mark_overlaps(units, overlaps)
    defects = sorted([*defects, *overlaps], key=lambda defect: defect.row)
    return ImportedFile(
        file=name, sha256=sha256, layout=layout.id, rows=rows, serials_total=rows,
        serials_ok=serials_ok, units=units, defects=defects,
    )


def _rows(
    layout: Layout, names: list[str], records: Iterator[tuple[int, list[str]]],
) -> Iterator[Row]:
    """Give the rows below the header; equal texts are kept once, since columns repeat them."""
    shared: dict[str, str] = {}
    for number, (line, cells) in enumerate(records, start=1):
        if number > ROWS_MAX:
            raise FileTooLarge(rows_max=ROWS_MAX)
        if len(cells) != len(names):
            reason = f"{len(cells)} cells under a header of {len(names)}"
            raise FileHasErrors(line=line, reason=reason)
        trimmed = [shared.setdefault(cell, cell) for cell in map(str.strip, cells)]
        yield Row(layout, number, line, dict(zip(names, trimmed, strict=True)))


def _unknown_column(column: str) -> Defect:
    """Note a column that the layout does not know, once a file."""
    code = "column_unknown"
    return Defect(0, 1, cut(column), code, SEVERITIES[code], "", "",
                  "The layout does not know this column.")

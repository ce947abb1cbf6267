"""The files of an export as they are written: CSV, JSON and XLSX, in pieces."""

import csv
import importlib
import io
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from ctn.api.export_tables import Cell, ExportColumn

BOM: Final = "\ufeff"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
PIECE_BYTES: Final = 64 * 1024
SHEET_DIGITS: Final = 15  # a sheet keeps numbers as binary fractions of so many digits
Rows = Iterable[Sequence[Sequence[Any]]]
Columns = Sequence[ExportColumn]


def cells(columns: Columns, row: Sequence[Any]) -> list[Cell]:
    """The cells of a row."""
    return [
        None if value is None and column.is_ours else column.cell(value)
        for column, value in zip(columns, row, strict=True)
    ]


def inert(column: ExportColumn, cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula; numbers that we wrote stay as they are."""
    if isinstance(cell, str) and not column.is_ours and cell.startswith(FORMULA):
        return "'" + cell
    return cell


def csv_pieces(columns: Columns, rows: Rows) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte order mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([column.header for column in columns])
    for some in rows:
        for row in some:
            found = zip(columns, cells(columns, row), strict=True)
            writer.writerow([inert(column, cell) for column, cell in found])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def json_pieces(columns: Columns, rows: Rows, source: dict[str, Any]) -> Iterator[bytes]:
    """The source, then the rows as objects by header."""
    names = [column.header for column in columns]
    start = orjson.dumps({"source": source})[:-1] + b',"items":['
    for some in rows:
        items = [dict(zip(names, cells(columns, row), strict=True)) for row in some]
        if items:
            yield start + orjson.dumps(items)[1:-1]
            start = b","
    yield (start if start != b"," else b"") + b"]}"


def xlsx_pieces(columns: Columns, rows: Rows, source: dict[str, Any]) -> Iterator[bytes]:
    """A workbook with the rows, and a sheet that says where they are from.

    It is written to a file that has no name, since a workbook begins with what is known last.
    """
    # An extra: only whoever asks for this format needs it.
    xlsxwriter = importlib.import_module("xlsxwriter")
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet("rows")
        sheet.write_row(0, 0, [column.header for column in columns])
        lines = itertools.chain.from_iterable(rows)
        for line, row in enumerate(lines, start=1):
            for place, cell in enumerate(cells(columns, row)):
                _write(sheet, (line, place), cell, is_ours=columns[place].is_ours)
        about = book.add_worksheet("source")
        for line, (name, value) in enumerate(source.items()):
            about.write_string(line, 0, name)
            about.write_string(line, 1, str(value))
        book.close()
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _write(sheet: Any, place: tuple[int, int], cell: Cell, *, is_ours: bool) -> None:
    if cell is None or cell == "":
        return
    text = str(cell)
    digits = text.lstrip("-").replace(".", "", 1)
    if is_ours and digits.isdigit() and len(digits) <= SHEET_DIGITS:
        sheet.write_number(*place, Decimal(text))
    else:
        sheet.write_string(*place, text)

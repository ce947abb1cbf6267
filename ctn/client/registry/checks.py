"""Checks of one row against itself, and of the rows of a file against each other.

A row is compared with what its own serial shows; nothing is repaired by guess. What is missing
or differs without moving a number is a warning, what would put a wrong number on a line an
error. Source: registry.md 14.
"""

from heapq import heappop, heappush
from itertools import groupby
from typing import Final

import msgspec

from ctn.client.registry.cells import CellInvalid, read_date, read_integer
from ctn.client.registry.countries import country_code
from ctn.client.registry.layouts import Layout
from ctn.client.registry.report import SEVERITIES, Defect, Unit, cut
from ctn.modules.registry.serials import (
    MalformedSerial,
    ReversedRange,
    Serial,
    normalise,
    parse,
    print_serial,
)

NOBODY: Final = ("", "Not public", "Not Disclosed")


class Row:
    """One row under check: its trimmed cells by column, and what was read and found so far.

    `days` and `numbers` hold the date and number cells that read, by column.
    """

    def __init__(self, layout: Layout, number: int, line: int, cells: dict[str, str]) -> None:
        self.layout = layout
        self.number = number
        self.line = line
        self.cells = cells
        self.natural_key = ""
        self.defects: list[Defect] = []
        self.days: dict[str, str] = {}
        self.numbers: dict[str, int] = {}

    def cell(self, column: str) -> str:
        """The trimmed cell of a column, "" where the file has no such column."""
        return self.cells.get(column, "")

    def found(self, code: str, column: str, message: str) -> None:
        """Note a defect of this row."""
        self.defects.append(Defect(
            self.number, self.line, column, code, SEVERITIES[code],
            cut(self.cell(column)), self.natural_key, message,
        ))


def check_row(row: Row) -> tuple[Unit | None, bool]:
    """Check one row; give its units, if its serial reads, and whether serial and quantity agree."""
    serial = _serial(row)
    quantity = _quantity(row)
    _read_days(row)
    _read_numbers(row)
    is_ok = serial is not None and _is_exact(row, serial, quantity)
    if serial is not None:
        _compare_project(row, serial)
        _compare_country(row, serial)
        _compare_vintage(row, serial)
        _compare_flag(row, serial)
    status = _status(row)
    date = _own_date(row, status)
    _note_ending(row, status)
    if serial is None:
        return None, False
    return _unit(row, serial, quantity or 0, status=status, date=date), is_ok


def _serial(row: Row) -> Serial | None:
    """Read the serial by one of the grammars of the layout."""
    layout = row.layout
    cell = row.cell(layout.serial)
    row.natural_key = cut(cell)
    try:
        serial = parse(cell)
    except ReversedRange as refusal:
        row.found("range_reversed", layout.serial, f"The range runs backwards: {refusal}.")
        return None
    except MalformedSerial as refusal:
        row.found("serial_malformed", layout.serial, f"Not a serial: {refusal}.")
        return None
    if serial.grammar not in layout.grammars:
        row.found("serial_malformed", layout.serial,
                  f"A serial of {serial.registry} has no place in {layout.id}.")
        return None
    row.natural_key = f"{serial.line}/{serial.start}-{serial.end}"
    if not cell.isascii():
        row.found("encoding_repaired", layout.serial, f"Read as {serial.text}.")
    return serial


def _quantity(row: Row) -> int | None:
    """Read the quantity of the row, which may be neither blank nor negative."""
    layout = row.layout
    try:
        quantity = read_integer(row.cell(layout.quantity))
    except CellInvalid:
        row.found("quantity_invalid", layout.quantity, "Blank, or not a whole number.")
        return None
    if quantity < 0:
        row.found("quantity_invalid", layout.quantity, "Negative.")
        return None
    return quantity


def _read_days(row: Row) -> None:
    """Read the date cells, which may be blank."""
    layout = row.layout
    for column in layout.dates:
        cell = row.cell(column)
        if not cell:
            continue
        try:
            row.days[column] = read_date(cell)
        except CellInvalid:
            row.found("date_invalid", column, "Not a date in a known form.")


def _read_numbers(row: Row) -> None:
    """Read the other number cells, which may be blank or signed."""
    layout = row.layout
    for column in layout.numbers:
        cell = row.cell(column)
        if not cell:
            continue
        try:
            row.numbers[column] = read_integer(cell)
        except CellInvalid:
            row.found("quantity_invalid", column, "Not a whole number.")


def _is_exact(row: Row, serial: Serial, quantity: int | None) -> bool:
    """Whether the quantity is the length of the range and the serial prints back unchanged."""
    layout = row.layout
    if quantity is None:
        return False
    length = serial.end - serial.start + 1
    if quantity != length:
        row.found("quantity_mismatch", layout.quantity, f"The serial holds {length:,}.")
        return False
    printed = print_serial(serial, serial.start, serial.end)
    return printed == normalise(row.cell(layout.serial))


def _compare_project(row: Row, serial: Serial) -> None:
    """Compare the digits of the project column with the serial; a Kyoto serial has another id."""
    layout = row.layout
    cell = row.cell(layout.project).removesuffix(".0")
    digits = "".join([sign for sign in cell if sign in "0123456789"])
    if serial.registry != "ITL" and digits.lstrip("0") != serial.project.lstrip("0"):
        row.found("project_differs", layout.project, f"The serial shows {serial.project}.")


def _compare_country(row: Row, serial: Serial) -> None:
    """Compare the name of the country with the code in the serial."""
    layout = row.layout
    name = row.cell(layout.country)
    if not name:
        return
    code = country_code(name)
    if not code:
        row.found("country_unknown", layout.country, "Not in the table of country names.")
    elif code != serial.country:
        row.found("country_differs", layout.country,
                  f"The serial shows {serial.country}, the column {code}.")


def _compare_vintage(row: Row, serial: Serial) -> None:
    """Compare the vintage columns with the days or the year in the serial."""
    layout = row.layout
    if layout.vintage_days is not None:
        shown = serial.text.split("-")[-3:-1]
        for column, day in zip(layout.vintage_days, shown, strict=True):
            expected = f"{day[4:]}-{day[2:4]}-{day[:2]}"
            if row.days.get(column, expected) != expected:
                row.found("vintage_differs", column, f"The serial shows {day}.")
    elif serial.registry != "ITL":
        year = row.numbers.get(layout.vintage_year, serial.vintage)
        if year != serial.vintage:
            row.found("vintage_differs", layout.vintage_year,
                      f"The serial shows {serial.vintage}.")


def _compare_flag(row: Row, serial: Serial) -> None:
    """Compare Verra's last digit, 1 for units with a certification, with the certifications."""
    layout = row.layout
    if not layout.certifications:
        return
    has_flag = serial.text.endswith("-1")
    if has_flag != bool(row.cell(layout.certifications)):
        row.found("label_flag_differs", layout.certifications,
                  f"The serial ends in {serial.text[-1]}.")


def _status(row: Row) -> str:
    """Give the status of the row there: its word, or held and ended where dates alone tell."""
    layout = row.layout
    if not layout.status:
        return "ended" if row.cell(layout.ended) else "held"
    if layout.status not in row.cells:
        return layout.statuses[0][1]
    word = row.cell(layout.status)
    for known, status in layout.statuses:
        if word == known:
            return status
    row.found("status_unknown", layout.status, "Not a status of this layout.")
    return "unknown"


def _is_ended(layout: Layout, status: str) -> bool:
    """Whether the units ended; a row of a retirement file did, whatever its status word."""
    return bool(layout.ended) and status != "held"


def _own_date(row: Row, status: str) -> str:
    """Give the day of the end of an ended row, else of issue."""
    layout = row.layout
    column = layout.ended if _is_ended(layout, status) else layout.issued
    if not row.cell(column):
        row.found("date_missing", column, "The row has no date of its own.")
    return row.days.get(column, "")


def _note_ending(row: Row, status: str) -> None:
    """Note whom an ended row served, and whether the registry tells how it ended."""
    layout = row.layout
    if status == "ended":
        row.found("retire_or_cancel", layout.ended, "The file does not tell which of the two.")
    if status in ("ended", "retired") and row.cell(layout.beneficiary) in NOBODY:
        row.found("beneficiary_missing", layout.beneficiary, "Nobody is named.")


def _unit(row: Row, serial: Serial, quantity: int, *, status: str, date: str) -> Unit:
    """Put a row together; a serial without a vintage takes that of the column."""
    layout = row.layout
    return Unit(
        row=row.number,
        file_line=row.line,
        text=serial.text,
        grammar=serial.grammar,
        registry=serial.registry,
        line=serial.line,
        start=serial.start,
        end=serial.end,
        state="retired" if _is_ended(layout, status) else "seen",
        status=status,
        date=date,
        project=serial.project,
        vintage=serial.vintage or row.numbers.get(layout.vintage_year, 0),
        country=serial.country,
        quantity=quantity,
        methodology=row.cell(layout.methodology),
        name=row.cell(layout.name),
        beneficiary=row.cell(layout.beneficiary),
        reason=row.cell(layout.reason),
        details=row.cell(layout.details),
        is_defect=any(defect.severity == "error" for defect in row.defects),
    )


def find_overlaps(layout: Layout, units: list[Unit]) -> list[Defect]:
    """Find the rows that have numbers of an earlier row of the file, one defect a row.

    A sweep over the starts: of the ranges still open, the earliest row condemns the new one,
    and the new one condemns all later rows, each of them once.
    """
    found = []
    by_start = sorted(units, key=lambda unit: (unit.line, unit.start))
    for _, group in groupby(by_start, key=lambda unit: unit.line):
        earliest: list[tuple[int, Unit]] = []
        innocent: list[tuple[int, Unit]] = []
        for unit in group:
            while earliest and earliest[0][1].end < unit.start:
                heappop(earliest)
            while innocent and (innocent[0][1].end < unit.start or -innocent[0][0] > unit.row):
                _, later = heappop(innocent)
                if later.end >= unit.start:
                    found.append(_overlap(layout, later, unit))
            if earliest and earliest[0][0] < unit.row:
                found.append(_overlap(layout, unit, earliest[0][1]))
            else:
                heappush(innocent, (-unit.row, unit))
            heappush(earliest, (unit.row, unit))
    return found


def _overlap(layout: Layout, unit: Unit, earlier: Unit) -> Defect:
    """Say of a row which earlier row has some of its numbers."""
    return Defect(
        unit.row, unit.file_line, layout.serial, "overlap_in_file",
        SEVERITIES["overlap_in_file"], cut(unit.text), f"{unit.line}/{unit.start}-{unit.end}",
        f"Row {earlier.row} has numbers of this row too: {earlier.text}.",
    )


def mark_overlaps(units: list[Unit], overlaps: list[Defect]) -> list[Unit]:
    """Mark the rows that an overlap keeps out of the ledger."""
    rows = {defect.row for defect in overlaps}
    return [
        msgspec.structs.replace(unit, is_defect=True) if unit.row in rows else unit
        for unit in units
    ]

"""Checks of a row with a serial: the serial against its columns."""

from functools import lru_cache
from typing import Final

from ctn.client.registry.cells import CellInvalid, read_integer
from ctn.client.registry.checking import (
    Row,
    compare_country,
    compare_sum,
    project_number,
    read_days,
    read_numbers,
    read_quantity,
)
from ctn.client.registry.layout import UnitColumns
from ctn.client.registry.rows import Unit, cut
from ctn.modules.registry.serials import (
    MalformedSerial,
    ReversedRange,
    Serial,
    grams_per_number,
    parse,
    print_serial,
)

NOBODY: Final = ("", "Not public", "Not Disclosed")
BUFFER_MARKS: Final = ("BF", "BFC", "BFI")
TRUE_WORDS: Final = ("True", "true", "TRUE", "1")
GRAMS_PER_TONNE: Final = 1_000_000


def check_unit(row: Row, columns: UnitColumns) -> tuple[Unit | None, bool]:
    """Check one row; give its units, if its serial reads, and whether serial and quantity agree."""
    row.natural_key = cut(row.cell(columns.serial))
    quantity = read_quantity(row, columns.quantity) if columns.is_counted else None
    serial = _serial(row, columns, quantity)
    if not columns.is_counted:
        quantity = read_quantity(row, columns.quantity)
    read_days(row)
    read_numbers(row)
    # Of a counted serial whose quantity is 0 or unread, no number exists.
    has_numbers = not columns.is_counted or bool(quantity)
    is_ok = serial is not None and (
        _is_exact(row, columns, serial, quantity) if has_numbers else quantity == 0
    )
    if serial is not None:
        _compare_project(row, serial)
        compare_country(row, serial.country)
        _compare_vintage(row, columns, serial)
        _compare_flags(row, columns, serial)
        if has_numbers:
            _note_numbers(row, columns, serial)
    compare_sum(row, (columns.total[0], quantity) if columns.total else ("", None),
                columns.total[1:])
    status = _status(row, columns)
    date = _own_date(row, columns, status)
    _note_ending(row, columns, status)
    if serial is None or not has_numbers:
        return None, is_ok
    return _unit(row, serial, quantity or 0, status=status, date=date), is_ok


def _serial(row: Row, columns: UnitColumns, quantity: int | None) -> Serial | None:
    """Read the serial by one of the grammars of the layout."""
    cell = row.cell(columns.serial)
    try:
        serial = _parsed(row, columns, cell, quantity)
    except ReversedRange as refusal:
        row.found("range_reversed", columns.serial, f"The range runs backwards: {refusal}.")
        return None
    except MalformedSerial as refusal:
        row.found("serial_malformed", columns.serial, f"Not a serial: {refusal}.")
        return None
    if serial.grammar not in columns.grammars:
        row.found("serial_malformed", columns.serial,
                  f"A serial of {serial.registry} has no place in {row.layout.id}.")
        return None
    row.natural_key = (
        serial.line if columns.is_counted else f"{serial.line}/{serial.start}-{serial.end}"
    )
    if not cell.isascii():
        row.found("encoding_repaired", columns.serial, f"Read as {serial.text}.")
    return serial


def _parsed(row: Row, columns: UnitColumns, cell: str, quantity: int | None) -> Serial:
    """Read the text with the numbers beside it."""
    if columns.is_counted:
        return parse(cell, 1, quantity or 1)
    if columns.places is None:
        return parse(cell)
    first, last = columns.places
    try:
        return parse(cell, read_integer(row.cell(first)), read_integer(row.cell(last)))
    except CellInvalid:
        raise MalformedSerial(f"no number in {first} or {last}") from None


def _is_exact(
    row: Row, columns: UnitColumns, serial: Serial, quantity: int | None
) -> bool:
    """Whether the quantity is the length of the range and the serial prints back unchanged."""
    if quantity is None:
        return False
    length = serial.end - serial.start + 1
    if quantity != length:
        row.found("quantity_mismatch", columns.quantity, f"The serial holds {length:,}.")
        return False
    return print_serial(serial, serial.start, serial.end) == serial.text


def _compare_project(row: Row, serial: Serial) -> None:
    """Compare the digits of the project column with the serial; a Kyoto serial has another id."""
    column = row.layout.project
    if not column or not serial.project or serial.registry == "ITL":
        return
    cell = row.cell(column).removesuffix(".0")
    digits = "".join([sign for sign in cell if sign in "0123456789"])
    if digits.lstrip("0") != serial.project.lstrip("0"):
        row.found("project_differs", column, f"The serial shows {serial.project}.")


def _compare_vintage(row: Row, columns: UnitColumns, serial: Serial) -> None:
    """Compare the vintage columns with the days or the year in the serial."""
    if columns.vintage_days is not None:
        shown = serial.text.split("-")[-3:-1]
        for column, day in zip(columns.vintage_days, shown, strict=True):
            expected = f"{day[4:]}-{day[2:4]}-{day[:2]}"
            if row.days.get(column, expected) != expected:
                row.found("vintage_differs", column, f"The serial shows {day}.")
    elif serial.vintage:
        year = row.numbers.get(columns.vintage_year, serial.vintage)
        if year != serial.vintage:
            row.found("vintage_differs", columns.vintage_year,
                      f"The serial shows {serial.vintage}.")


def _compare_flags(row: Row, columns: UnitColumns, serial: Serial) -> None:
    """Compare flags of the serial with columns: Verra's last digit, Cercarbono's buffer mark."""
    if columns.certifications:
        has_flag = serial.text.endswith("-1")
        if has_flag != bool(row.cell(columns.certifications)):
            row.found("label_flag_differs", columns.certifications,
                      f"The serial ends in {serial.text[-1]}.")
    if columns.buffer and is_buffer(serial.text) != (row.cell(columns.buffer) in TRUE_WORDS):
        row.found("label_flag_differs", columns.buffer,
                  f"The serial says {'buffer' if is_buffer(serial.text) else 'no buffer'}.")


def is_buffer(text: str) -> bool:
    """Whether a Cercarbono serial marks credits of the buffer."""
    return any(mark in BUFFER_MARKS for mark in text.split("_"))


def _note_numbers(row: Row, columns: UnitColumns, serial: Serial) -> None:
    """Note numbers that count from 0, and a range that is no whole tonnes."""
    if serial.start == 0 and columns.places is not None:
        row.found("zero_based", columns.places[0], "The numbers of this line count from 0.")
    grams = (serial.end - serial.start + 1) * grams_per_number(serial.registry)
    if grams % GRAMS_PER_TONNE:
        row.found("fractional_tonnes", columns.quantity, "Not whole tonnes.")


def _status(row: Row, columns: UnitColumns) -> str:
    """Give the status of the row there: its word, or held and ended where dates alone tell."""
    if not columns.status:
        return columns.status_here or ("ended" if row.cell(columns.ended) else "held")
    if columns.status not in row.cells:
        return columns.status_here
    word = row.cell(columns.status)
    for known, status in columns.statuses:
        if word == known:
            return status
    row.found("status_unknown", columns.status, "Not a status of this layout.")
    return "unknown"


def _is_ended(columns: UnitColumns, status: str) -> bool:
    """Whether the units ended; a row of a retirement file did, whatever its status word."""
    return bool(columns.ended) and status != "held"


def _own_date(row: Row, columns: UnitColumns, status: str) -> str:
    """Give the day of the end of an ended row, else of issue."""
    column = columns.ended if _is_ended(columns, status) else columns.issued
    if not row.cell(column):
        row.found("date_missing", column, "The row has no date of its own.")
    return row.days.get(column, "")


def _note_ending(row: Row, columns: UnitColumns, status: str) -> None:
    """Note whom an ended row served, and whether the registry tells how it ended."""
    if status == "ended":
        row.found("retire_or_cancel", columns.ended, "The file does not tell which of the two.")
    column = columns.beneficiary
    if status in ("ended", "retired") and column and row.cell(column) in NOBODY:
        row.found("beneficiary_missing", column, "Nobody is named.")


def _destination(row: Row, columns: UnitColumns) -> str:
    """The scheme that a cancellation goes on to, by its word."""
    word = row.cell(columns.destination)
    for known, scheme in columns.destinations:
        if word == known:
            return scheme
    return ""


@lru_cache(maxsize=16_384)
def kept(text: str) -> str:
    """The text itself, one object for equal texts, since the rows of a file repeat them."""
    return text


def _unit(row: Row, serial: Serial, quantity: int, *, status: str, date: str) -> Unit:
    """Put a row together; a serial without a vintage or project takes that of the column."""
    layout, cells = row.layout, row.cells
    columns = layout.columns
    assert isinstance(columns, UnitColumns)
    return Unit(
        row=row.number,
        file_line=row.line,
        text=serial.text,
        grammar=serial.grammar,
        registry=serial.registry,
        line=serial.line,
        start=serial.start,
        end=serial.end,
        state="retired" if _is_ended(columns, status) else "seen",
        status=status,
        date=date,
        project=serial.project or project_number(row.cell(layout.project)),
        vintage=serial.vintage or row.numbers.get(columns.vintage_year, 0),
        country=serial.country,
        quantity=quantity,
        methodology=kept(cells.get(layout.methodology, "")),
        name=kept(cells.get(layout.name, "")),
        beneficiary=kept(cells.get(columns.beneficiary, "")),
        reason=kept(cells.get(columns.reason, "")),
        details=kept(cells.get(columns.details, "")),
        destination=_destination(row, columns) if columns.destination else "",
        is_buffer=bool(columns.buffer) and is_buffer(serial.text),
        is_defect=row.is_defect,
    )

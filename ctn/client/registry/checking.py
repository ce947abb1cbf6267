"""A row under check, and what rows of every kind are checked for.

Nothing is repaired by guess. What is missing or differs without moving a number is a warning,
what would put a wrong number on a line an error. Source: registry.md 14.
"""

import re
from typing import Final

from ctn.client.registry.cells import (
    CellInvalid,
    read_date,
    read_integer,
    read_kilograms,
    read_period,
)
from ctn.client.registry.countries import country_code
from ctn.client.registry.layout import Layout
from ctn.client.registry.rows import SEVERITIES, Defect, cut

# A number behind the letters of a registry, such as ACR1129, GS11603 or CDC-7.
PREFIXED: Final = re.compile(r"[A-Za-z]{2,4}-?([0-9]{1,9})(?:\.0)?|([0-9]{1,9})(?:\.0)?")


class Row:
    """One row under check: its trimmed cells by column, and what was read and found so far.

    `days` and `numbers` hold the date and number cells that read, by column.
    """

    __slots__ = ("cells", "days", "defects", "layout", "line", "natural_key", "number", "numbers")

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

    @property
    def is_defect(self) -> bool:
        """Whether something found keeps the row out of ledger, sums and watch list."""
        return any(defect.severity == "error" for defect in self.defects)


def project_number(cell: str) -> str:
    """Give a project's id without the letters of its registry; an opaque id as it stands."""
    found = PREFIXED.fullmatch(cell)
    if found is None:
        return cell
    return (found[1] or found[2]).lstrip("0")


def read_quantity(row: Row, column: str) -> int | None:
    """Read the quantity of a row, which may be neither blank nor negative."""
    try:
        quantity = read_integer(row.cell(column))
    except CellInvalid:
        row.found("quantity_invalid", column, "Blank, or not a whole number.")
        return None
    if quantity < 0:
        row.found("quantity_invalid", column, "Negative.")
        return None
    return quantity


def read_days(row: Row) -> None:
    """Read the date cells, which may be blank."""
    cells = row.cells
    for column in row.layout.dates:
        cell = cells.get(column)
        if not cell:
            continue
        try:
            row.days[column] = read_date(cell)
        except CellInvalid:
            row.found("date_invalid", column, "Not a date in a known form.")
    for column in row.layout.periods:
        cell = cells.get(column)
        if not cell:
            continue
        try:
            read_period(cell)
        except CellInvalid:
            row.found("date_invalid", column, "Not two dates in a known form.")


def read_numbers(row: Row) -> None:
    """Read the other number cells, which may be blank or signed, and pairs of two units."""
    for column in row.layout.numbers:
        cell = row.cells.get(column)
        if not cell:
            continue
        try:
            row.numbers[column] = read_integer(cell)
        except CellInvalid:
            row.found("quantity_invalid", column, "Not a whole number.")
    for column, kilograms in row.layout.tonnes:
        _compare_units(row, column, kilograms)


def _compare_units(row: Row, column: str, kilograms: str) -> None:
    """Compare tonnes with decimals with the same quantity in kilograms."""
    if not row.cell(column):
        return
    try:
        shown = read_kilograms(row.cell(column))
    except CellInvalid:
        row.found("quantity_invalid", column, "Not tonnes with at most three decimals.")
        return
    try:
        is_same = read_integer(row.cell(kilograms)) == shown
    except CellInvalid:
        return
    if not is_same:
        row.found("quantity_mismatch", column, f"{kilograms} shows another quantity.")


def compare_country(row: Row, shown: str) -> str:
    """Compare the name of the country with a code, where there is one; give the name's code."""
    column = row.layout.country
    name = row.cells.get(column)
    if not name:
        return ""
    code = country_code(name)
    if not code:
        row.found("country_unknown", column, "Not in the table of country names.")
    elif shown and code != shown:
        row.found("country_differs", column, f"The serial shows {shown}, the column {code}.")
    return code


def compare_sum(row: Row, total: tuple[str, int | None], shares: tuple[str, ...]) -> None:
    """Compare a total with the sum of its shares, of which a blank one is nothing."""
    column, quantity = total
    if quantity is None or not shares:
        return
    if any(row.cell(share) and share not in row.numbers for share in shares):
        return
    found = sum([row.numbers.get(share, 0) for share in shares])
    if found != quantity:
        row.found("sum_mismatch", column, f"Its shares add up to {found:,}.")

"""Checks of a row with an issued quantity and no serial."""

from ctn.client.registry.checking import (
    Row,
    compare_country,
    compare_sum,
    project_number,
    read_days,
    read_numbers,
    read_quantity,
)
from ctn.client.registry.layout import IssuanceColumns
from ctn.client.registry.rows import Issuance


def check_issuance(row: Row, columns: IssuanceColumns) -> Issuance:
    """Check one row: its quantity, its shares, its date; note that it names no number."""
    row.natural_key = _natural_key(row, columns)
    read_days(row)
    read_numbers(row)
    quantity = read_quantity(row, columns.quantity)
    compare_sum(row, (columns.quantity, quantity), columns.shares)
    compare_country(row, "")
    if not row.cell(columns.date):
        row.found("date_missing", columns.date, "The row has no date of its own.")
    row.found("notional", columns.quantity, "A quantity without numbers stays in the mirror.")
    return _issuance(row, columns, quantity or 0)


def _natural_key(row: Row, columns: IssuanceColumns) -> str:
    """Registry, project, date, vintage, quantity and whether some of it is buffer."""
    project = row.cell(row.layout.project) or row.cell(columns.origin)
    cells = [row.cell(column) for column in (columns.date, columns.vintage, columns.quantity)]
    has_buffer = any(row.cell(column).strip("0.") for column in columns.buffer)
    return "/".join([row.layout.source, project, *cells, str(int(has_buffer))])


def _issuance(row: Row, columns: IssuanceColumns, quantity: int) -> Issuance:
    ended = [row.numbers[column] for column in columns.ended if column in row.numbers]
    identity = row.cell(columns.issuance)
    source = row.layout.source
    return Issuance(
        row=row.number,
        file_line=row.line,
        registry=source,
        line=f"{source.upper()}-{identity}" if identity else "",
        project=project_number(row.cell(row.layout.project)),
        origin=row.cell(columns.origin),
        date=row.days.get(columns.date, ""),
        vintage=row.numbers.get(columns.vintage, 0),
        quantity=quantity,
        buffer=sum([row.numbers.get(column, 0) for column in columns.buffer]),
        ended=sum(ended) if ended else None,
        is_defect=row.is_defect,
    )

"""Checks of a row with a project, and of the issuances nested in it."""

from ctn.client.registry.cells import CellInvalid, read_degrees, read_integer
from ctn.client.registry.checking import (
    Row,
    compare_country,
    project_number,
    read_days,
    read_numbers,
)
from ctn.client.registry.countries import country_code
from ctn.client.registry.layout import ProjectColumns
from ctn.client.registry.layouts_projects import STATUS_WORDS
from ctn.client.registry.literals import Literal, LiteralInvalid, read_literal
from ctn.client.registry.rows import Project, Tally
from ctn.modules.registry.serials import MalformedSerial, parse

Place = tuple[int, int]


def check_project(row: Row, columns: ProjectColumns, nested: Tally) -> Project:
    """Check one row; serials in a list are counted in `nested`."""
    layout = row.layout
    project = project_number(row.cell(layout.project))
    row.natural_key = f"{layout.source}/{project}"
    read_days(row)
    read_numbers(row)
    status = _status(row, columns)
    country, place = compare_country(row, ""), None
    if columns.place is not None:
        place = _place(*[row.cell(column) for column in columns.place])
    if columns.locations:
        country, place = _location(row, columns.locations)
    if columns.serials:
        _check_nested(row, columns.serials, nested)
    return Project(
        row=row.number,
        registry=layout.source,
        project=project,
        name=row.cell(layout.name),
        country=country,
        type=_type(row.cell(layout.type)),
        methodology=row.cell(layout.methodology),
        status=status,
        start=row.days.get(columns.start, ""),
        end=row.days.get(columns.end, ""),
        place=place,
        is_defect=row.is_defect,
    )


def _status(row: Row, columns: ProjectColumns) -> str:
    """Give our word for the status; where it is blank, another column may tell it."""
    column = columns.status
    if not row.cell(column) and columns.fallback:
        column = columns.fallback
    status = STATUS_WORDS.get(row.cell(column))
    if status is None:
        row.found("status_unknown", column, "Not a status that is known.")
        return "unknown"
    return status


def _place(latitude: str, longitude: str) -> Place | None:
    """Give a place; one that is blank or unreadable is no defect, since no number needs it."""
    try:
        return read_degrees(latitude), read_degrees(longitude)
    except CellInvalid:
        return None


def _list(cell: str) -> list[dict[str, Literal]]:
    """Read a cell as a list of tables."""
    value = read_literal(cell) if cell else []
    if not isinstance(value, list):
        raise LiteralInvalid("no list")
    tables = [item for item in value if isinstance(item, dict)]
    if len(tables) != len(value):
        raise LiteralInvalid("a list of other things than tables")
    return tables


def _type(cell: str) -> str:
    """Give a type; of a list of sectors their descriptions."""
    if not cell.startswith("["):
        return cell
    try:
        return "; ".join([str(sector.get("description") or "") for sector in _list(cell)])
    except LiteralInvalid:
        return cell


def _location(row: Row, column: str) -> tuple[str, Place | None]:
    """Give country and place of the first location whose country is known."""
    try:
        locations = _list(row.cell(column))
    except LiteralInvalid as error:
        row.found("country_unknown", column, f"Not a list of places: {error}.")
        return "", None
    for location in locations:
        code = country_code(str(location.get("country") or ""))
        spot = location.get("data_map")
        if not code:
            row.found("country_unknown", column, "Not in the table of country names.")
        elif isinstance(spot, dict):
            return code, _place(str(spot.get("latitude")), str(spot.get("longitude")))
        else:
            return code, None
    return "", None


def _check_nested(row: Row, column: str, nested: Tally) -> None:
    """Read every serial of a list of issuances as those of a file of issuances are read."""
    try:
        issuances = _list(row.cell(column))
    except LiteralInvalid as error:
        row.found("serial_malformed", column, f"Not a list of issuances: {error}.")
        return
    for issuance in issuances:
        nested.total += 1
        text = str(issuance.get("serial") or "")
        try:
            quantity = read_integer(str(issuance.get("issued_quantity")))
        except CellInvalid:
            row.found("quantity_invalid", column, f"No whole number in {text}.")
            continue
        if quantity < 0:
            row.found("quantity_invalid", column, f"Negative in {text}.")
            continue
        try:
            serial = parse(text, 1, quantity or 1)  # an issuance that came to nothing has no range
        except MalformedSerial as error:
            row.found("serial_malformed", column, f"{text} is no serial: {error}.")
            continue
        if serial.grammar != "cdc":
            row.found("serial_malformed", column, f"{text} is no serial of this registry.")
        elif serial.project.lstrip("0") != project_number(row.cell(row.layout.project)):
            row.found("project_differs", column, f"{text} shows {serial.project}.")
        else:
            nested.ok += 1

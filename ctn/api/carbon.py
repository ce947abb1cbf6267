"""What is public of credits: projects, batches, serials and their life, retirements, supply."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from sqlalchemy import Select, Text, func, or_, select, type_coerce
from starlette.responses import Response

from ctn.api import resources
from ctn.api.amounts import as_texts, tonnes_text, with_texts
from ctn.api.asks import At, Country, Filter, Free, Name, SerialText, Year
from ctn.api.desk import found
from ctn.api.market import without_place
from ctn.api.paging import Listing, Paged, paged
from ctn.api.problems import NotFound
from ctn.api.read_problems import BadFilter
from ctn.api.routes import Route
from ctn.kernel.codec import encode
from ctn.modules.registry.serials import MalformedSerial, Serial, parse
from ctn.views import tables
from ctn.views.heights import EPOCH, MILLISECOND, resolve
from ctn.views.reader import View

Value = dict[str, Any]
PIECES_MAX: Final = 256
STEPS_MAX: Final = 1_000
YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9998
HOME: Final = "CTN"
CLASSES: Final = 100
_projects = tables.RECORDS["project"].table
_batches = tables.RECORDS["batch"].table
_certificates = tables.RECORDS["certificate"].table
_external = tables.RECORDS["external"].table
_pieces = tables.interval_history
_steps = tables.lineage
_parts = tables.certificate_parts
PROJECTS: Final = Listing("projects", (_projects.c.id,))
BATCHES: Final = Listing("batches", (_batches.c.id,))
INTERVALS: Final = Listing("intervals", (_pieces.c.batch, _pieces.c.start))
CERTIFICATES: Final = Listing(
    "certificates", (_certificates.c.time, _certificates.c.id), is_newest_first=True
)


async def projects(
    request: Request,
    page: Paged,
    class_id: Filter = "",
    country: Country = "",
    status: Filter = "",
) -> Response:
    """Projects by id."""
    statement = select(_projects)
    for column, value in (("class", class_id), ("country", country), ("status", status)):
        if value:
            statement = statement.where(_projects.c[column] == value)

    def shown(row: Value) -> Value:
        return as_texts(without_place(row), resources.PROJECT)

    return await found(request, lambda view: paged(view, statement, PROJECTS, page, shown))


async def project(request: Request, project: Name) -> Response:
    """A project, its batches, and the transactions that tell of it."""

    def read(view: View) -> Value:
        row = view.row(select(_projects).where(_projects.c.place == project))
        if row is None:
            raise NotFound(project=project)
        batches = select(_batches.c.id).where(_batches.c.project == project)
        made = with_texts(without_place(row), resources.PROJECT, "")
        rows = view.tuples(batches.order_by(_batches.c.id))
        made["batches"] = [found_row[0] for found_row in rows]
        return made | {"transactions": _told_of(view, "registry.ForeignProjectPut", project)}

    return await found(request, read)


async def batches(
    request: Request,
    page: Paged,
    project: Filter = "",
    class_id: Filter = "",
    status: Filter = "",
) -> Response:
    """Batches by id."""
    statement = select(_batches)
    for column, value in (("project", project), ("class", class_id), ("status", status)):
        if value:
            statement = statement.where(_batches.c[column] == value)

    def shown(row: Value) -> Value:
        return as_texts(without_place(row), resources.BATCH)

    return await found(request, lambda view: paged(view, statement, BATCHES, page, shown))


async def batch(request: Request, batch: Name) -> Response:
    """A batch, its serials by status, and the transactions that last moved them."""

    def read(view: View) -> Value:
        row = view.row(select(_batches).where(_batches.c.place == batch))
        if row is None:
            raise NotFound(batch=batch)
        made = with_texts(without_place(row), resources.BATCH, "")
        moved = select(_steps.c.tx, func.max(_steps.c.height)).where(
            _steps.c.batch == batch, _steps.c.tx.is_not(None)
        )
        rows = view.tuples(
            moved.group_by(_steps.c.tx).order_by(func.max(_steps.c.height).desc()).limit(CLASSES)
        )
        return made | {"transactions": [found_row[0] for found_row in rows]}

    return await found(request, read)


async def owned(batch: Filter = "", owner: Filter = "", status: Filter = "") -> dict[str, str]:
    """The filters of intervals that are asked for."""
    asked = {"batch": batch, "owner": owner, "status": status}
    return {name: value for name, value in asked.items() if value}


Owned = Annotated[dict[str, str], Depends(owned)]


async def intervals(request: Request, page: Paged, filters: Owned, at: At = "") -> Response:
    """Who owns which serials in what status, as of any height."""

    def read(view: View) -> Value:
        statement = standing(resolve(view, at or None).height)
        for column, value in filters.items():
            statement = statement.where(_pieces.c[column] == value)
        return paged(view, statement, INTERVALS, page, piece)

    return await found(request, read)


def standing(height: int) -> Select[Any]:
    """The intervals that stood at a height."""
    return select(_pieces).where(
        _pieces.c.from_height <= height,
        or_(_pieces.c.to_height.is_(None), _pieces.c.to_height > height),
    )


def piece(row: Value) -> Value:
    """An interval with its tonnes."""
    return row | {"tonnes": str(row["end"] - row["start"] + 1)}


async def serial(
    request: Request, text: SerialText, start: Filter = "", end: Filter = "", at: At = ""
) -> Response:
    """The life of serials of any registry: pieces and owners, every step, certificates.

    `start` and `end` are the numbers of a serial whose text has none.
    """
    try:
        named = parse(text, _number(start, "start"), _number(end, "end"))
    except MalformedSerial as error:
        raise BadFilter(field="text", rule=str(error)) from None
    return await found(request, lambda view: _life(view, named, at))


def _number(text: str, field: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or len(text) > len(str(10**15)):
        raise BadFilter(field=field, rule="a number below 10^15")
    return int(text)


def _life(view: View, named: Serial, at: str) -> Value:
    ranges: list[tuple[str, int, int]] = []
    foreign: list[Value] = []
    batch = None
    if named.registry == HOME:
        batch = named.line.removeprefix("CTN-").lower()
        ranges.append((batch, named.start, named.end))
    else:
        foreign = _foreign(view, named)
        ranges = [_mapped(row, named) for row in foreign if row["batch"] is not None]
    height = resolve(view, at or None).height
    pieces, steps, certificates, is_cut = [], [], [], len(foreign) > PIECES_MAX
    for name, first, last in ranges[:PIECES_MAX]:
        pieces += view.rows(_overlapping(standing(height), _pieces.c, name, (first, last)))
        steps += view.rows(_overlapping(select(_steps), _steps.c, name, (first, last)))
        certificates += view.rows(_overlapping(select(_parts), _parts.c, name, (first, last)))
    if not pieces and not foreign:
        raise NotFound(serial=named.text)
    is_cut = is_cut or max(len(pieces), len(certificates), len(steps)) > STEPS_MAX
    return {
        "text": named.text, "grammar": named.grammar, "registry": named.registry.lower(),
        "line": named.line, "start": named.start, "end": named.end, "batch": batch,
        "pieces": [piece(row) for row in pieces[:STEPS_MAX]], "steps": steps[:STEPS_MAX],
        "certificates": list(dict.fromkeys([row["certificate"] for row in certificates])),
        "external": foreign[:PIECES_MAX], "is_cut": is_cut,
    }  # fmt: skip


def _overlapping(
    statement: Select[Any], columns: Any, batch: str, span: tuple[int, int]
) -> Select[Any]:
    order = [columns.start] if "height" not in columns else [
        columns.height, columns.index, columns.number
    ]
    return (
        statement.where(columns.batch == batch)
        .where(columns.start <= span[1], columns.end >= span[0])
        .order_by(*order)
        .limit(STEPS_MAX + 1)
    )


def _foreign(view: View, named: Serial) -> list[Value]:
    """The intervals of a line of another registry that a serial meets."""
    column = _external.c
    line = named.line.lower()
    rows = view.rows(
        select(_external)
        .where(column.place >= f"{line}/", column.place < f"{line}0")
        .where(column.start <= named.end, column.end >= named.start)
        .order_by(column.place)
        .limit(PIECES_MAX + 1)
    )
    return [without_place(row) for row in rows]


def _mapped(row: Value, named: Serial) -> tuple[str, int, int]:
    """The serials of our batch that the named part of a foreign interval stands for."""
    grams = row["grams_per_number"]
    first = max(row["start"], named.start) - row["start"]
    last = min(row["end"], named.end) - row["start"]
    # Down: a number of less than a tonne lies within the serial that it is a part of.
    place = row["batch_start"]
    return row["batch"], place + first * grams // 10**6, place + ((last + 1) * grams - 1) // 10**6


def certificates_where(
    *, beneficiary: str, project: str, country: str, year: str
) -> Select[Any]:
    """Retirements that pass the filters; a hidden beneficiary is never found by name."""
    statement = select(_certificates)
    column = _certificates.c
    if beneficiary:
        statement = statement.where(
            or_(
                column.holder == beneficiary,
                column.on_behalf_of == beneficiary,
                *[
                    _packed(column.beneficiary).contains(
                        _json_member(name, beneficiary), autoescape=True
                    )
                    for name in ("name", "account")
                ],
            )
        )
    if project:
        batches = select(_batches.c.id).where(_batches.c.project == project)
        statement = statement.where(column.batch.in_(batches))
    if country:
        statement = statement.where(column.country == country)
    if year:
        first, last = year_span(year)
        statement = statement.where(column.time >= first, column.time < last)
    return statement


async def retired(
    beneficiary: Free = "", project: Filter = "", country: Country = "", year: Year = ""
) -> Select[Any]:
    """The retirements that are asked for: `beneficiary` a name as on it, or an address."""
    return certificates_where(
        beneficiary=beneficiary, project=project, country=country, year=year
    )


# What a parameter gives is no model of a body: FastAPI need not know its type.
Retired = Annotated[Any, Depends(retired)]


async def certificates(request: Request, page: Paged, statement: Retired) -> Response:
    """Retirements, newest first, with the sums over all that pass the filters.

    `beneficiary` is a name as on the certificate, or an address; `year` that of the retirement.
    """

    def read(view: View) -> Value:
        made = paged(
            view, statement, CERTIFICATES, page,
            lambda row: as_texts(without_place(row), resources.CERTIFICATE),
        )  # fmt: skip
        inner = statement.subquery()
        count, grams = view.tuples(
            select(func.count(), func.coalesce(func.sum(inner.c.grams), 0))
        )[0]
        text = f"{tonnes_text(int(grams))} tCO2e"
        sums = {"certificates": count, "grams": str(int(grams)), "grams_text": text}
        return made | {"sums": sums}

    return await found(request, read)


async def supply(request: Request, at: At = "") -> Response:
    """Tonnes of each class: issued, and by status, as of any height."""

    def read(view: View) -> Value:
        stood = standing(resolve(view, at or None).height).subquery()
        kind = _batches.c["class"]
        tonnes = func.sum(stood.c.end - stood.c.start + 1)
        rows = view.tuples(
            select(kind, stood.c.batch, stood.c.status, tonnes)
            .join(_batches, _batches.c.id == stood.c.batch)
            .group_by(kind, stood.c.batch, stood.c.status)
            .order_by(kind)
        )
        made: dict[str, tuple[dict[str, None], dict[str, int]]] = {}
        for name, batch_id, status, count in rows:
            names, statuses = made.setdefault(name, ({}, {}))
            names[batch_id] = None
            statuses[status] = statuses.get(status, 0) + int(count)
        return {"items": [_supply(name, *of) for name, of in made.items()], "next": None}

    return await found(request, read)


def _supply(name: str, batches: dict[str, None], statuses: dict[str, int]) -> Value:
    return {
        "class": name,
        "batches": len(batches),
        "issued_t": str(sum(statuses.values())),
        "statuses": {status: str(count) for status, count in sorted(statuses.items())},
    }


def year_span(year: str) -> tuple[int, int]:
    """The first ms of a year in UTC and the first after it; refuses by BadFilter."""
    is_year = year.isascii() and year.isdigit() and len(year) == len(str(YEAR_MAX))
    number = int(year) if is_year else 0
    if not YEAR_MIN <= number <= YEAR_MAX:
        raise BadFilter(field="year", rule=f"{YEAR_MIN} to {YEAR_MAX}")
    first = datetime(number, 1, 1, tzinfo=UTC)
    starts = (first, first.replace(year=number + 1))
    begin, end = [(start - EPOCH) // MILLISECOND for start in starts]
    return begin, end


def _packed(column: Any) -> Any:
    """A nested value as the canonical text that it is kept as."""
    return type_coerce(column, Text)


def _json_member(name: str, text: str) -> str:
    return encode({name: text}).decode()[1:-1]


def _told_of(view: View, event: str, place: str) -> list[str]:
    column = tables.events.c
    told = select(column.tx).where(
        column.event == event,
        column.tx.is_not(None),
        _packed(column.data).contains(_json_member("project", place), autoescape=True),
    )
    return [row[0] for row in view.tuples(told.order_by(column.height).limit(CLASSES))]


ROUTES: Final[tuple[Route, ...]] = (
    Route("/projects", projects, resources.list_shape(resources.PROJECT_ITEM)),
    Route("/projects/{project}", project, resources.PROJECT_ANSWER),
    Route("/batches", batches, resources.list_shape(resources.BATCH_ITEM)),
    Route("/batches/{batch}", batch, resources.BATCH_ANSWER),
    Route("/intervals", intervals, resources.list_shape(resources.INTERVAL_ITEM)),
    Route("/serials/{text:path}", serial, resources.SERIAL_ANSWER),
    Route("/certificates", certificates, resources.CERTIFICATES),
    Route("/supply", supply, resources.list_shape(resources.SUPPLY)),
)

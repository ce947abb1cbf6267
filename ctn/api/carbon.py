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
from ctn.api.paging import Listing, Paged, chosen, paged
from ctn.api.project_filters import Sought, Stated
from ctn.api.refusals import BadFilter, NotFound
from ctn.api.routes import Route
from ctn.kernel.codec import encode
from ctn.modules.registry.serials import Serial
from ctn.views import carbon as credits_of
from ctn.views import past, serials, tables
from ctn.views.heights import EPOCH, MILLISECOND, resolve
from ctn.views.reader import View

Value = dict[str, Any]
STEPS_MAX: Final = 1_000
YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9998
CLASSES: Final = 100
_projects = tables.RECORDS["project"].table
_batches = tables.RECORDS["batch"].table
_certificates = tables.RECORDS["certificate"].table
_pieces = tables.interval_history
_steps = tables.lineage
PROJECTS: Final = Listing("projects", (_projects.c.id,))
BATCHES: Final = Listing("batches", (_batches.c.id,))
INTERVALS: Final = Listing("intervals", (_pieces.c.batch, _pieces.c.start))
CERTIFICATES: Final = Listing(
    "certificates", (_certificates.c.time, _certificates.c.id), is_newest_first=True
)


async def projects(request: Request, page: Paged, words: Sought, facts: Stated) -> Response:
    """Projects by id."""
    statement = select(_projects).where(*words, *facts)

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
    asked = {"project": project, "class": class_id, "status": status}
    statement = chosen(select(_batches), _batches, **asked)

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
        then = past.intervals(resolve(view, at or None).height)
        statement = chosen(then, _pieces, **filters)
        return paged(view, statement, INTERVALS, page, piece)

    return await found(request, read)


def piece(row: Value) -> Value:
    """An interval with its tonnes."""
    return row | {"tonnes": str(row["end"] - row["start"] + 1)}


async def serial(
    request: Request, text: SerialText, start: Filter = "", end: Filter = "", at: At = ""
) -> Response:
    """The life of serials of any registry: pieces and owners, every step, certificates.

    `start` and `end` are the numbers of a serial whose text has none.
    """
    first, last = _number(start, "start"), _number(end, "end")
    return await found(request, lambda view: _life(view, serials.read(text, first, last), at))


def _number(text: str, field: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or len(text) > len(str(10**15)):
        raise BadFilter(field=field, rule="a number below 10^15")
    return int(text)


def _life(view: View, serial: Serial, at: str) -> Value:
    height = resolve(view, at or None).height
    known = serials.known(view, serial, STEPS_MAX + 1)
    if known is None:
        raise NotFound(serial=serial.text)
    asked = (view, known.ranges, height, STEPS_MAX + 1)
    pieces, steps = serials.pieces(*asked), serials.steps(*asked)
    covering = serials.certificates(*asked)
    longest = max(map(len, (pieces, steps, covering, known.externals)))
    return {
        "text": serial.text, "grammar": serial.grammar, "registry": serial.registry.lower(),
        "line": serial.line, "start": serial.start, "end": serial.end, "batch": known.batch,
        "pieces": [piece(row) for row in pieces[:STEPS_MAX]], "steps": steps[:STEPS_MAX],
        "certificates": [row["id"] for row in covering[:STEPS_MAX]],
        "external": [without_place(row) for row in known.externals[:STEPS_MAX]],
        "is_cut": longest > STEPS_MAX,
    }  # fmt: skip


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
        rows = credits_of.supply(view, resolve(view, at or None).height)
        return {"items": [_supply(row) for row in rows], "next": None}

    return await found(request, read)


def _supply(row: Value) -> Value:
    statuses = {status: str(count) for status, count in row["statuses"].items()}
    return {
        "class": row["class"], "batches": row["batches"], "issued_t": str(row["issued"]),
        "statuses": statuses,
    }  # fmt: skip


def year_span(year: str) -> tuple[int, int]:
    """The first ms of a year in UTC and the first after it; refuses by BadFilter."""
    is_year = year.isascii() and year.isdigit() and len(year) == len(str(YEAR_MAX))
    number = int(year) if is_year else 0
    if not YEAR_MIN <= number <= YEAR_MAX:
        raise BadFilter(field="year", rule=f"{YEAR_MIN} to {YEAR_MAX}")
    first = datetime(number, 1, 1, tzinfo=UTC)
    bounds = (first - EPOCH, first.replace(year=number + 1) - EPOCH)
    return bounds[0] // MILLISECOND, bounds[1] // MILLISECOND


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

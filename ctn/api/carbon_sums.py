"""Retirements added up: by whom they benefit, project, country or year (thallo.md 11, row 7)."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Query, Request
from sqlalchemy import Select, Text, func, select, type_coerce
from starlette.responses import Response

from ctn.api import resources
from ctn.api.amounts import tonnes_text
from ctn.api.carbon import Retired, Value, year_span
from ctn.api.desk import found
from ctn.api.routes import Route
from ctn.views import tables
from ctn.views.reader import View

GROUPS_MAX: Final = 100
GROUPS_READ_MAX: Final = 10_000  # one name may stand in several beneficiaries
MILLISECONDS: Final = 1_000
By = Annotated[
    Literal["beneficiary", "project", "country", "year"], Query(description="What is added up by")
]
Group = tuple[str | None, int, int]
_batches = tables.RECORDS["batch"].table


async def certificate_sums(request: Request, statement: Retired, by: By = "project") -> Response:
    """Retirements that pass the filters, added up by one thing, most grams first, 100 at most.

    `key` is null for those whose beneficiary is not named in public.
    """

    def read(view: View) -> Value:
        groups = _years(view, statement) if by == "year" else _groups(view, statement, by)
        groups.sort(key=lambda group: (-group[2], group[0] or ""))
        return {"items": [_sum(*group) for group in groups[:GROUPS_MAX]], "next": None}

    return await found(request, read)


def _groups(view: View, statement: Select[Any], by: str) -> list[Group]:
    inner = statement.subquery()
    keys = {
        "country": inner.c.country,
        "project": _batches.c.project,
        "beneficiary": type_coerce(inner.c.beneficiary, Text),
    }
    key = keys[by]
    asked = select(key, func.count(), func.sum(inner.c.grams))
    if by == "project":
        asked = asked.join(_batches, _batches.c.id == inner.c.batch)
    rows = view.tuples(
        asked.group_by(key).order_by(func.sum(inner.c.grams).desc(), key).limit(GROUPS_READ_MAX)
    )
    if by != "beneficiary":
        return [(name, count, int(grams)) for name, count, grams in rows]
    named: dict[str | None, tuple[int, int]] = {}
    for packed, count, grams in rows:
        name = _name(packed)
        before = named.get(name, (0, 0))
        named[name] = (before[0] + count, before[1] + int(grams))
    return [(name, *sums) for name, sums in named.items()]


def _name(packed: str | None) -> str | None:
    """The name in a packed beneficiary; null where there is none in public."""
    value = None if packed is None else msgspec.json.decode(packed)
    return None if value is None else value["name"]


def _years(view: View, statement: Select[Any]) -> list[Group]:
    """By the year in UTC, each a query of its own: calendars differ between databases."""
    inner = statement.subquery()
    first, last = view.tuples(select(func.min(inner.c.time), func.max(inner.c.time)))[0]
    if first is None:
        return []
    years = [datetime.fromtimestamp(time // MILLISECONDS, UTC).year for time in (first, last)]
    groups: list[Group] = []
    for year in range(max(years[0], years[1] - GROUPS_MAX + 1), years[1] + 1):
        begin, end = year_span(str(year))
        count, grams = view.tuples(
            select(func.count(), func.coalesce(func.sum(inner.c.grams), 0)).where(
                inner.c.time >= begin, inner.c.time < end
            )
        )[0]
        if count:
            groups.append((str(year), count, int(grams)))
    return groups


def _sum(key: str | None, count: int, grams: int) -> Value:
    text = f"{tonnes_text(grams)} tCO2e"
    return {"key": key, "certificates": count, "grams": str(grams), "grams_text": text}


ROUTES: Final[tuple[Route, ...]] = (
    Route("/certificates/sums", certificate_sums, resources.list_shape(resources.CERTIFICATE_SUM)),
)

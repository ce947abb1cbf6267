"""Questions about credits: projects, batches, certificates, supply, intervals, past states."""

from typing import Any, Final

from sqlalchemy import Select, func, select

from ctn.modules.registry.records import Batch, Certificate, Project
from ctn.views import past, tables
from ctn.views.heights import resolve
from ctn.views.pages import START, Page, Slice, Sort, page
from ctn.views.queries import (
    NO_FILTERS,
    Filters,
    changed_record,
    chosen,
    conditions,
    record,
    record_sorts,
    records,
)
from ctn.views.reader import View

Value = dict[str, Any]
CERTIFICATE_FILTERS: Final = (
    "holder", "batch", "use", "purpose", "country", "privacy", "height", "time", "grams", "tx",
)  # fmt: skip

_certificates: Final = tables.RECORDS["certificate"].table
_batches: Final = tables.RECORDS["batch"].table
_history: Final = tables.interval_history
INTERVAL_SORTS: Final = {
    "serial": Sort("serial", (_history.c.batch, _history.c.start, _history.c.from_height)),
}


def projects(
    view: View, filters: Filters = NO_FILTERS, *, sort: str | None = None, part: Slice = START
) -> Page:
    """A page of projects; filters on any plain field."""
    return records(view, Project, filters, sort=sort, part=part)


def batches(
    view: View, filters: Filters = NO_FILTERS, *, sort: str | None = None, part: Slice = START
) -> Page:
    """A page of batches; filters on any plain field, `vintage_min` and the like."""
    return records(view, Batch, filters, sort=sort, part=part)


def batch(view: View, identity: str) -> Value | None:
    """A batch by its id."""
    return record(view, Batch, identity)


def supply(
    view: View, height: int, class_id: str | None = None, identity: str | None = None
) -> list[Value]:
    """Tonnes of each class by status after a height: class, batches, issued, statuses.

    Of one class or batch when it is named; what left the ledger is counted in its status as well.
    """
    stood = past.intervals(height).subquery()
    kind, tonnes = _batches.c["class"], func.sum(stood.c.end - stood.c.start + 1)
    wanted = (
        select(kind, stood.c.batch, stood.c.status, tonnes)
        .join(_batches, _batches.c.id == stood.c.batch)
        .group_by(kind, stood.c.batch, stood.c.status)
        .order_by(kind, stood.c.batch, stood.c.status)
    )
    if class_id is not None:
        wanted = wanted.where(kind == class_id)
    if identity is not None:
        wanted = wanted.where(stood.c.batch == identity)
    made: dict[str, Value] = {}
    names: dict[str, dict[str, None]] = {}
    for of_class, batch_id, status, count in view.tuples(wanted):
        row = made.setdefault(
            of_class, {"class": of_class, "batches": 0, "issued": 0, "statuses": {}}
        )
        names.setdefault(of_class, {})[batch_id] = None
        row["batches"] = len(names[of_class])
        row["issued"] += int(count)
        row["statuses"][status] = row["statuses"].get(status, 0) + int(count)
    return list(made.values())


# --- certificates


def certificate_list(filters: Filters = NO_FILTERS, height: int | None = None) -> Select[Any]:
    """Retirements that pass some filters; `project`, `class` and `vintage` ask of their batch."""
    mine = {name: value for name, value in filters.items() if name not in _OF_BATCH}
    theirs = {name: value for name, value in filters.items() if name in _OF_BATCH}
    found = select(_certificates).where(*conditions(_certificates, mine, CERTIFICATE_FILTERS))
    if any(value is not None for value in theirs.values()):
        joined = _certificates.join(_batches, _batches.c.place == _certificates.c.batch)
        found = found.select_from(joined).where(*conditions(_batches, theirs))
    return found if height is None else found.where(_certificates.c.height <= height)


_OF_BATCH: Final = ("project", "class", "vintage", "vintage_min", "vintage_max")


def certificates(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
    at: str | None = None,
) -> Page:
    """A page of retirements, the newest first, now or as they stood at a height."""
    height = resolve(view, at).height
    sorts = {"time_down": record_sorts(Certificate)["time_down"]} | record_sorts(Certificate)
    found = page(view, certificate_list(filters, height), chosen(sorts, sort), part)
    for row in found.rows:
        _as_it_stood(view, row, height)
    return found


def certificate(view: View, identity: str, at: str | None = None) -> Value | None:
    """A certificate by its id, now or as it stood at a height."""
    height = resolve(view, at).height
    found = record(view, Certificate, identity)
    if found is None or found["height"] > height:
        return None
    return _as_it_stood(view, found, height)


def _as_it_stood(view: View, row: Value, height: int) -> Value:
    """Only `opened` ever changes on a certificate."""
    if height < view.height and row["opened"] is not None:
        then = changed_record(view, tables.CHANGES["certificate"], row["id"], str(height))
        row["opened"] = None if then is None else then["opened"]
    return row


# --- serials


def intervals(
    view: View, filters: Filters = NO_FILTERS, *, part: Slice = START, at: str | None = None
) -> Page:
    """Serial intervals by batch, owner or status, now or at a height, by batch and serial.

    Rows: batch, start, end, status, owner, cause, previous, freezes, since, from_height.
    """
    height = resolve(view, at).height
    allowed = ("batch", "owner", "status", "start", "end", "cause")
    found = past.intervals(height).where(*conditions(_history, filters, allowed))
    return page(view, found, INTERVAL_SORTS["serial"], part)

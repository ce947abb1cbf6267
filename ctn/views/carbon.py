"""Questions about credits: batches, serials and their life, certificates, supply, past states."""

from typing import Any, Final

from sqlalchemy import Select, or_, select

from ctn.modules.registry.records import Batch, Certificate, Project
from ctn.views import tables
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
from ctn.views.refusals import BadFilter

Value = dict[str, Any]
PIECES_MAX: Final = 1_000
CERTIFICATE_FILTERS: Final = (
    "holder", "batch", "use", "purpose", "country", "privacy", "height", "time", "grams", "tx",
)  # fmt: skip

_certificates: Final = tables.RECORDS["certificate"].table
_batches: Final = tables.RECORDS["batch"].table
_projects: Final = tables.RECORDS["project"].table
_intervals: Final = tables.RECORDS["interval"].table
_history, _lineage = tables.interval_history, tables.lineage
_parts: Final = tables.certificate_parts.c
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


def supply(view: View, identity: str) -> Value | None:
    """Tonnes of a batch by what became of them, and the grams that are on the market."""
    found = batch(view, identity)
    if found is None:
        return None
    held = tables.balances.c
    wanted = select(held.account, held.amount).where(
        held.asset == identity, held.account.like("%:" + identity)
    )
    ended = {account.partition(":")[0]: amount for account, amount in view.tuples(wanted)}
    return {"batch": identity, "issued": found["issued"], "counts": found["counts"],
            "market_g": -sum(ended.values())}  # fmt: skip


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


def certificates_of(view: View, identity: str, start: int, *, end: int) -> list[Value]:
    """The certificates that cover serials of a batch, with the part that each covers."""
    same = _certificates.c.place == _parts.certificate
    joined = tables.certificate_parts.join(_certificates, same)
    return view.rows(
        select(tables.certificate_parts, _certificates.c.holder, _certificates.c.time)
        .select_from(joined)
        .where(_parts.batch == identity, _parts.start <= end, _parts.end >= start)
        .order_by(_parts.start, _parts.certificate)
        .limit(PIECES_MAX)
    )


# --- serials


def intervals(
    view: View, filters: Filters = NO_FILTERS, *, part: Slice = START, at: str | None = None
) -> Page:
    """Serial intervals by batch, owner or status, now or at a height, by batch and serial.

    Rows: batch, start, end, status, owner, cause, previous, freezes, since, from_height.
    """
    height = resolve(view, at).height
    allowed = ("batch", "owner", "status", "start", "end", "cause")
    found = select(_history).where(
        *conditions(_history, filters, allowed), *_stood(height)
    )  # fmt: skip
    return page(view, found, INTERVAL_SORTS["serial"], part)


def _stood(height: int) -> tuple[Any, ...]:
    until = _history.c.to_height
    return (_history.c.from_height <= height, or_(until.is_(None), until > height))


def pieces(
    view: View, identity: str, start: int, *, end: int, at: str | None = None
) -> list[Value]:
    """What serials start..end of a batch are, or were: one row for each interval they lie in."""
    _check_range(start, end)
    height = resolve(view, at).height
    return view.rows(
        select(_history)
        .where(
            _history.c.batch == identity, _history.c.start <= end, _history.c.end >= start,
            *_stood(height),
        )
        .order_by(_history.c.start)
        .limit(PIECES_MAX)
    )  # fmt: skip


def life(view: View, identity: str, start: int, *, end: int) -> list[Value]:
    """Every step of serials start..end of a batch in order, with the time of its block."""
    _check_range(start, end)
    block = tables.blocks.c
    joined = _lineage.join(tables.blocks, block.height == _lineage.c.height)
    return view.rows(
        select(_lineage, block.time)
        .select_from(joined)
        .where(
            _lineage.c.batch == identity, _lineage.c.start <= end, _lineage.c.end >= start
        )
        .order_by(_lineage.c.height, _lineage.c["index"], _lineage.c.number)
        .limit(PIECES_MAX)
    )


def externals(view: View, line: str, start: int, *, end: int) -> list[Value]:
    """What is known of numbers of another registry's line, by number."""
    known = tables.RECORDS["external"].table
    low = f"{line.lower()}/"
    return view.rows(
        select(known)
        .where(
            known.c.place >= low, known.c.place < f"{line.lower()}0", known.c.start <= end,
            known.c.end >= start,
        )
        .order_by(known.c.start)
        .limit(PIECES_MAX)
    )  # fmt: skip


def _check_range(start: int, end: int) -> None:
    if not 1 <= start <= end:
        raise BadFilter(field="start", rule="1 up to the end")

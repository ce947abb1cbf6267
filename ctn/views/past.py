"""Whole tables of records as they stood at a height, for exports (`registry.md` 13)."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from ctn.views import tables
from ctn.views.reader import View

ROWS: Final = 5_000
INTERVALS: Final = "interval"


def values_at(view: View, table: str, height: int) -> Iterator[dict[str, Any]]:
    """The values of all records of a table after a block, in the order of their ids.

    `table` is `interval` or one of `tables.CHANGES`; the caller has resolved the height.
    """
    wanted = _intervals(height) if table == INTERVALS else _changed(table, height)
    found = view.connection.execute(wanted, execution_options={"yield_per": ROWS})
    for row in found.mappings():
        yield dict(row) if table == INTERVALS else row["value"]


def _intervals(height: int) -> Select[Any]:
    history = tables.interval_history.c
    stood = or_(history.to_height.is_(None), history.to_height > height)
    return (
        select(tables.interval_history)
        .where(history.from_height <= height, stood)
        .order_by(history.batch, history.start)
    )


def _changed(table: str, height: int) -> Select[Any]:
    changes = tables.CHANGES[table]
    then = changes.c
    newest = (
        select(then.place, func.max(then.height).label("height"))
        .where(then.height <= height)
        .group_by(then.place)
        .subquery()
    )
    same = and_(then.place == newest.c.place, then.height == newest.c.height)
    joined = changes.join(newest, same)
    return (
        select(then.value)
        .select_from(joined)
        .where(then.value.is_not(None))
        .order_by(then.place)
    )

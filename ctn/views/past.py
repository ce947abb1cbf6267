"""Past states as tables: what stood after a height, a page of it or all (thallo.md 3.6)."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import FromClause, Select, and_, func, or_, select

from ctn.views import tables
from ctn.views.reader import View

ROWS: Final = 5_000
INTERVALS: Final = "interval"

_history: Final = tables.interval_history


def intervals(height: int) -> Select[Any]:
    """The serial intervals that stood after a height."""
    return select(_history).where(
        _history.c.from_height <= height,
        or_(_history.c.to_height.is_(None), _history.c.to_height > height),
    )


def balances(height: int) -> FromClause:
    """What each account held after a height, and the height that changed it last."""
    table = tables.balance_changes
    later = table.alias("later")
    newest = (
        select(func.max(later.c.height))
        .where(
            later.c.account == table.c.account,
            later.c.asset == table.c.asset,
            later.c.height <= height,
        )
        .scalar_subquery()
    )
    return (
        select(table.c.account, table.c.asset, table.c.amount, table.c.height)
        .where(table.c.height == newest, table.c.amount != 0)
        .subquery("then")
    )


def certificates(height: int) -> FromClause:
    """The certificates that there were after a height, each with its value of then."""
    table, now = tables.CHANGES["certificate"], tables.RECORDS["certificate"].table
    later = table.alias("later")
    newest = (
        select(func.max(later.c.height))
        .where(later.c.place == table.c.place, later.c.height <= height)
        .scalar_subquery()
    )
    return (
        select(now, table.c.value.label("value_then"))
        .join(table, table.c.place == now.c.place)
        .where(table.c.height == newest, table.c.value.is_not(None))
        .subquery("then")
    )


def values(view: View, table: str, height: int) -> Iterator[dict[str, Any]]:
    """The values of all records of a table after a block, in the order of their ids.

    `table` is `interval` or one of `tables.CHANGES`; the caller has resolved the height.
    """
    is_serials = table == INTERVALS
    ordered = intervals(height).order_by(_history.c.batch, _history.c.start)
    wanted = ordered if is_serials else _records(table, height)
    found = view.connection.execute(wanted, execution_options={"yield_per": ROWS})
    for row in found.mappings():
        yield dict(row) if is_serials else row["value"]


def _records(table: str, height: int) -> Select[Any]:
    changes = tables.CHANGES[table]
    then = changes.c
    newest = (
        select(then.place, func.max(then.height).label("height"))
        .where(then.height <= height)
        .group_by(then.place)
        .subquery()
    )
    same = and_(then.place == newest.c.place, then.height == newest.c.height)
    return (
        select(then.value)
        .select_from(changes.join(newest, same))
        .where(then.value.is_not(None))
        .order_by(then.place)
    )

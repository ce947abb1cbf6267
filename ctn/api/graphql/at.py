"""Past states as tables that a page can be taken of: balances and certificates after a height."""

from sqlalchemy import FromClause, func, select

from ctn.views import tables


def balances(height: int) -> FromClause:
    """What each account held after a height."""
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
        select(table.c.account, table.c.asset, table.c.amount)
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

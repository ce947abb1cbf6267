"""SQL texts made once per database from the tables: upserts, deletes and the like.

They are compiled apart from their execution, because a rebuild runs them for millions of rows.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable, Table, and_, bindparam, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from ctn.views import tables

SQLITE: Final = "sqlite"
Values = dict[str, Any]
POSTGRESQL: Final = "postgresql"
MERGE_ADDS: Final = ("qty", "notional", "trades")


class Text:
    """A compiled statement and the order of its parameters."""

    __slots__ = ("names", "sql")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())

    def run(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Run it once for each row of parameters."""
        if rows:
            connection.exec_driver_sql(self.sql, rows)


@cache
def dialect_of(name: str) -> Dialect:
    """The dialect that texts are compiled for, with parameters by position."""
    if name == SQLITE:
        return sqlite.dialect(paramstyle="qmark")
    from sqlalchemy.dialects.postgresql import psycopg

    made: Dialect = psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    return made


def _insert(table: Table, name: str) -> Any:
    return (sqlite.insert if name == SQLITE else postgresql.insert)(table)


@cache
def insert(table: Table, name: str) -> Text:
    """Add a row that is not there yet; parameters in the order of the columns."""
    values: Values = {column.name: bindparam(column.name) for column in table.columns}
    return _checked(table, Text(_insert(table, name).values(values), dialect_of(name)))


@cache
def upsert(table: Table, name: str) -> Text:
    """Add a row or replace the one of the same key; parameters in the order of the columns."""
    values: Values = {column.name: bindparam(column.name) for column in table.columns}
    made = _insert(table, name).values(values)
    rest = [column.name for column in table.columns if not column.primary_key]
    key = [column.name for column in table.primary_key]
    changed = {column: made.excluded[column] for column in rest}
    made = (
        made.on_conflict_do_update(index_elements=key, set_=changed)
        if rest
        else made.on_conflict_do_nothing(index_elements=key)
    )
    return _checked(table, Text(made, dialect_of(name)))


@cache
def drop(table: Table, name: str) -> Text:
    """Delete the row of a key; parameters in the order of the key."""
    key = [column == bindparam("key_" + column.name) for column in table.primary_key]
    return Text(delete(table).where(and_(*key)), dialect_of(name))


@cache
def merge_candle(name: str) -> Text:
    """Add a candle, or join its later trades to the one that is there."""
    table = tables.candles
    values: Values = {column.name: bindparam(column.name) for column in table.columns}
    made = _insert(table, name).values(values)
    later, here = made.excluded, table.c
    changed = {column: here[column] + later[column] for column in MERGE_ADDS} | {
        "high": case((later.high > here.high, later.high), else_=here.high),
        "low": case((later.low < here.low, later.low), else_=here.low),
        "close": later.close,
    }
    key = [column.name for column in table.primary_key]
    made = made.on_conflict_do_update(index_elements=key, set_=changed)
    return _checked(table, Text(made, dialect_of(name)))


@cache
def close_interval(name: str) -> Text:
    """End what an interval was; parameters: height, batch, start."""
    history = tables.interval_history.c
    made = (
        update(tables.interval_history)
        .values(to_height=bindparam("height"))
        .where(
            history.batch == bindparam("of_batch"),
            history.start == bindparam("of_start"),
            history.to_height.is_(None),
        )
    )
    return Text(made, dialect_of(name))


def _checked(table: Table, text: Text) -> Text:
    assert text.names[: len(table.columns)] == tuple([column.name for column in table.columns])
    return text

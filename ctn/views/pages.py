"""Pages by key, which stay right while rows arrive, and columns for many rows at once.

A cursor is base64url JSON of the sort's name, the values sorted by, and the key (`thallo.md` 4.3).
It holds no secret and is not sealed; one that does not decode to exactly that is refused.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, literal, tuple_

from ctn.kernel.codec import INT_MAX
from ctn.views.reader import View
from ctn.views.refusals import BadCursor, BadFilter, PageTooLarge

Value = dict[str, Any]
PAGE: Final = 20
PAGE_MAX: Final = 100
COLUMNS_MAX: Final = 10_000
EXACT_MAX: Final = 2**53 - 1
CURSOR_MAX: Final = 1_024
KINDS: Final = {int: "number", str: "text"}


class Sort(NamedTuple):
    """A named order: columns that together name one row, all up or all down, none of them null."""

    name: str
    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False


class Slice(NamedTuple):
    """Which part of a list is wanted, as GraphQL connections ask for it."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


class Page(NamedTuple):
    """Rows in order with the cursor of each, and whether there are more on either side."""

    rows: list[Value]
    cursors: list[str]
    has_next: bool
    has_previous: bool


START: Final = Slice()


def page(view: View, statement: Select[Any], sort: Sort, part: Slice = START) -> Page:
    """A page of a statement in a named order; refuses BadCursor, and BadFilter for its sizes."""
    size = _size(part)
    is_backward = part.last is not None
    low, high = (part.before, part.after) if sort.descending else (part.after, part.before)
    key = tuple_(*sort.columns)
    for cursor, is_low in ((low, True), (high, False)):
        if cursor is not None:
            bound = _bound(sort, cursor)
            statement = statement.where(key > bound if is_low else key < bound)
    down = sort.descending != is_backward
    ordered = [column.desc() if down else column.asc() for column in sort.columns]
    found = view.rows(statement.order_by(*ordered).limit(size + 1))
    more = len(found) > size
    rows = found[:size]
    if is_backward:
        rows.reverse()
    cursors = [cursor_of(sort, row) for row in rows]
    if is_backward:
        return Page(rows, cursors, part.before is not None, more)
    return Page(rows, cursors, more, part.after is not None)


def cursor_of(sort: Sort, row: Value) -> str:
    """Where a row stands in a sort."""
    values = [row[_name(column)] for column in sort.columns]
    data = msgspec.json.encode([sort.name, *values])
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bound(sort: Sort, cursor: str) -> ColumnElement[Any]:
    values = _decoded(cursor)
    columns = sort.columns
    if len(values) != len(columns) + 1 or values[0] != sort.name:
        raise BadCursor(sort=sort.name)
    for column, value in zip(columns, values[1:], strict=True):
        kind = column.type.python_type
        is_good = type(value) is kind and (kind is not int or abs(value) <= INT_MAX)
        if not is_good or (kind is str and "\0" in value):
            raise BadCursor(sort=sort.name)
    pairs = zip(columns, values[1:], strict=True)
    return tuple_(*[literal(value, column.type) for column, value in pairs])


def _decoded(cursor: str) -> list[Any]:
    if len(cursor) > CURSOR_MAX:
        raise BadCursor()
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(data, type=list[Any])
    except (binascii.Error, UnicodeError, ValueError, msgspec.DecodeError):
        raise BadCursor() from None


def _size(part: Slice) -> int:
    if part.first is not None and part.last is not None:
        raise BadFilter(field="last", rule="first or last, not both")
    size = PAGE if part.first is None and part.last is None else (part.first or part.last or 0)
    if not 0 <= size <= PAGE_MAX:
        raise BadFilter(field="first" if part.last is None else "last", rule=f"0 to {PAGE_MAX}")
    return size


def _name(column: ColumnElement[Any]) -> str:
    name: str = column.key or ""
    return name


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]], height: int) -> Value:
    """Rows turned into columns: numbers, or all texts where one is beyond 2^53-1 (4.5)."""
    made: Value = {"height": height, "rows": len(rows), "strings": []}
    turned = list(zip(*rows, strict=True)) or [()] * len(names)
    for name, values in zip(names, turned, strict=True):
        if any(type(value) is int and abs(value) > EXACT_MAX for value in values):
            made["strings"].append(name)
            made[name] = [None if value is None else str(value) for value in values]
        else:
            made[name] = list(values)
    return made


def rows_wanted(rows: int, most: int = COLUMNS_MAX) -> int:
    """How many rows a question by columns asks for; refuses more than there may be."""
    if rows < 1:
        raise BadFilter(field="rows", rule="1 or more")
    if rows > most:
        raise PageTooLarge(limit=most, field="rows")
    return rows

"""Pages of a listing: they stay right while rows arrive, since a cursor names the last row seen.

A cursor is base64url JSON of the listing's name and the values of its sort; nothing in it is
secret, and whatever does not decode to exactly these is `bad_cursor` (thallo.md 4.3).
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import Depends
from sqlalchemy import FromClause, Select, tuple_
from sqlalchemy.sql.elements import KeyedColumnElement

from ctn.api.asks import NUL, Cursor, Limit
from ctn.api.refusals import BadCursor, PageTooLarge
from ctn.kernel.codec import DECODE_ERRORS, INT_MAX
from ctn.views.reader import View

PAGE: Final = 20
PAGE_MAX: Final = 100
CURSOR_LENGTH: Final = 1024
Value = dict[str, Any]
Shown = Callable[[Value], Value]


class Listing(NamedTuple):
    """How a listing is sorted: by these columns, which together name one row."""

    name: str
    columns: tuple[KeyedColumnElement[Any], ...]
    is_newest_first: bool = False


class Page(NamedTuple):
    """What a request asks of a listing."""

    size: int
    cursor: str


async def page_of(limit: Limit = "20", cursor: Cursor = "") -> Page:
    """The page that a request asks for; refuses by PageTooLarge."""
    if len(limit) > len(str(PAGE_MAX)) or int(limit) > PAGE_MAX:
        raise PageTooLarge(limit=PAGE_MAX, field="limit")
    return Page(int(limit), cursor)


Paged = Annotated[Page, Depends(page_of)]


def chosen(statement: Select[Any], source: FromClause, **wanted: str) -> Select[Any]:
    """The rows of a statement whose columns have these values; an empty value asks nothing."""
    asked = [source.c[name] == value for name, value in wanted.items() if value]
    return statement.where(*asked)


def paged(view: View, statement: Select[Any], listing: Listing, page: Page, shown: Shown) -> Value:
    """One page of a statement: `items`, each as `shown`, and `next`, the cursor of the next."""
    columns = listing.columns
    if page.cursor:
        values = tuple_(*read_cursor(page.cursor, listing))
        here = tuple_(*columns)
        statement = statement.where(here < values if listing.is_newest_first else here > values)
    order = [column.desc() for column in columns] if listing.is_newest_first else columns
    rows = view.rows(statement.order_by(*order).limit(page.size + 1))
    more = len(rows) > page.size
    rows = rows[: page.size]
    last = [rows[-1][column.name] for column in columns] if more else []
    items = [shown(row) for row in rows]
    return {"items": items, "next": cursor_of(listing, last) if more else None}


def cursor_of(listing: Listing, values: Sequence[Any]) -> str:
    """The cursor after a row with these values of the sort."""
    data = msgspec.json.encode([listing.name, *values])
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def read_cursor(text: str, listing: Listing) -> list[Any]:
    """The values of the sort that a cursor names; refuses by BadCursor."""
    try:
        if len(text) > CURSOR_LENGTH:
            raise ValueError(text)
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, *values = msgspec.json.decode(data, type=list[str | int])
    except (ValueError, binascii.Error, *DECODE_ERRORS):
        raise BadCursor(field="cursor") from None
    kinds = [column.type.python_type for column in listing.columns]
    is_ours = name == listing.name and [type(value) for value in values] == kinds
    if not is_ours or cursor_of(listing, values) != text:
        raise BadCursor(field="cursor")
    if any(isinstance(value, int) and abs(value) > INT_MAX for value in values):
        raise BadCursor(field="cursor")
    if any(isinstance(value, str) and NUL in value for value in values):
        raise BadCursor(field="cursor")
    return values

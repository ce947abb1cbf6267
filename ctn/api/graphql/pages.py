"""Pages of a connection over a table, or over what stood in it then (thallo.md 4.3)."""

from typing import Any, Final, NamedTuple

from sqlalchemy import FromClause, select

from ctn.api.refusals import PageTooLarge
from ctn.views import pages
from ctn.views.pages import PAGE_MAX, Page, Slice
from ctn.views.reader import View
from ctn.views.refusals import BadFilter

WINDOW: Final = ("first", "after", "last", "before")


class Sort(NamedTuple):
    """A named order: its columns, the last of them the key of the table."""

    name: str
    columns: tuple[str, ...]
    descending: bool = False
    text: str = ""


def page_of(view: View, source: FromClause, sort: Sort, *, part: Slice, where: Any) -> Page:
    """A part of a table or subquery in a sort; refuses PageTooLarge, BadFilter, BadCursor."""
    if part.first is not None and part.last is not None:
        raise BadFilter(field="last", rule="either first or last")
    for field, size in (("first", part.first), ("last", part.last)):
        if size is not None and size > PAGE_MAX:
            raise PageTooLarge(limit=PAGE_MAX, field=field)
    columns = tuple([source.c[name] for name in sort.columns])
    named = pages.Sort(sort.name, columns, sort.descending)
    return pages.page(view, select(source).where(*where), named, part)

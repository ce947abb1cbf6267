"""Connections: a type for each collection, with its sorts, its filter and its pages."""

import enum
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import strawberry
from sqlalchemy import FromClause, Select, select
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.kinds import constant
from ctn.api.graphql.nodes import Field, camel, many, maybe, object_type, safe_name
from ctn.api.graphql.pages import WINDOW, Sort, page_of
from ctn.api.graphql.reading import Reading, reading
from ctn.views import heights
from ctn.views.pages import Page, Slice
from ctn.views.refusals import BadFilter

UNSET: Final = strawberry.UNSET
TEXT_BYTES: Final = 128
Row = dict[str, Any]
Clause = Callable[[FromClause, Any], Any]


class Filter(NamedTuple):
    """One field of a filter: the type of its value, and the rows that it keeps."""

    kind: Any
    clause: Clause
    text: str = ""


class Collection(NamedTuple):
    """Rows of one type: where they stand, in which orders, and how they are chosen."""

    name: str
    kind: Any
    source: FromClause
    sorts: tuple[Sort, ...]
    filters: Mapping[str, Filter] = {}
    text: str = ""
    as_of: Callable[[int], FromClause] | None = None
    change: Callable[[Row], Row] | None = None
    within: Clause | None = None


class Given(NamedTuple):
    """What was asked besides the page: of which object, which rows, and when."""

    root: Any
    where: Any
    moment: str | None


class Rows:
    """A page with what its fields need: made by the resolver of a connection."""

    def __init__(self, made: Reading, found: "Asked", page: Page) -> None:
        self.reading = made
        self.asked = found
        self.page = page
        self.counted: tuple[int, bool] | None = None

    def count(self) -> tuple[int, bool]:
        """How many rows the filter keeps, exact to 10,000; counted once."""
        if self.counted is None:
            self.counted = self.reading.view.count(self.asked.statement)
        return self.counted

    def rows(self) -> list[Row]:
        """The rows of the page as the type reads them."""
        change = self.asked.collection.change
        return self.page.rows if change is None else [change(row) for row in self.page.rows]


class Asked(NamedTuple):
    """A collection as it was asked for."""

    collection: Collection
    sort: Sort
    statement: Select[Any]
    height: int
    time: int


def equal(column: str) -> Clause:
    """Rows whose column has exactly this value."""
    return lambda source, value: source.c[column] == value


def at_least(column: str) -> Clause:
    """Rows whose column is this value or more."""
    return lambda source, value: source.c[column] >= value


def at_most(column: str) -> Clause:
    """Rows whose column is this value or less."""
    return lambda source, value: source.c[column] <= value


def connection_field(collection: Collection) -> Any:
    """The field of a collection: pages of it, sorted and filtered."""
    return strawberry.field(
        resolver=_resolver(collection),
        graphql_type=connection_type(collection),
        description=collection.text or None,
    )


def nested_connection(collection: Collection) -> Field:
    """The same below an object: `within` says which rows belong to it."""
    return Field(connection_type(collection), collection.text, _resolver(collection))


def _resolver(collection: Collection) -> Any:
    sorts = {sort.name: sort for sort in collection.sorts}

    def resolve(root: Any, info: Info, **given: Any) -> Any:
        part = Slice(*[plain(given.get(name)) for name in WINDOW])
        chosen = plain(given.get("sort"))
        sort = collection.sorts[0] if chosen is None else sorts[chosen]
        where = plain(given.get("where"))
        moment = plain(given.get("at"))
        made = reading(info)
        return resolved(made, collection, sort, part=part, given=Given(root, where, moment))

    arguments: Row = dict.fromkeys(("first", "last"), maybe(int))
    arguments |= dict.fromkeys(("after", "before"), maybe(str))
    arguments["sort"] = sort_type(collection)
    if collection.filters:
        arguments["where"] = maybe(filter_type(collection))
    if collection.as_of is not None:
        arguments["at"] = maybe(str)
    return with_arguments(resolve, arguments)


def with_arguments(resolve: Any, arguments: Row) -> Any:
    """A resolver that takes these arguments, none of which must be given."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    taken = list(inspect.signature(resolve).parameters.values())
    named = [one for one in taken if one.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [
        inspect.Parameter(name, keyword, default=UNSET, annotation=kind)
        for name, kind in arguments.items()
    ]
    resolve.__signature__ = inspect.Signature([*named, *added])
    return resolve


def plain(value: Any) -> Any:
    """The value of an argument: of an enumeration, what the ledger writes; None if not given."""
    if value is UNSET:
        return None
    return value.value if isinstance(value, enum.Enum) else value


def resolved(
    made: Reading, collection: Collection, sort: Sort, *, part: Slice, given: "Given"
) -> Rows:
    """A page of a collection, at the height that is read or at an earlier one."""
    height, time = made.view.height, made.view.time
    source = collection.source
    if given.moment is not None and collection.as_of is not None:
        height, time = heights.resolve(made.view, given.moment)
        source = collection.as_of(height)
    clauses = clauses_of(collection, source, given.where)
    if collection.within is not None:
        clauses.append(collection.within(source, given.root))
    page = page_of(made.view, source, sort, part=part, where=clauses)
    statement = select(source).select_from(source).where(*clauses)
    return Rows(made, Asked(collection, sort, statement, height, time), page)


def clauses_of(collection: Collection, source: FromClause, where: Any) -> list[Any]:
    """The conditions of a filter; refuses BadFilter."""
    found: list[Any] = []
    for name, choice in collection.filters.items():
        value = None if where is None else plain(getattr(where, safe_name(name), None))
        if value is None:
            continue
        if isinstance(value, str) and (len(value.encode()) > TEXT_BYTES or "\0" in value):
            raise BadFilter(field=name, rule=f"at most {TEXT_BYTES} bytes")
        found.append(choice.clause(source, value))
    return found


def sort_type(collection: Collection) -> Any:
    """The enumeration of a collection's sorts."""
    name = collection.name + "Sort"
    members = {
        constant(sort.name): strawberry.enum_value(sort.name, description=sort.text or None)
        for sort in collection.sorts
    }
    made = enum.Enum(name, members)  # type: ignore[misc]
    made.__doc__ = None
    found = strawberry.enum(made, name=name, description=f"Orders; {collection.sorts[0].name} "
                            "where none is asked for.")  # fmt: skip
    return maybe(found)


def filter_type(collection: Collection) -> Any:
    """The input type of a collection's filter."""
    body: Row = {
        "__annotations__": {
            safe_name(name): maybe(one.kind) for name, one in collection.filters.items()
        },
        "__module__": __name__,
    }
    for name, one in collection.filters.items():
        body[safe_name(name)] = strawberry.field(
            name=camel(name), description=one.text or None, default=UNSET
        )
    made = type(collection.name + "Filter", (), body)
    return strawberry.input(made, description="Rows that fit all that is given.")


def connection_type(collection: Collection) -> Any:
    """The types of a connection: edges, nodes, page, count, and the height it stands at."""
    name, kind = collection.name, collection.kind
    edge = object_type(
        name + "Edge", "A row and where it stands.",
        {"cursor": Field(str, "For `after` and `before`."), "node": Field(kind)},
    )  # fmt: skip
    fields = {
        "edges": Field(many(edge), resolve=_edges),
        "nodes": Field(many(kind), resolve=_nodes),
        "page_info": Field(PAGE_INFO, resolve=_page_info),
        "total_count": Field(int, "Exact to 10,000.", _total),
        "total_count_capped": Field(bool, "Whether there are more than it says.", _capped),
        "height": Field(scalars.Height, "The height that it stands at.", _height),
        "time": Field(scalars.Time, "The time of that block.", _time),
    }
    return object_type(name + "Connection", f"Pages of {name} rows.", fields)


def _nodes(root: Any) -> Any:
    return root.rows()


def _edges(root: Any) -> Any:
    return [
        {"cursor": cursor, "node": row}
        for cursor, row in zip(root.page.cursors, root.rows(), strict=True)
    ]


def _page_info(root: Any) -> Any:
    cursors = root.page.cursors
    return {
        "has_next_page": root.page.has_next,
        "has_previous_page": root.page.has_previous,
        "start_cursor": cursors[0] if cursors else None,
        "end_cursor": cursors[-1] if cursors else None,
    }


def _total(root: Any) -> int:
    return int(root.count()[0])


def _capped(root: Any) -> bool:
    return bool(root.count()[1])


def _height(root: Any) -> Any:
    return root.asked.height


def _time(root: Any) -> Any:
    return root.asked.time


PAGE_INFO: Final = object_type(
    "PageInfo",
    "Whether more stands on either side of a page.",
    {
        "has_next_page": Field(bool),
        "has_previous_page": Field(bool),
        "start_cursor": Field(maybe(str)),
        "end_cursor": Field(maybe(str)),
    },
)

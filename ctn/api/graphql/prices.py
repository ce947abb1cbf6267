"""What a field costs, read from the schema once (thallo.md 4.8)."""

from functools import cache
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

from ctn.api.graphql.nodes import FIRST, ListMax, Relation

PLAIN, RELATION, CONNECTION, LIST, COLUMNS = "plain", "relation", "connection", "list", "columns"
RELATION_COST: Final = 5
INTROSPECTION_COST: Final = 200
COLUMNS_COST: Final = 10
ROWS_PER_UNIT: Final = 100
PAGE: Final = 20
PAGE_MAX: Final = 100
DEFAULT_ROWS: Final = {"orderBook": 50}
ROWS: Final = 500
ROWS_MAX: Final = 10_000
ROW_ARGUMENTS: Final = ("limit", "levels")


class Price(NamedTuple):
    """How a field is reckoned, the type below it, and for a list the most items."""

    kind: str
    below: str | None
    items: int = 1
    is_relation: bool = False
    first: int | None = None


@cache
def prices(schema: GraphQLSchema) -> dict[tuple[str, str], Price]:
    """The price of each field of each type."""
    found: dict[tuple[str, str], Price] = {}
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and name[:2] != "__":
            for field_name, field in kind.fields.items():
                found[name, field_name] = _price(field)
    return found


def _price(field: Any) -> Price:
    named = get_named_type(field.type)
    below = named.name if hasattr(named, "fields") else None
    made = field.extensions.get("strawberry-definition")
    directives = list(made.directives) if made is not None else []
    is_relation = any(isinstance(one, Relation) for one in directives)
    bounds = [one.n for one in directives if isinstance(one, ListMax)]
    if named.name == "Columns":
        return Price(COLUMNS, below)
    if named.name.endswith("Connection"):
        return Price(CONNECTION, below)
    if bounds and below is not None:
        first = FIRST if "first" in field.args else None
        return Price(LIST, below, bounds[0], is_relation, first)
    plain = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(plain, GraphQLList) and below is not None and named.name[-4:] != "Edge":
        return Price(LIST, below, 1, is_relation)
    return Price(RELATION if is_relation else PLAIN, below, 1, is_relation)

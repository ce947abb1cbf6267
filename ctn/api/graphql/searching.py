"""Search: exact ids first, then beginnings of names, then parts of them (thallo.md 3.7)."""

from typing import Any, Final

from strawberry.types import Info

from ctn.api.graphql.nodes import Field, Value, maybe, node_id, object_type
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.reading import reading
from ctn.views.search import ROWS, Found
from ctn.views.search import search as find

ROWS_MAX: Final = ROWS
# What is no record, or is found by the name of somebody beside it.
KINDS: Final = {
    "account": "Account", "block": "Block", "transaction": "Transaction", "trade": "Trade",
    "order": "Order", "serial": "Serial", "company": "Project",
}  # fmt: skip

Hit: Final = object_type(
    "SearchHit",
    "Something that fits a text: its type, its key, and its name where it has one.",
    {
        "kind": Field(str, "Its type in this schema, or `Serial`."),
        "key": Field(str),
        "name": Field(str),
        "id": Field(maybe(str), "For `node`, none for a serial."),
    },
)


def search(info: Info, text: str) -> Any:
    """At most 20 hits; two Chinese characters are enough."""
    return [_hit(found) for found in find(reading(info).view, text)]


def _hit(found: Found) -> Value:
    kind = KINDS.get(found.kind) or OBJECTS.classes[found.kind].__name__
    identity = None if found.kind == "serial" else node_id(kind, found.place)
    return {"kind": kind, "key": found.place, "name": found.name, "id": identity}

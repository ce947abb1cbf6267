"""Search: exact ids first, then beginnings of names, then parts of them (thallo.md 3.7)."""

from typing import Any, Final

from sqlalchemy import select
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.carbon import parsed
from ctn.api.graphql.ledger import transaction_of
from ctn.api.graphql.nodes import Field, Value, maybe, node_id, object_type
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.reading import Reading, reading
from ctn.kernel.account import is_address
from ctn.views import tables
from ctn.views.refusals import BadFilter

ROWS_MAX: Final = 20
TEXT_BYTES: Final = 128
HASH_DIGITS: Final = 64
EXACT: Final = ("project", "batch", "certificate", "instrument", "asset", "methodology", "class")
NAMED: Final = {"project": "Project", "company": "Project", "methodology": "Methodology",
                "class": "Class"}  # fmt: skip
LIKE_END: Final = "\\"

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
    if len(text.encode()) > TEXT_BYTES or "\0" in text:
        raise BadFilter(field="text", rule=f"at most {TEXT_BYTES} bytes")
    wanted = text.strip()
    if not wanted:
        return []
    found = {(hit["kind"], hit["key"]): hit for hit in _exact(info, wanted)}
    for hit in _named(reading(info), wanted.casefold()):
        found.setdefault((hit["kind"], hit["key"]), hit)
    return list(found.values())[:ROWS_MAX]


def _exact(info: Info, text: str) -> list[Value]:
    made = reading(info)
    found: list[Value] = []
    if is_address(text):
        found.append(_hit("Account", text))
    if len(text) == HASH_DIGITS and not text.strip("0123456789abcdef"):
        if transaction_of(info, text) is not None:
            found.append(_hit("Transaction", text))
        blocks = tables.blocks
        row = made.view.row(select(blocks.c.height).where(blocks.c.hash == text))
        if row is not None:
            found.append(_hit("Block", str(row["height"])))
    if text.isascii() and text.isdigit():
        found += _numbered(made, text)
    for table in EXACT:
        place = text if made.record(table, text) is not None else text.lower()
        if made.record(table, place) is not None:
            kind = OBJECTS.classes[table].__name__
            found.append(_hit(kind, place))
    serial = parsed(text)
    if serial is not None:
        found.append({"kind": "Serial", "key": serial.text, "name": serial.text, "id": None})
    return found


def _numbered(made: Reading, text: str) -> list[Value]:
    try:
        height = scalars.whole(text)
    except ValueError:
        return []
    blocks = tables.blocks
    row = made.view.row(select(blocks.c.height).where(blocks.c.height == height))
    return [] if row is None else [_hit("Block", text)]


def _named(made: Reading, folded: str) -> list[Value]:
    table = tables.names
    plain = folded.replace(LIKE_END, LIKE_END * 2).replace("%", "\\%").replace("_", "\\_")
    rows: list[Value] = []
    for pattern in (f"{plain}%", f"%{plain}%"):
        if len(rows) < ROWS_MAX:
            statement = (
                select(table.c.kind, table.c.place, table.c.name)
                .where(table.c.folded.like(pattern, escape=LIKE_END))
                .order_by(table.c.folded, table.c.kind, table.c.place)
                .limit(ROWS_MAX)
            )
            rows += made.view.rows(statement)
    return [_hit(NAMED.get(row["kind"], "Project"), row["place"], row["name"]) for row in rows]


def _hit(kind: str, key: str, name: str = "") -> Value:
    return {"kind": kind, "key": key, "name": name or key, "id": node_id(kind, key)}

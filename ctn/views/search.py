"""One box for everything: exact ids first, then names that begin so, then names that hold it.

Names are searched by plain comparison, so two Chinese characters are enough: no tokenizer cuts
them.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, select

from ctn.kernel.account import is_address
from ctn.modules.registry.serials import MalformedSerial, parse
from ctn.views import serials, tables
from ctn.views.reader import View
from ctn.views.refusals import BadFilter

ROWS: Final = 20
TEXT_BYTES: Final = 128
HASH_LENGTH: Final = 64
HEIGHT_DIGITS: Final = 18


class Found(NamedTuple):
    """What was found: its kind, the id to ask for it by, and how it is called."""

    kind: str
    place: str
    name: str


def search(view: View, text: str) -> list[Found]:
    """At most 20 things that a text names; refuses BadFilter when it is empty or too long."""
    wanted = text.strip()
    if not 1 <= len(wanted.encode()) <= TEXT_BYTES or "\0" in wanted:
        raise BadFilter(field="text", rule=f"1 to {TEXT_BYTES} bytes")
    found: dict[tuple[str, str], Found] = {}
    for look in (_ids, _serials, _names):
        for item in look(view, wanted):
            found.setdefault((item.kind, item.place), item)
            if len(found) == ROWS:
                return list(found.values())
    return list(found.values())


Look = Callable[[View, str], Iterator[Found]]


def _ids(view: View, text: str) -> Iterator[Found]:
    if text.isascii() and text.isdigit() and len(text) <= HEIGHT_DIGITS:
        yield from _rows(view, tables.blocks, "height", int(text), "block")
        yield from _rows(view, tables.trades, "no", int(text), "trade")
        yield from _rows(view, tables.orders, "no", int(text), "order")
    lower = text.lower()
    if len(lower) == HASH_LENGTH:
        for table, column, kind in HASHES:
            yield from _rows(view, table, column, lower, kind)
    if is_address(lower):
        yield Found("account", lower, lower)
    for kind, table in BY_ID.items():
        name = "name" if "name" in table.c else "place"
        wanted = select(table.c.place, table.c[name]).where(table.c.place.in_((text, lower)))
        for place, called in view.tuples(wanted):
            yield Found(kind, place, called)


def _rows(view: View, table: Table, column: str, value: Any, kind: str) -> Iterator[Found]:
    shown = table.c.height if kind == "block" else table.c[column]
    for row in view.tuples(select(shown).where(table.c[column] == value).limit(1)):
        yield Found(kind, str(row[0]), str(row[0]))


def _serials(view: View, text: str) -> Iterator[Found]:
    """A serial of any grammar of which something is known here."""
    try:
        serial = parse(text)
    except MalformedSerial:
        return
    if serials.known(view, serial, rows=1) is not None:
        yield Found("serial", serial.text, serial.text)


def _names(view: View, text: str) -> Iterator[Found]:
    names = tables.names.c
    folded = text.casefold()
    for match in (names.folded.startswith(folded, autoescape=True),
                  names.folded.contains(folded, autoescape=True)):  # fmt: skip
        wanted = select(names.kind, names.place, names.name).where(match)
        ordered = wanted.order_by(names.folded, names.kind, names.place, names.number)
        for row in view.tuples(ordered.limit(ROWS)):
            yield Found(*row)


HASHES: Final[tuple[tuple[Table, str, str], ...]] = (
    (tables.transactions, "id", "transaction"),
    (tables.blocks, "hash", "block"),
)
BY_ID: Final[dict[str, Table]] = {
    kind: tables.RECORDS[kind].table
    for kind in (
        "instrument", "project", "batch", "certificate", "methodology", "class", "asset",
        "freeze", "bridge",
    )
}  # fmt: skip

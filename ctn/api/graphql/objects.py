"""The object types that records, structs and events make by themselves."""

from typing import Any, Final

import strawberry
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.kinds import Kinds, Struct, numbers_of, sentence
from ctn.api.graphql.nodes import Field, Value, camel, maybe, object_type, read
from ctn.api.graphql.reading import reading
from ctn.api.graphql.tallies import TALLY
from ctn.kernel.record import Event, Record, event_name, numbered
from ctn.modules import record_kinds
from ctn.reference import events
from ctn.views import tables

LINKS: Final = ("asset", "batch", "calendar", "class", "instrument", "methodology", "project")
# Of a table, by name: the field that holds the id of a record of another table.
BESIDE: Final = {
    "instrument": {"state": ("place", "instrument_state")},
    "validator": {"liveness": ("place", "liveness"), "power": ("pubkey", "powers")},
}
MADE: Final = {"proposal": {"tally": TALLY}}


class Objects:
    """All types made from classes: by table for records, by name for events."""

    def __init__(self) -> None:
        kinds: list[Struct] = list(record_kinds())
        self.kinds = Kinds(numbers_of(kinds))
        self.records: dict[str, Any] = {}
        self.classes: dict[str, type[Record]] = {
            kind.table: kind for kind in record_kinds() if kind.table in tables.RECORDS
        }
        for table in self.classes:
            self.record(table)
        self.event = _event_interface()
        self.events: dict[str, Any] = {
            name: self._event(kind) for name, kind in sorted(events().items())
        }

    def record(self, table: str) -> Any:
        """The type of the records of a table."""
        known = self.records.get(table)
        if known is None:
            kind = self.classes[table]
            known = self.records[table] = object_type(
                kind.__name__, sentence(kind),
                self.linked(self.kinds.fields(kind, kind.__name__), kind.key) | self._beside(table),
                _key_of(kind),
            )  # fmt: skip
            self.kinds.made[kind] = known
        return known

    def linked(self, fields: dict[str, Field], key: tuple[str, ...]) -> dict[str, Field]:
        """Fields that name another record, as that record beside its id; never the own key."""
        found: dict[str, Field] = {}
        for name, field in fields.items():
            if name == "id":
                continue
            is_text = field.kind in (str, maybe(str))
            if name not in LINKS or name in key or not is_text:
                found[name] = field
                continue
            found[f"{name}_id"] = Field(field.kind, f"The key of `{name}`.")
            found[name] = self.link(name, name)
        return found

    def link(self, field: str, table: str) -> Field:
        """A field that reads the record whose key a column holds."""

        def resolve(root: Any, info: Info) -> Any:
            key = read(root, field)
            return None if key is None else reading(info).record(table, key)

        kind = maybe(self.record(table))
        return Field(kind, f"The {table} that it names.", resolve, is_relation=True)

    def _beside(self, table: str) -> dict[str, Field]:
        """Records of other tables that one of its fields names, and what is reckoned from it."""
        found = BESIDE.get(table, {})
        links = {name: self.link(field, other) for name, (field, other) in found.items()}
        return links | MADE.get(table, {})

    def _event(self, kind: type[Event]) -> Any:
        name = event_type_name(kind)
        own = self.kinds.fields(kind, name)
        return object_type(name, sentence(kind), own, bases=(self.event,))


def event_type_name(kind: type[Event]) -> str:
    """The name of an event's type: `MarketTraded`."""
    module, _, name = event_name(kind).partition(".")
    return module.capitalize() + name


def type_of_event(name: str) -> str:
    """The type of an event by its name in receipts: `market.Traded` is `MarketTraded`."""
    module, _, last = name.partition(".")
    return module.capitalize() + last


def _key_of(kind: type[Record]) -> Any:
    def key(row: Value) -> str:
        place = row.get("place")
        if place is None:  # a record that stands inside of another
            place = numbered(*[row[name] for name in kind.key])
        return str(place)

    return key


def event_row(row: Value) -> Value:
    """A row of the table of events as its own type."""
    data: Value = row["data"]
    return data | {
        "__typename": type_of_event(row["event"]),
        "event": row["event"],
        "block_height": row["height"],
        "receipt_index": row["index"],
        "event_number": row["number"],
        "tx_id": row["tx"],
    }


def _event_interface() -> Any:
    annotations = {name: field.kind for name, field in EVENT_FIELDS.items()}
    body: Value = {"__annotations__": annotations, "__module__": __name__}
    for name, field in EVENT_FIELDS.items():
        body[name] = strawberry.field(name=camel(name), description=field.text)
    made = type("Event", (), body)
    return strawberry.interface(made, name="Event", description="What a receipt tells.")


EVENT_FIELDS: Final = {
    "event": Field(str, "Its name in receipts: `module.Class`."),
    "block_height": Field(scalars.Height, "The block that it stands in."),
    "receipt_index": Field(int, "The place of its receipt in the block."),
    "event_number": Field(int, "Its place in the receipt."),
    "tx_id": Field(maybe(str), "The transaction, none where a hook told it."),
}

OBJECTS: Final = Objects()

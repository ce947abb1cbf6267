"""A record is something remembered, found by its type and id.

A record class names its `table` and, in `key`, the fields whose values make its id; a class whose
id is no field of its value (an account, found by its address) leaves `key` empty and is put with
an explicit place. A class may name an in-memory `Index`, kept equal to the records by the draft.
"""

from typing import ClassVar, Protocol, Self

import msgspec

from ctn.kernel.refusal import module_of


class Index(Protocol):
    """A pure function of all records of its types, updated with each put and drop."""

    def apply(self, place: str, before: "Record | None", after: "Record | None") -> None:
        """Replace `before` by `after`; its inverse is the call with both exchanged."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """Base of everything remembered; subclasses are frozen and change by `replace`."""

    table: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    index: ClassVar[type[Index] | None] = None

    def place(self) -> str:
        """The record's id: its key fields joined by `/`, numbers padded to 20 digits."""
        parts = [getattr(self, name) for name in self.key]
        return "/".join([f"{part:020d}" if type(part) is int else part for part in parts])

    def replace(self, **changes: object) -> Self:
        """The same record with some fields changed."""
        return msgspec.structs.replace(self, **changes)


class Event(msgspec.Struct, frozen=True):
    """A fact about a committed transaction, named `<module>.<Class>` in receipts."""


_event_names: dict[type[Event], str] = {}


def event_name(kind: type[Event]) -> str:
    """The name of an event class in receipts: its module, a point, the class."""
    name = _event_names.get(kind)
    if name is None:
        name = _event_names[kind] = f"{module_of(kind)}.{kind.__name__}"
    return name


def numbered(*parts: str | int) -> str:
    """An id made of parts, as `Record.place` joins them."""
    return "/".join([f"{part:020d}" if type(part) is int else str(part) for part in parts])

"""What is remembered of imported files: the hash of file and report, never a row."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.codec import Count, Hash, Time
from ctn.kernel.record import Record
from ctn.kernel.text import Address

# As the layouts of the importer are named: `verra.units`.
Layout = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}(?:\.[a-z0-9_]{1,32}){0,2}\Z")]


class ImportAnchor(Record, frozen=True):
    """A file that was read by a layout, and what came of it the last time."""

    table: ClassVar[str] = "import_anchor"
    key: ClassVar[tuple[str, ...]] = ("file", "layout")

    file: Hash
    layout: Layout
    rows: Count
    accepted: Count
    report: Hash
    by: Address
    time: Time

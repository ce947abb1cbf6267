"""What is remembered of assets."""

from typing import ClassVar

from ctn.kernel.record import Record

FREE = "free"
NONE = "none"


class Asset(Record, frozen=True):
    """Something that can be held, written by the module that issues it."""

    table: ClassVar[str] = "asset"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    transfer: str

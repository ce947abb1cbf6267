"""The plan of an upgrade: from which height on another version of the ledger rules."""

from typing import ClassVar, Final

from ctn.kernel.codec import Count
from ctn.kernel.record import Record

PLAN: Final = "plan"  # the id of the one plan


class Upgrade(Record, frozen=True):
    """The height of the first block that the version `app_version` makes."""

    table: ClassVar[str] = "upgrade"

    height: Count
    app_version: Count

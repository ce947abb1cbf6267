"""What waits in an account before it acts, and the lock under which almost nothing does.

A loosening is public while it waits, so that an owner sees it and any one signer can cancel it
(people.md 2.6). While an account is locked nothing matures but its unlock; while a recovery runs,
nothing but that.
"""

from bisect import bisect_left, bisect_right, insort
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from msgspec import Meta

from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.codec import Count, Time
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address
from ctn.modules.accounts.records import Families, GuardianThreshold, Limit

PENDING_MAX = 8


class GuardChange(msgspec.Struct, frozen=True, tag="accounts.set_guard", tag_field="op"):
    """Another guard."""

    trusted_only: bool
    limits: tuple[Limit, ...]
    guardians: tuple[str, ...]
    guardian_threshold: GuardianThreshold


class SignerChange(msgspec.Struct, frozen=True, tag="accounts.limit_signer", tag_field="op"):
    """A limited signer counts for more families, or for all."""

    scheme: Annotated[int, Meta(ge=1, le=255)]
    key: str
    families: Families | None


class TrustChange(msgspec.Struct, frozen=True, tag="accounts.add_trusted", tag_field="op"):
    """An address is trusted."""

    address: Address


class UnlockChange(msgspec.Struct, frozen=True, tag="accounts.unlock", tag_field="op"):
    """The lock is taken off."""


class RecoveryChange(msgspec.Struct, frozen=True, tag="accounts.recover", tag_field="op"):
    """Guardians replace the signers; a final recovery can no longer be stopped."""

    signers: tuple[Signer, ...]
    thresholds: Thresholds
    is_final: bool


Change = GuardChange | SignerChange | TrustChange | UnlockChange | RecoveryChange


class Due(NamedTuple):
    """A change that may mature: (effective, number) is the order in which changes do."""

    effective: int
    number: int
    account: str


class Waiting:
    """What waits in each account, which are locked or just closed, and what matures next.

    `_dues` holds only what may mature, so that what is parked under a lock costs no block.
    """

    def __init__(self) -> None:
        self.pending: dict[str, dict[int, Pending]] = {}
        self.locked: dict[str, None] = {}
        self.closings: dict[str, int] = {}
        self._dues: list[Due] = []

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one record by another; the inverse is the call with both exchanged."""
        known = after if after is not None else before
        if isinstance(known, Closing):
            self.closings.pop(place, None)
            if after is not None:
                self.closings[place] = known.height
            return
        account = place.partition("/")[0]
        for due in self._maturing(account):
            del self._dues[bisect_left(self._dues, due)]
        if isinstance(known, Pending):
            mine = self.pending.setdefault(account, {})
            mine.pop(known.number, None)
            if after is not None:
                mine[known.number] = known
            if not mine:
                del self.pending[account]
        elif after is not None:
            self.locked[account] = None
        else:
            self.locked.pop(account, None)
        for due in self._maturing(account):
            insort(self._dues, due)

    def of(self, account: str) -> "list[Pending]":
        """What waits in an account, by number."""
        mine = self.pending.get(account, {})
        return [mine[number] for number in sorted(mine)]

    def next_after(self, passed: Due | None) -> Due | None:
        """The first change that may mature, behind one already passed."""
        at = 0 if passed is None else bisect_right(self._dues, passed)
        return self._dues[at] if at < len(self._dues) else None

    def _maturing(self, account: str) -> list[Due]:
        """What may mature in an account: a recovery alone, the unlock of a locked one, or all."""
        mine = self.of(account)
        recoveries = [one for one in mine if isinstance(one.change, RecoveryChange)]
        if recoveries:
            mine = recoveries
        elif account in self.locked:
            mine = [one for one in mine if isinstance(one.change, UnlockChange)]
        return [Due(one.effective, one.number, account) for one in mine]


class Pending(Record, frozen=True):
    """A change that an account, or its guardians, asked for and that acts at `effective`."""

    table: ClassVar[str] = "pending"
    key: ClassVar[tuple[str, ...]] = ("account", "number")
    index: ClassVar[type[Index] | None] = Waiting

    account: Address
    number: Count
    change: Change
    requested: Time
    effective: Time


class PendingCounter(Record, frozen=True):
    """The number of the last pending change of all accounts; found by `last`."""

    table: ClassVar[str] = "pending_counter"

    last: Count


class Lock(Record, frozen=True):
    """Who locked an account, and since when; found by the account."""

    table: ClassVar[str] = "lock"
    index: ClassVar[type[Index] | None] = Waiting

    by: Address
    since: Time


class Closing(Record, frozen=True):
    """An account that was closed at a height, until later modules have ended what it had."""

    table: ClassVar[str] = "closing"
    index: ClassVar[type[Index] | None] = Waiting

    height: Count

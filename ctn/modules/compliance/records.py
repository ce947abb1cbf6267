"""What is remembered of compliance: who stopped an account, a pool or a bridge, and why."""

from bisect import bisect_left, insort
from typing import ClassVar, Final, Literal

from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Count, Hash, RegistryId, Time
from ctn.kernel.record import Index, Record
from ctn.kernel.text import AccountId, Text
from ctn.modules.accounts.freezes import FreezeScope

REGULATOR: Final = "regulator"
MEMBER: Final = "member"
COUNCIL: Final = "council"
MEMBER_MS: Final = 3 * DAY_MS
MEMBER_PAUSE_MS: Final = 30 * DAY_MS
LIFT_DELAY_MS: Final = 2 * DAY_MS

By = Literal["regulator", "member", "council"]


class Freezings:
    """When freezes end, and when members of the council froze each subject, oldest first.

    `live` counts the freezes that hold a subject now.
    """

    def __init__(self) -> None:
        self.due: list[tuple[int, str]] = []
        self.by_members: dict[tuple[str, str], list[int]] = {}
        self.live: dict[tuple[str, str], int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one freeze by what became of it."""
        if isinstance(before, ComplianceFreeze):
            if before.due is not None:
                del self.due[bisect_left(self.due, (before.due, place))]
            if before.duty == MEMBER:
                times = self.by_members[before.scope, before.subject]
                del times[bisect_left(times, before.since)]
            self._count(before, -1)
        if isinstance(after, ComplianceFreeze):
            if after.due is not None:
                insort(self.due, (after.due, place))
            if after.duty == MEMBER:
                insort(self.by_members.setdefault((after.scope, after.subject), []), after.since)
            self._count(after, 1)

    def _count(self, freeze: "ComplianceFreeze", step: int) -> None:
        if freeze.ended is not None:
            return
        subject = (freeze.scope, freeze.subject)
        count = self.live.get(subject, 0) + step
        if count:
            self.live[subject] = count
        else:
            del self.live[subject]


class ComplianceFreeze(Record, frozen=True):
    """An account, pool or bridge that an authority stopped, and how that ends."""

    table: ClassVar[str] = "compliance_freeze"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Freezings

    id: RegistryId
    scope: FreezeScope
    subject: str
    reason: Text
    evidence: Hash
    allow_retire: bool
    by: AccountId
    duty: By
    height: Count
    since: Time
    until: Time | None
    lift_at: Time | None
    ended: Time | None

    @property
    def due(self) -> int | None:
        """When it ends, as far as that is known; None when it ended or nothing ends it yet."""
        if self.ended is not None:
            return None
        times = [time for time in (self.until, self.lift_at) if time is not None]
        return min(times) if times else None

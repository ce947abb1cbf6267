"""An op is one intention, typed, and its class declares what the machine may hold it to.

The fields are what the user reads and signs. The class says who may send it (`needs`, `family`,
`threshold`), what it may change (`writes`), how it may be refused (`refuses`, in the order in
which they are tested), what it tells (`emits`), where it stands in a block (`lane`) and what it
may cost (`work`, 1 unit is about 1 microsecond).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from ctn.kernel.account import DutyKind, Role, Threshold, Track
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal

if TYPE_CHECKING:
    from ctn.kernel.ledger import Ledger

WORK = 40
OP_WORK_MAX = 90_000
SAFETY_LANE = 0
COMMON_LANE = 1
AUTHORITY = "authority"

Need = Role | DutyKind | Track
Carried = dict[str, Any]  # an operation as plain JSON: decoded again wherever it is run


class Passage(Enum):
    """What of an account's operations goes on while it is locked or frozen (people.md 2.5)."""

    NONE = "none"
    RETIREMENT = "retirement"  # for its own benefit: a freeze lets it through where it says so
    FREE = "free"


class Op(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="op"):
    """Base of every operation; subclasses name their tag `<module>.<verb>`."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.LOW
    delegable: ClassVar[bool] = False
    lane: ClassVar[int] = COMMON_LANE
    writes: ClassVar[tuple[type[Record], ...]] = ()
    refuses: ClassVar[tuple[type[Refusal], ...]] = ()
    emits: ClassVar[tuple[type[Event], ...]] = ()

    @property
    def work(self) -> int:
        """The most work this op may do, a pure function of its fields."""
        return WORK

    @property
    def scope(self) -> str:
        """What freezes when an invariant breaks around this op; "" when nothing does."""
        return ""

    @property
    def carried(self) -> tuple[Carried, ...]:
        """Operations that it carries for another sender."""
        return ()

    def passage(self, sender: str) -> Passage:
        """Whether a locked or frozen sender may still send it: its own cancels and revocations."""
        is_safety = self.lane == SAFETY_LANE and self.family != AUTHORITY
        return Passage.FREE if is_safety else Passage.NONE

    def check(self) -> None:
        """Refuse what needs no state to be refused."""

    def check_carried(self, ops: tuple[Op, ...]) -> None:
        """Refuse operations that this one may not carry, of which each was checked by itself."""

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Look up and refuse, then move, put and emit."""
        raise AssertionError("an operation without apply")


def op_tag(kind: type[Op]) -> str:
    """The tag of an operation class, `<module>.<verb>`."""
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def needs_of(kind: type[Op]) -> tuple[Need, ...]:
    """The roles and duties of which the sender must hold one."""
    needs = kind.needs
    return needs if isinstance(needs, tuple) else (needs,)

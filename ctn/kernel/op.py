"""An op is one intention, typed, and its class declares what the machine may hold it to.

The fields are what the user reads and signs. The class says who may send it (`needs`, `family`,
`threshold`), what it may change (`writes`), how it may be refused (`refuses`, in the order in
which they are tested), what it tells (`emits`), where it stands in a block (`lane`) and what it
may cost (`work`, 1 unit is about 1 microsecond).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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

Need = Role | DutyKind | Track


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

    def check(self) -> None:
        """Refuse what needs no state to be refused."""

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

"""Set who sits on the council, by a public vote or by four of its members."""

from typing import ClassVar

import msgspec

from ctn.kernel.account import Threshold, Track
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.events import CouncilSet
from ctn.modules.governance.records import (
    COUNCIL_MIN,
    EMERGENCY_MIN,
    HERE,
    Council,
    Members,
    Seats,
)
from ctn.modules.governance.rules import is_council


class BadCouncil(Refusal):
    """A member is named twice, or the numbers make no council of this network."""


class SetCouncil(Op, frozen=True, tag="governance.set_council"):
    """Replace the members of the council and its numbers, at once."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.GOVERNANCE
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Council,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadCouncil,)
    emits: ClassVar[tuple[type[Event], ...]] = (CouncilSet,)

    members: Members
    # The field is `threshold`; that name in an op is the signing weight that it asks.
    approvals: Seats = msgspec.field(name="threshold")
    emergency: Seats

    def check(self) -> None:
        """Refuse a member that is named twice."""
        if len(dict.fromkeys(self.members)) != len(self.members):
            raise BadCouncil(rule="each member once")

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse numbers that make no council, then replace it."""
        least = ledger.param(COUNCIL_MIN)
        count = len(self.members)
        if not is_council(count, self.approvals, self.emergency, least=least, alarm=EMERGENCY_MIN):
            raise BadCouncil(members=count, least=least, emergency_least=min(EMERGENCY_MIN, least))

        ledger.put(Council(self.members, self.approvals, self.emergency), HERE)
        ledger.emit(CouncilSet(list(self.members), self.approvals, self.emergency))

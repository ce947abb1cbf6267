"""Object to a public proposal that passed, while it waits, as a member of the council."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.approve import AlreadyApproved, seated
from ctn.modules.governance.closing import reject
from ctn.modules.governance.events import Objected, Rejected
from ctn.modules.governance.reads import (
    NotCouncil,
    ProposalClosed,
    ProposalNotFound,
    find_proposal,
    require_member,
)
from ctn.modules.governance.records import OBJECTIONS, PASSED, PUBLIC, Proposal


class Object(Op, frozen=True, tag="governance.object"):
    """Object to a public proposal before it runs; three, or the threshold if less, stop it."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.MEMBER
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Proposal,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NotCouncil,
        ProposalNotFound,
        ProposalClosed,
        AlreadyApproved,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Objected, Rejected)

    proposal: Count

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who may not, or did already; then count, and stop what enough object to."""
        council = require_member(ledger, sender)
        proposal = find_proposal(ledger, self.proposal)
        if proposal.state != PASSED or proposal.track != PUBLIC:
            raise ProposalClosed(proposal=self.proposal, state=proposal.state)
        if sender in proposal.objections:
            raise AlreadyApproved(proposal=self.proposal)

        objected = proposal.replace(objections=(*seated(council, proposal.objections), sender))
        have = len(objected.objections)
        need = min(OBJECTIONS, council.threshold)
        ledger.put(objected)
        ledger.emit(Objected(proposal.number, sender, have, need))
        if have >= need:
            reject(ledger, objected, "objections")

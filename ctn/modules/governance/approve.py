"""Approve a proposal to the council, as one of its members."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.closing import pass_now
from ctn.modules.governance.events import Approved, Passed
from ctn.modules.governance.reads import (
    NotCouncil,
    ProposalClosed,
    ProposalNotFound,
    find_open,
    require_member,
)
from ctn.modules.governance.records import (
    COUNCIL,
    COUNCIL_CHANGE_APPROVALS,
    Council,
    Proposal,
)
from ctn.modules.governance.rules import approvals_needed

SET_COUNCIL = "governance.set_council"


class AlreadyApproved(Refusal):
    """The member has approved the proposal, or objected to it, already."""


class Approve(Op, frozen=True, tag="governance.approve"):
    """Approve a proposal to the council; with enough approvals it waits and then runs."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.MEMBER
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Proposal,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NotCouncil,
        ProposalNotFound,
        ProposalClosed,
        AlreadyApproved,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Approved, Passed)

    proposal: Count

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who may not, or did already; then count, and pass what has enough."""
        council = require_member(ledger, sender)
        proposal = find_open(ledger, self.proposal)
        if proposal.track != COUNCIL:
            raise ProposalClosed(proposal=self.proposal, track=proposal.track)
        if sender in proposal.approvals:
            raise AlreadyApproved(proposal=self.proposal)

        approved = proposal.replace(approvals=(*seated(council, proposal.approvals), sender))
        have = len(approved.approvals)
        need = needed(council, approved)
        ledger.put(approved)
        ledger.emit(Approved(proposal.number, sender, have, need))
        if have >= need:
            pass_now(ledger, approved)


def seated(council: Council, members: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some members who sit on the council now; the words of others count no more.

    They are forgotten too, so that no list outgrows the council, however often that changed.
    """
    return tuple([member for member in members if member in council.members])


def needed(council: Council, proposal: Proposal) -> int:
    """How many members must approve: more where the council would change itself."""
    is_change = any(op["op"] == SET_COUNCIL for op in proposal.ops)
    floor = COUNCIL_CHANGE_APPROVALS if is_change else 1
    return approvals_needed(council.threshold, len(council.members), floor)

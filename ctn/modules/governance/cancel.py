"""Take back a proposal that is still open."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.closing import settle_bond
from ctn.modules.governance.events import Cancelled
from ctn.modules.governance.reads import ProposalClosed, ProposalNotFound, find_open
from ctn.modules.governance.records import CANCELLED, Proposal
from ctn.modules.governance.rules import is_bond_due_early


class Cancel(Op, frozen=True, tag="governance.cancel"):
    """Take back one's own open proposal; its bond goes where the votes so far send it."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "propose"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Proposal,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (ProposalNotFound, ProposalClosed)
    emits: ClassVar[tuple[type[Event], ...]] = (Cancelled,)

    proposal: Count

    @property
    def work(self) -> int:
        """The proposal and its bond."""
        return WORK + 10

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse another's or a closed proposal, then settle its bond and end it."""
        proposal = find_open(ledger, self.proposal)
        if proposal.proposer != sender:
            raise ProposalNotFound(proposal=self.proposal)

        is_due = is_bond_due_early(proposal.yes.weight, proposal.no.weight)
        settled = settle_bond(ledger, proposal, is_due=is_due)
        ledger.put(settled.replace(state=CANCELLED, ended=ledger.block.time))
        ledger.emit(Cancelled(proposal.number))

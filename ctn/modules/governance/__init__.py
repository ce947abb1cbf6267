"""Governance: the council, public votes, and the one way in which either acts.

What needs an authority that nobody holds alone is sent by `gov:council` or `gov:public`, and only
an executed proposal sends for them: a council's after enough approvals and a delay, a public one
after a vote with locked tonnes in which each owner weighs the square root of them. Members of the
council may together stop everything for a while; parameters, upgrades and anchors are kept here
(`reliability.md` 6, 17; `engine.md` 12, 19, 21).
"""

from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, Record
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.cancel import Cancel
from ctn.modules.governance.cancel_upgrade import CancelUpgrade
from ctn.modules.governance.events import (
    Executed,
    Expired,
    Failed,
    InvariantBroken,
    Passed,
    Rejected,
    Resumed,
    Stuck,
)
from ctn.modules.governance.hooks import begin_block, end_block, next_due
from ctn.modules.governance.invariants import INVARIANTS, recount_votes
from ctn.modules.governance.object import Object
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.record_anchor import RecordAnchor
from ctn.modules.governance.records import (
    PARAMS,
    Anchor,
    Ballot,
    Council,
    LastAnchor,
    LockedLot,
    ParamChange,
    PastRoot,
    Proposal,
    ProposalCounter,
    StopCall,
)
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.schedule_upgrade import ScheduleUpgrade
from ctn.modules.governance.set_council import SetCouncil
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.stop import Stop
from ctn.modules.governance.vote import Vote

__all__ = [
    "HOOK_EVENTS", "INVARIANTS", "PARAMS", "RECORDS", "Ops", "begin_block", "end_block",
    "next_due", "recount",
]  # fmt: skip

ProposalOps = Propose | Approve | Object | Vote | Cancel
DecidedOps = SetCouncil | SetParam | Stop | Resume
EngineOps = ScheduleUpgrade | CancelUpgrade | RecordAnchor

Ops = ProposalOps | DecidedOps | EngineOps
RECORDS: tuple[type[Record], ...] = (
    Council, Proposal, ProposalCounter, Ballot, LockedLot, ParamChange, StopCall, Anchor,
    LastAnchor, PastRoot,
)  # fmt: skip
# The last two are told by the kernel's hooks, of any module.
HOOK_EVENTS: tuple[type[Event], ...] = (
    Passed, Rejected, Executed, Failed, Expired, Resumed, InvariantBroken, Stuck,
)  # fmt: skip


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every lock, bond and tally of votes over the whole state; raises Breach."""
    recount_votes(ledger, balances)

"""What governance knows, for its own operations and for later modules."""

from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.records import (
    EXECUTED,
    HERE,
    OPEN,
    PASSED,
    Council,
    Proposal,
)


class NotCouncil(Refusal):
    """The sender is no member of the council."""


class ProposalNotFound(Refusal):
    """There is no such proposal."""


class ProposalClosed(Refusal):
    """The proposal is not in the state that this operation needs."""


def council_of(ledger: Ledger) -> Council | None:
    """The council, None on a chain that has none."""
    return ledger.get(Council, HERE)


def is_member(ledger: Ledger, address: str) -> bool:
    """Whether an address sits on the council."""
    council = council_of(ledger)
    return council is not None and address in council.members


def require_member(ledger: Ledger, address: str) -> Council:
    """The council; refuses who does not sit on it."""
    council = council_of(ledger)
    if council is None or address not in council.members:
        raise NotCouncil()
    return council


def find_proposal(ledger: Ledger, number: int) -> Proposal:
    """A proposal by its number; refuses when there is none."""
    found = ledger.get(Proposal, numbered(number))
    if found is None:
        raise ProposalNotFound(proposal=number)
    return found


def find_open(ledger: Ledger, number: int) -> Proposal:
    """A proposal that is still open; refuses another state."""
    found = find_proposal(ledger, number)
    if found.state != OPEN or found.closes <= ledger.block.time:
        raise ProposalClosed(proposal=number, state=found.state, closes=found.closes)
    return found


def decision(ledger: Ledger, number: int) -> bool | None:
    """Whether a proposal passed, None while it is open; refuses when there is none."""
    state = find_proposal(ledger, number).state
    return None if state == OPEN else state in (PASSED, EXECUTED)

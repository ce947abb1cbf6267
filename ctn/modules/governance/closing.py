"""How proposals end: bonds go back or are lost, and what was locked is given back lot by lot."""

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.modules.accounts.mutators import release
from ctn.modules.governance.events import Executed, Expired, Failed, Passed, Rejected
from ctn.modules.governance.records import (
    BOND_ASSET,
    COUNCIL_DELAY,
    EXECUTED,
    EXPIRED,
    FAILED,
    PASSED,
    PUBLIC,
    REJECTED,
    TREASURY,
    VOTE_MIN,
    VOTE_QUORUM,
    Ballot,
    Failure,
    LockedLot,
    Proposal,
    bond_account,
    vote_account,
)
from ctn.modules.governance.rules import has_quorum, is_bond_due, is_carried
from ctn.modules.staking.reads import bonded_total_t

RESUME = "governance.resume"


def pass_now(ledger: Ledger, proposal: Proposal) -> None:
    """Let a proposal wait for its execution; one that only resumes does not wait."""
    delay = 0 if is_resuming(proposal) else ledger.param(COUNCIL_DELAY)
    runs = ledger.block.time + delay
    ledger.put(proposal.replace(state=PASSED, runs=runs))
    ledger.emit(Passed(proposal.number, runs))


def is_resuming(proposal: Proposal) -> bool:
    """Whether all that a proposal does is to end the emergency stop."""
    tags = [op["op"] for op in proposal.ops]
    return bool(tags) and all(tag == RESUME for tag in tags)


def close(ledger: Ledger, place: str) -> None:
    """End what was open until now: a vote by its tally, a proposal to the council unapproved."""
    proposal = _get(ledger, place)
    if proposal.track != PUBLIC:
        ledger.put(proposal.replace(state=EXPIRED, ended=ledger.block.time))
        ledger.emit(Expired(proposal.number))
        return
    settled = settle_bond(
        ledger, proposal, is_due=is_bond_due(proposal.yes.weight, proposal.no.weight)
    )
    if is_adopted(ledger, proposal):
        pass_now(ledger, settled)
    else:
        reject(ledger, settled, "vote")


def is_adopted(ledger: Ledger, proposal: Proposal) -> bool:
    """Whether the ballots so far adopt a public proposal (reliability.md 6.3)."""
    yes, no = proposal.yes, proposal.no
    enough = has_quorum(
        yes.owners + no.owners,
        yes.tonnes + no.tonnes,
        quorum=ledger.param(VOTE_QUORUM),
        least_t=ledger.param(VOTE_MIN),
        bonded_t=bonded_total_t(ledger),
    )
    return enough and is_carried(yes.weight, no.weight)


def reject(ledger: Ledger, proposal: Proposal, cause: str) -> None:
    """End a proposal that did not find enough for it, or too much against it."""
    ledger.put(proposal.replace(state=REJECTED, runs=None, ended=ledger.block.time))
    ledger.emit(Rejected(proposal.number, cause))


def settle_bond(ledger: Ledger, proposal: Proposal, *, is_due: bool) -> Proposal:
    """Give the bond back or to the treasury; the proposal without it."""
    if proposal.bond:
        target = proposal.proposer if is_due else TREASURY
        source = bond_account(proposal.proposer)
        ledger.move(BOND_ASSET, proposal.bond, source=source, target=target)
        release(ledger, proposal.proposer, "bond")
    return proposal.replace(bond=0)


def executed(ledger: Ledger, place: str) -> None:
    """What follows operations that were applied."""
    proposal = _get(ledger, place)
    ledger.put(proposal.replace(state=EXECUTED, ended=ledger.block.time))
    ledger.emit(Executed(proposal.number))


def failed(ledger: Ledger, refusal: str, op: int, place: str) -> None:
    """What follows operations of which one was refused: nothing of them stays."""
    proposal = _get(ledger, place)
    failure = Failure(refusal, op)
    ledger.put(proposal.replace(state=FAILED, ended=ledger.block.time, failure=failure))
    ledger.emit(Failed(proposal.number, refusal, op))


def give_back(ledger: Ledger, place: str) -> None:
    """Return one locked lot, and forget the ballot with its last one."""
    lot = ledger.get(LockedLot, place)
    assert lot is not None
    ballot_place = f"{numbered(lot.proposal)}/{lot.owner}"
    ballot = ledger.get(Ballot, ballot_place)
    assert ballot is not None
    grams = lot.tonnes * GRAMS_PER_TONNE
    ledger.move(lot.batch, grams, source=vote_account(lot.proposal), target=lot.account)
    ledger.drop(LockedLot, place)
    release(ledger, lot.account, "bond")
    if ballot.lots > 1:
        ledger.put(ballot.replace(tonnes=ballot.tonnes - lot.tonnes, lots=ballot.lots - 1))
    else:
        ledger.drop(Ballot, ballot_place)


def _get(ledger: Ledger, place: str) -> Proposal:
    proposal = ledger.get(Proposal, place)
    assert proposal is not None
    return proposal

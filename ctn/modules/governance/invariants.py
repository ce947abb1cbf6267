"""What must hold of votes: what is locked, what is bonded and what is counted are one thing."""

from ctn.kernel.asset import GRAMS_PER_TONNE, split_balance_id
from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import Record
from ctn.modules.governance.records import (
    ABSTAIN,
    BOND_ASSET,
    NO,
    NO_VOTES,
    OPEN,
    YES,
    Ballot,
    LockedLot,
    Proposal,
    Votes,
    bond_account,
    vote_account,
)
from ctn.modules.governance.rules import vote_weight

VOTES = "vote:"
BONDS = "escrow:bond-governance-"


def holds_locks(_ledger: Ledger, delta: Delta) -> None:
    """A vote's account and a proposer's bonds change as the lots and proposals do."""
    expected: dict[str, int] = {}
    for before, after in delta.records.values():
        for record, sign in ((before, -1), (after, 1)):
            for place, amount in _holding(record):
                expected[place] = expected.get(place, 0) + sign * amount
    for place, (old, new) in delta.balances.items():
        if place.startswith((VOTES, BONDS)) and new - old != expected.pop(place, 0):
            raise Breach(f"vote-locks: {place} changed unlike its records")
    if any(expected.values()):
        raise Breach("vote-locks: a record changed without its balance")


def recount_votes(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every lock, bond and tally over the whole state; raises Breach."""
    expected: dict[str, int] = {}
    proposals: dict[int, Proposal] = {}
    ballots: dict[int, list[Ballot]] = {}
    for record in _all(ledger):
        for place, amount in _holding(record):
            expected[place] = expected.get(place, 0) + amount
        if isinstance(record, Proposal):
            proposals[record.number] = record
        elif isinstance(record, Ballot):
            ballots.setdefault(record.proposal, []).append(record)
    held = {place: amount for place, amount in balances.items() if _is_ours(place) and amount}
    if held != {place: amount for place, amount in expected.items() if amount}:
        raise Breach("vote-locks: balances differ from locked lots and bonds")
    for number, proposal in proposals.items():
        if proposal.state == OPEN:
            _check_tally(proposal, ballots.get(number, []))


def _check_tally(proposal: Proposal, ballots: list[Ballot]) -> None:
    counted = dict.fromkeys((YES, NO, ABSTAIN), NO_VOTES)
    for ballot in ballots:
        side = counted[ballot.choice]
        counted[ballot.choice] = Votes(
            side.owners + 1,
            side.tonnes + ballot.tonnes,
            side.weight + vote_weight(ballot.tonnes),
        )
    if (proposal.yes, proposal.no, proposal.abstain) != tuple(counted.values()):
        raise Breach(f"vote-tally: proposal {proposal.number} counts unlike its ballots")


def _holding(record: Record | None) -> list[tuple[str, int]]:
    """The balance that a record stands for."""
    if isinstance(record, LockedLot):
        grams = record.tonnes * GRAMS_PER_TONNE
        return [(f"{vote_account(record.proposal)}/{record.batch}", grams)]
    if isinstance(record, Proposal):
        return [(f"{bond_account(record.proposer)}/{BOND_ASSET}", record.bond)]
    return []


def _is_ours(place: str) -> bool:
    account, _asset = split_balance_id(place)
    return account.startswith((VOTES, BONDS))


def _all(ledger: Ledger) -> list[Record]:
    kinds: tuple[type[Record], ...] = (Proposal, Ballot, LockedLot)
    return [record for kind in kinds for _place, record in every(ledger, kind)]


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("vote-locks", ("proposal", "locked_lot", "balance:vote"), holds_locks),
)

"""Vote on a public proposal with tonnes that stay locked until the vote closes."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import INT_MAX, Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record, numbered
from ctn.kernel.refusal import InsufficientBalance, Refusal
from ctn.modules.accounts.mutators import hold
from ctn.modules.governance.events import Voted
from ctn.modules.governance.reads import ProposalClosed, ProposalNotFound, find_open
from ctn.modules.governance.records import (
    LOTS_MAX,
    PUBLIC,
    Ballot,
    Choice,
    LockedLot,
    Proposal,
    Votes,
    vote_account,
)
from ctn.modules.governance.rules import vote_weight
from ctn.modules.identity.reads import owner_key
from ctn.modules.registry.intervals import BatchId
from ctn.modules.staking.reads import unbondable

LOT_WORK = 40
TONNES_MAX = INT_MAX // GRAMS_PER_TONNE


class AlreadyVoted(Refusal):
    """The owner of the account has voted otherwise already; a choice is final."""


class NothingToVote(Refusal):
    """A lot has no whole tonne, or its batch is none that could be bonded."""


class Lot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole tonnes of a batch."""

    batch: BatchId
    tonnes: Annotated[int, Meta(ge=0, le=TONNES_MAX)]


class Vote(Op, frozen=True, tag="governance.vote"):
    """Vote with lots, which are locked until the close; more may be added to the same choice."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "vote"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Proposal, Ballot, LockedLot)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NothingToVote,
        ProposalNotFound,
        ProposalClosed,
        AlreadyVoted,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Voted,)

    proposal: Count
    choice: Choice
    lots: Annotated[tuple[Lot, ...], Meta(min_length=1, max_length=LOTS_MAX)]

    @property
    def work(self) -> int:
        """The proposal and the ballot, and what each lot takes to look at and to lock."""
        return WORK + LOT_WORK * len(self.lots)

    def check(self) -> None:
        """Refuse a lot without a tonne."""
        for lot in self.lots:
            if lot.tonnes == 0:
                raise NothingToVote(batch=lot.batch)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a closed vote, another choice than before, and lots that count for nothing."""
        proposal = find_open(ledger, self.proposal)
        if proposal.track != PUBLIC:
            raise ProposalClosed(proposal=self.proposal, track=proposal.track)
        owner = _owner(ledger, self.proposal, sender)
        before = ledger.get(Ballot, f"{numbered(proposal.number)}/{owner}")
        if before is not None and before.choice != self.choice:
            raise AlreadyVoted(choice=before.choice)
        for lot in self.lots:
            reason = unbondable(ledger, sender, lot.batch)
            if reason is not None:
                raise NothingToVote(batch=lot.batch, reason=reason)

        added = sum([self._lock(ledger, sender, owner, lot) for lot in self.lots])
        tonnes = sum(lot.tonnes for lot in self.lots)
        ballot = before or Ballot(proposal.number, owner, self.choice, 0, 0)
        after = ballot.replace(tonnes=ballot.tonnes + tonnes, lots=ballot.lots + added)
        ledger.put(after)
        ledger.put(counted(proposal, before, after))
        weight = vote_weight(after.tonnes)
        ledger.emit(Voted(proposal.number, sender, owner, self.choice, tonnes, weight))

    def _lock(self, ledger: Ledger, sender: str, owner: str, lot: Lot) -> int:
        """Lock one lot; 1 when it is the account's first of this batch, else 0."""
        known = ledger.get(LockedLot, f"{numbered(self.proposal)}/{sender}/{lot.batch}")
        record = known or LockedLot(self.proposal, sender, lot.batch, owner, 0)
        grams = lot.tonnes * GRAMS_PER_TONNE
        ledger.move(lot.batch, grams, source=sender, target=vote_account(self.proposal))
        ledger.put(record.replace(tonnes=record.tonnes + lot.tonnes))
        if known is None:
            hold(ledger, sender, "bond")
        return 1 if known is None else 0


def _owner(ledger: Ledger, proposal: int, account: str) -> str:
    """By whom an account's vote counts: as it counted before, whatever it was attested since."""
    place = f"{numbered(proposal)}/{account}/"
    for _place, lot in ledger.scan(LockedLot, place, 1):
        return lot.owner
    return owner_key(ledger, account)


def counted(proposal: Proposal, before: Ballot | None, after: Ballot) -> Proposal:
    """The proposal with one owner's ballot counted as it is now instead of as it was."""
    side: Votes = getattr(proposal, after.choice)
    old = 0 if before is None else before.tonnes
    changed = Votes(
        side.owners + (1 if before is None else 0),
        side.tonnes + after.tonnes - old,
        side.weight + vote_weight(after.tonnes) - vote_weight(old),
    )
    return proposal.replace(**{after.choice: changed})

"""Lay a proposal before the council or the public."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold, Track
from ctn.kernel.codec import Hash, encode
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Carried, Need, Op, needs_of, op_tag
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import InsufficientBalance, Refusal, RoleTooLow, TooLarge, TooMuchWork
from ctn.kernel.text import Text200
from ctn.kernel.tx import TX_WORK
from ctn.modules.accounts.halts import AccountLocked, require_unlocked
from ctn.modules.accounts.mutators import hold
from ctn.modules.governance.events import Proposed
from ctn.modules.governance.reads import NotCouncil, require_member
from ctn.modules.governance.records import (
    BOND,
    BOND_ASSET,
    CARRIED_BYTES,
    COUNCIL,
    LAST,
    MEMBER_OPEN_MAX,
    NO_VOTES,
    OPEN,
    OPEN_MS,
    PUBLIC,
    PUBLIC_OPEN_MAX,
    VOTE_MS,
    Agenda,
    Carrying,
    Proposal,
    ProposalCounter,
    TrackName,
    bond_account,
    opened_by,
)
from ctn.modules.identity.reads import roles

PROPOSERS = (Role.ADVANCED, Role.REPUTABLE, Role.ENTERPRISE)
TRACKS = {COUNCIL: (Track.COUNCIL, Track.GOVERNANCE), PUBLIC: (Track.GOVERNANCE,)}


class OpNotAllowed(Refusal):
    """An operation in the proposal is not one that this track may decide."""


class TooManyProposals(Refusal):
    """As many proposals are open as may be: 32 public ones, or 4 of a member of the council."""


class Propose(Op, frozen=True, tag="governance.propose"):
    """Propose operations that run by themselves once adopted; without any, a pure decision."""

    needs: ClassVar[Need | tuple[Need, ...]] = (Track.MEMBER, *PROPOSERS)
    family: ClassVar[str] = "propose"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Proposal, ProposalCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        TooLarge,
        OpNotAllowed,
        TooMuchWork,
        NotCouncil,
        RoleTooLow,
        AccountLocked,
        TooManyProposals,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Proposed,)

    track: TrackName
    title: Text200
    document: Hash
    ops: Carrying

    @property
    def work(self) -> int:
        """A proposal, its number and its bond, and what each operation takes to keep."""
        return WORK + 30 + 20 * len(self.ops)

    @property
    def carried(self) -> tuple[Carried, ...]:
        """What runs when the proposal was adopted."""
        return self.ops

    def check(self) -> None:
        """Refuse operations that fill more than a record may hold."""
        size = sum(len(encode(op)) for op in self.ops)
        if size > CARRIED_BYTES:
            raise TooLarge(bytes=size, limit=CARRIED_BYTES)

    def check_carried(self, ops: tuple[Op, ...]) -> None:
        """Refuse what this track may not decide, and more work than one draft may do."""
        for number, op in enumerate(ops):
            if not any(need in TRACKS[self.track] for need in needs_of(type(op))):
                raise OpNotAllowed(op=op_tag(type(op)), place=number, track=self.track)
        work = sum(op.work for op in ops)
        if work > TX_WORK:
            raise TooMuchWork(work=work, limit=TX_WORK)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who may not propose, or not now; then take the bond and open the proposal."""
        if self.track == COUNCIL:
            require_member(ledger, sender)
            bond, most, life = 0, MEMBER_OPEN_MAX, OPEN_MS
        else:
            _require_proposer(ledger, sender)
            require_unlocked(ledger, sender)
            bond, most, life = BOND, PUBLIC_OPEN_MAX, ledger.param(VOTE_MS)
        count = ledger.index(Agenda).open.get(opened_by(self.track, sender), 0)
        if count >= most:
            raise TooManyProposals(open=count, most=most)

        if bond:
            ledger.move(BOND_ASSET, bond, source=sender, target=bond_account(sender))
            hold(ledger, sender, "bond")
        counter = ledger.get(ProposalCounter, LAST)
        number = 1 if counter is None else counter.last + 1
        time = ledger.block.time
        ledger.put(ProposalCounter(number), LAST)
        ledger.put(
            Proposal(
                number, self.track, sender, self.title, self.document, self.ops, OPEN, time,
                ledger.block.height, time + life, (), (), NO_VOTES, NO_VOTES, NO_VOTES, bond,
                None, None, None,
            )
        )  # fmt: skip
        tags = [op["op"] for op in self.ops]
        ledger.emit(
            Proposed(number, self.track, sender, self.title, self.document, tags, time + life)
        )


def _require_proposer(ledger: Ledger, sender: str) -> None:
    held = roles(ledger, sender)
    if not any(role in held for role in PROPOSERS):
        raise RoleTooLow(needs=[role.value for role in PROPOSERS])

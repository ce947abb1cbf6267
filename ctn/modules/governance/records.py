"""What is remembered of governance: the council, proposals, ballots, and what they set in motion.

Nobody administers anything alone: an operation that needs the council or a public vote is sent by
a holding account, and an executed proposal is the one thing that makes it send.
"""

from bisect import bisect_left, insort
from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Amount, Count, Hash, Time
from ctn.kernel.op import Carried
from ctn.kernel.param import Param, param
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address, Text, Text200
from ctn.modules.registry.intervals import BatchId

COUNCIL: Final = "council"
PUBLIC: Final = "public"

OPEN: Final = "open"
PASSED: Final = "passed"
EXECUTED: Final = "executed"
FAILED: Final = "failed"
REJECTED: Final = "rejected"
EXPIRED: Final = "expired"
CANCELLED: Final = "cancelled"

YES: Final = "yes"
NO: Final = "no"
ABSTAIN: Final = "abstain"

HOUR_MS: Final = 3_600_000
MEMBERS_MAX: Final = 15
CARRIED_MAX: Final = 16
CARRIED_BYTES: Final = 49_152
PUBLIC_OPEN_MAX: Final = 32
MEMBER_OPEN_MAX: Final = 4
OPEN_MS: Final = 14 * DAY_MS
LOTS_MAX: Final = 16
BOND: Final = 100_000_000  # 10,000 CNY
BOND_ASSET: Final = "cny"
TREASURY: Final = "fund:treasury"
COUNCIL_CHANGE_APPROVALS: Final = 4
EMERGENCY_MIN: Final = 2
OBJECTIONS: Final = 3
STOP_CALLS_MS: Final = HOUR_MS
STOP_MS: Final = 3 * DAY_MS
STOP_PAUSE_MS: Final = 30 * DAY_MS
ROOT_STEP: Final = 10
ROOTS_MAX: Final = 8_192

HERE: Final = "council"  # the place of the one council
LAST: Final = "last"  # the place of the counter, and of the last anchor's height

COUNCIL_DELAY = param("council_delay", 2 * DAY_MS)
COUNCIL_MIN = Param("council_min", 5, 5, MEMBERS_MAX)
VOTE_QUORUM = param("vote_quorum", 25)
VOTE_MIN = param("vote_min", 10_000)
VOTE_MS = param("vote_ms", 7 * DAY_MS, high=2 * 7 * DAY_MS)  # no vote outlives its proposal
UPGRADE_NOTICE = param("upgrade_notice", 250_000)
PARAMS: Final = (COUNCIL_DELAY, COUNCIL_MIN, VOTE_QUORUM, VOTE_MIN, VOTE_MS, UPGRADE_NOTICE)

TrackName = Literal["council", "public"]
Choice = Literal["yes", "no", "abstain"]
State = Literal["open", "passed", "executed", "failed", "rejected", "expired", "cancelled"]
Members = Annotated[tuple[Address, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
Approvers = Annotated[tuple[Address, ...], Meta(max_length=MEMBERS_MAX)]
Seats = Annotated[int, Meta(ge=1, le=MEMBERS_MAX)]
Carrying = Annotated[tuple[Carried, ...], Meta(max_length=CARRIED_MAX)]


class Agenda:
    """What is ahead: proposals and changes by time, what each may still open, and locked lots."""

    def __init__(self) -> None:
        self.due: list[tuple[int, str]] = []
        self.changes: list[tuple[int, str]] = []
        self.open: dict[str, int] = {}
        self.locked: dict[str, int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one proposal, change or locked lot by what became of it."""
        for record, step in ((before, -1), (after, 1)):
            if isinstance(record, Proposal):
                _keep(self.due, record.due, place, step)
                if record.state == OPEN:
                    _count(self.open, opened_by(record.track, record.proposer), step)
            elif isinstance(record, ParamChange):
                _keep(self.changes, record.acts, place, step)
            elif isinstance(record, LockedLot):
                _count(self.locked, place.partition("/")[0], step)


def _keep(rows: list[tuple[int, str]], due: int | None, place: str, step: int) -> None:
    if due is None:
        return
    if step > 0:
        insort(rows, (due, place))
    else:
        del rows[bisect_left(rows, (due, place))]


def _count(counts: dict[str, int], name: str, step: int) -> None:
    """One more or one less; what comes to zero is forgotten."""
    count = counts.get(name, 0) + step
    if count:
        counts[name] = count
    else:
        del counts[name]


def opened_by(track: str, proposer: str) -> str:
    """By what open proposals are counted: all public ones together, the council's by member."""
    return PUBLIC if track == PUBLIC else proposer


class Council(Record, frozen=True):
    """Who sits on the council, how many approve a proposal, how many stop everything at once."""

    table: ClassVar[str] = "council"

    members: Members
    threshold: Seats
    emergency: Seats


class Votes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one choice has: owners, their tonnes, and the sum of the owners' square roots."""

    owners: Count
    tonnes: Count
    weight: Count


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an execution was undone: the refusal, and the place of the operation that met it."""

    refusal: str
    op: Count


class Proposal(Record, frozen=True):
    """Operations that the council or a public vote may let run, and what became of them.

    `closes` is when it expires or its vote ends, `runs` when it is executed once it passed.
    """

    table: ClassVar[str] = "proposal"
    key: ClassVar[tuple[str, ...]] = ("number",)
    index: ClassVar[type[Index] | None] = Agenda

    number: Count
    track: TrackName
    proposer: Address
    title: Text200
    document: Hash
    ops: Carrying
    state: State
    opened: Time
    height: Count
    closes: Time
    approvals: Approvers
    objections: Approvers
    yes: Votes
    no: Votes
    abstain: Votes
    bond: Amount
    runs: Time | None
    ended: Time | None
    failure: Failure | None

    @property
    def due(self) -> int | None:
        """When something happens to it by itself, None when nothing will."""
        if self.state == OPEN:
            return self.closes
        return self.runs if self.state == PASSED else None


class Ballot(Record, frozen=True):
    """What one owner chose in a public vote, with all tonnes that its accounts locked for it."""

    table: ClassVar[str] = "ballot"
    key: ClassVar[tuple[str, ...]] = ("proposal", "owner")

    proposal: Count
    owner: str
    choice: Choice
    tonnes: Count
    lots: Count


class LockedLot(Record, frozen=True):
    """Tonnes of a batch that an account locked in `vote:<proposal>`, until the vote closes."""

    table: ClassVar[str] = "locked_lot"
    key: ClassVar[tuple[str, ...]] = ("proposal", "account", "batch")
    index: ClassVar[type[Index] | None] = Agenda

    proposal: Count
    account: Address
    batch: BatchId
    owner: str
    tonnes: Count


class ProposalCounter(Record, frozen=True):
    """The number of the last proposal."""

    table: ClassVar[str] = "proposal_counter"

    last: Count


class ParamChange(Record, frozen=True):
    """A value that a parameter takes with an epoch; a later decision replaces it."""

    table: ClassVar[str] = "param_change"
    key: ClassVar[tuple[str, ...]] = ("name",)
    index: ClassVar[type[Index] | None] = Agenda

    name: str
    value: Count
    acts: Time


class StopCall(Record, frozen=True):
    """When a member of the council last called for an emergency stop, and why.

    A call that brought a stop about is used: it counts towards no other.
    """

    table: ClassVar[str] = "stop_call"

    time: Time
    reason: Text
    is_used: bool


class Anchor(Record, frozen=True):
    """A state root of ours that stands on the base chain, and where."""

    table: ClassVar[str] = "anchor"
    key: ClassVar[tuple[str, ...]] = ("height",)

    height: Count
    state_root: Hash
    reference: Text
    by: Address
    time: Time


class LastAnchor(Record, frozen=True):
    """The height of the last anchor: the next one is higher."""

    table: ClassVar[str] = "last_anchor"

    height: Count


class PastRoot(Record, frozen=True):
    """The state root after a height that 10 divides, so that an anchor can be compared with it.

    They stand beside the clock in a ring of 8,192 places; the oldest is written over.
    """

    table: ClassVar[str] = "chain"

    height: Count
    root: Hash


NO_VOTES: Final = Votes(0, 0, 0)


def vote_account(proposal: int) -> str:
    """The account in which the lots of a vote are locked."""
    return f"vote:{proposal}"


def bond_account(proposer: str) -> str:
    """The account in which the bonds of a proposer stand."""
    return f"escrow:bond-governance-{proposer}"

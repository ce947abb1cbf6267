"""Carbon proofs of emission reduction: what is remembered of them, and what was used once.

A record is filed by its owner, attested by a verifier, open to challenge for 30 days, then valid.
Evidence and serials are used once for ever; the period of a revoked record is free again.
"""

from bisect import bisect_left, insort
from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Count, Hash, RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, Index, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address, Text200
from ctn.modules.accounts.mutators import release
from ctn.modules.registry.records import ProjectId
from ctn.modules.registry.starts import Starts
from ctn.modules.staking.records import HELD, Tonnes

CPOE_OPEN_MAX: Final = 4
SERIALS_MAX: Final = 64
CHALLENGE_MS: Final = 30 * DAY_MS
ATTEST_MS: Final = 30 * DAY_MS
BARRED_MS: Final = 365 * DAY_MS
PERIOD_MS_MIN: Final = 28 * DAY_MS
PERIOD_MS_MAX: Final = 366 * DAY_MS
CHALLENGE_BOND: Final = 10_000_000  # 1,000 CNY
BOND_ASSET: Final = "cny"

FILED: Final = "filed"
ATTESTED: Final = "attested"
CHALLENGED: Final = "challenged"
VALID: Final = "valid"
REVOKED: Final = "revoked"
UNSETTLED: Final = (FILED, ATTESTED, CHALLENGED)

CpoeId = Annotated[str, Meta(pattern=r"^c-[0-9a-f]{24}\Z")]
Serials = Annotated[tuple[Text200, ...], Meta(min_length=1, max_length=SERIALS_MAX)]
Status = Literal["filed", "attested", "challenged", "valid", "revoked"]
# A line of numbers, the first and the last of them.
Use = tuple[str, Count, Count]


class CpoeNotOpen(Refusal):
    """There is no such record, or its status or its 30 days do not allow this any more."""


class NotVerifier(Refusal):
    """The account is no verifier, or not the one that the record names."""


class CpoeAffiliated(Refusal):
    """The verifier or challenger is the owner of the record, or an affiliate of the owner."""


class CpoeDuplicate(Refusal):
    """The evidence or a serial was used before, or the period overlaps one of the project."""


class CpoeValid(Event, frozen=True):
    """`cpoe` of `owner` counts: `tonnes` raise the owner's weight for four quarters."""

    cpoe: str
    owner: str
    tonnes: int


class CpoeRevoked(Event, frozen=True):
    """`cpoe` of `owner` was ruled false; for 365 days no record of the owner counts."""

    cpoe: str
    owner: str
    tonnes: int


class Proofs:
    """Records by owner, and what they used: evidence, numbers of serials, periods of projects."""

    def __init__(self) -> None:
        self.owned: dict[str, dict[str, Cpoe]] = {}
        self.evidence: dict[str, str] = {}
        self.starts: dict[str, Starts] = {}
        self.ends: dict[str, dict[int, int]] = {}
        self.periods: dict[str, list[tuple[int, int]]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one record by what became of it."""
        if isinstance(before, Cpoe):
            self._take(place, before)
        if isinstance(after, Cpoe):
            self._give(place, after)

    def _take(self, place: str, record: "Cpoe") -> None:
        del self.owned[record.owner][place]
        del self.evidence[record.evidence]
        for line, start, _end in record.uses:
            self.starts[line].remove(start)
            del self.ends[line][start]
        if record.status != REVOKED:
            mine = self.periods[record.project]
            del mine[bisect_left(mine, (record.period_start, record.period_end))]

    def _give(self, place: str, record: "Cpoe") -> None:
        self.owned.setdefault(record.owner, {})[place] = record
        self.evidence[record.evidence] = place
        for line, start, end in record.uses:
            self.starts.setdefault(line, Starts()).add(start)
            self.ends.setdefault(line, {})[start] = end
        if record.status != REVOKED:
            period = (record.period_start, record.period_end)
            insort(self.periods.setdefault(record.project, []), period)

    def is_used(self, line: str, start: int, end: int) -> bool:
        """Whether a number of start..end on a line is used; the used ranges never overlap."""
        starts = self.starts.get(line)
        at = None if starts is None else starts.floor(end)
        return at is not None and self.ends[line][at] >= start

    def is_covered(self, project: str, start: int, end: int) -> bool:
        """Whether a period of a project overlaps start..end; the known ones never overlap."""
        known = self.periods.get(project, [])
        at = bisect_left(known, (end + 1,)) - 1
        return at >= 0 and known[at][1] >= start

    def of(self, owner: str) -> list["Cpoe"]:
        """The records of an owner by id."""
        mine = self.owned.get(owner, {})
        return [mine[place] for place in sorted(mine)]


class Cpoe(Record, frozen=True):
    """Tonnes that a project reduced in a period, and who vouches for them.

    `uses` are the serials as ranges of numbers on lines.
    """

    table: ClassVar[str] = "cpoe"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Proofs

    id: CpoeId
    owner: Address
    project: ProjectId
    period_start: Time
    period_end: Time
    tonnes: Tonnes
    methodology: RegistryId
    verifier: Address
    evidence: Hash
    serials: Serials
    uses: Annotated[tuple[Use, ...], Meta(max_length=SERIALS_MAX)]
    status: Status
    filed: Time
    attested: Time | None
    challenged: Time | None
    challenger: Address | None
    challenge: Hash | None


def challenge_escrow(cpoe: str) -> str:
    """The account that holds the bond of a challenge."""
    return "escrow:cpoe-" + cpoe


def give_bond(ledger: Ledger, record: Cpoe, target: str) -> None:
    """Give the bond of a challenge to whom it belongs now; the challenger is held no more by it."""
    assert record.challenger is not None
    source = challenge_escrow(record.id)
    ledger.move(BOND_ASSET, CHALLENGE_BOND, source=source, target=target)
    release(ledger, record.challenger, HELD)


def find_cpoe(ledger: Ledger, cpoe: str, *statuses: str) -> Cpoe:
    """A record in one of some statuses; refuses any other, and when there is none."""
    found = ledger.get(Cpoe, cpoe)
    if found is None or found.status not in statuses:
        raise CpoeNotOpen(cpoe=cpoe, status=None if found is None else found.status)
    return found


def unsettled(ledger: Ledger, owner: str) -> list[Cpoe]:
    """The records of an owner that are neither valid nor revoked, at most 4."""
    return [record for record in ledger.index(Proofs).of(owner) if record.status in UNSETTLED]


def proven_t(ledger: Ledger, owner: str, *, start: int, end: int) -> int:
    """Tonnes of an owner's valid records whose period ended at start or later, and before end."""
    return sum(
        record.tonnes
        for record in ledger.index(Proofs).of(owner)
        if record.status == VALID and start <= record.period_end < end
    )

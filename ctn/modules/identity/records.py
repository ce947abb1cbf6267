"""What is remembered of who someone is: attestations, duties, standing, shared owners."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ctn.kernel.account import DutyKind
from ctn.kernel.codec import Amount, BasisPoints, Count, Hash, Time
from ctn.kernel.param import param
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address

LIVE, REVOKED, REPLACED, ENDED, ERASED = "live", "revoked", "replaced", "ended", "erased"
OWNERS_MAX = 4
AFFILIATES_MAX = 8
OWNER_ACCOUNTS_MAX = 64
NEIGHBOUR_WORK = 5  # joining up to 4 lists of up to 64 accounts takes about 5 microseconds

ATTEST_DAY_MAX = param("attest_day_max", 5_000)

SubjectKind = Literal["person", "enterprise", "institution"]
AttestationId = Annotated[str, Meta(pattern=r"^ctn1[a-z0-9]{38}/[0-9]{20}\Z")]
RevocationReason = Literal["expired_document", "fraud", "sanction", "death", "request", "error"]
# The names of `DutyKind`, spelled out so that clients can show the choice.
DutyName = Literal[
    "regulator", "registrar", "verifier", "attestor", "payment_institution", "operator",
    "reporter", "arbitrator", "custodian", "party", "privacy_guardian", "methodologist",
    "auditor", "expert", "checker", "moderator", "risk", "beacon", "anchor", "validator",
    "platform",
]  # fmt: skip
# An asset, class, registry, scheme or country; "" means all.
DutyScope = Annotated[str, Meta(pattern=r"^(?:[A-Za-z0-9][A-Za-z0-9._:-]{0,95})?\Z")]


class Owners:
    """Who owns which accounts: a pure function of all attestations."""

    def __init__(self) -> None:
        self.attestations: dict[str, dict[str, Attestation]] = {}
        self.accounts: dict[str, dict[str, None]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one attestation of its subject by another."""
        subject = place.partition("/")[0]
        mine = self.attestations.setdefault(subject, {})
        if isinstance(before, Attestation) and before.status == LIVE:
            for owner in before.owners:
                self.accounts[owner].pop(subject, None)
        mine.pop(place, None)
        if isinstance(after, Attestation):
            mine[place] = after
        for attestation in mine.values():
            if attestation.status == LIVE:
                for owner in attestation.owners:
                    self.accounts.setdefault(owner, {})[subject] = None

    def owner_key(self, address: str) -> str:
        """By whom caps, votes and ratings count an account (people.md 1.5)."""
        key = ""
        mine = self.attestations.get(address, {})
        for place in sorted(mine):
            owners = mine[place].owners
            if key not in owners:
                key = min(owners)
        return key or address


class Attestation(Record, frozen=True):
    """An attestor's word on who an account belongs to; at most one is live per subject."""

    table: ClassVar[str] = "attestation"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Owners

    id: str
    subject: Address
    attestor: Address
    level: Annotated[int, Meta(ge=1, le=3)]
    kind: str
    country: str
    owners: tuple[Hash, ...]
    affiliates: tuple[Hash, ...]
    credential: str
    issued: Time
    expires: Time
    status: str
    reason: str | None


class AttestorDay(Record, frozen=True):
    """How many attestations an attestor gave on its last day at it, UTC+8."""

    table: ClassVar[str] = "attestor_day"

    day: Count
    count: Count


class Duties:
    """Which duties each address holds, for tests that no single key answers."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Duty]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Give or take one duty of an address."""
        address, _, kind = place.partition("/")
        mine = self.held.setdefault(address, {})
        mine.pop(kind, None)
        if isinstance(after, Duty):
            mine[kind] = after


class DailyValue(Record, frozen=True):
    """What the accounts of an owner entered in a day, UTC+8, in 1/10^4 CNY (people.md 4)."""

    table: ClassVar[str] = "daily_value"
    key: ClassVar[tuple[str, ...]] = ("owner",)

    owner: Annotated[str, Meta(max_length=64)]
    day: Count
    value: Amount


class Duty(Record, frozen=True):
    """What an institution is appointed to; found by `<address>/<kind>`."""

    table: ClassVar[str] = "duty"
    key: ClassVar[tuple[str, ...]] = ("address", "kind")
    index: ClassVar[type[Index] | None] = Duties

    kind: str
    address: Address
    scope: str
    since: Time
    expires: Time | None


class Standing(Record, frozen=True):
    """What an owner's conduct earned: badges, rank in the book, discount on trading fees."""

    table: ClassVar[str] = "standing"
    key: ClassVar[tuple[str, ...]] = ("owner",)

    owner: str
    advanced: bool
    reputable: bool
    since: Time
    score: int
    activity: tuple[Annotated[int, Meta(ge=0, le=4)], ...]
    rank: Annotated[int, Meta(ge=0, le=2)]
    discount_bp: BasisPoints


BARRED = tuple(
    [
        kind.value
        for kind in (
            DutyKind.REGULATOR, DutyKind.REGISTRAR, DutyKind.VERIFIER, DutyKind.ATTESTOR,
            DutyKind.PAYMENT_INSTITUTION, DutyKind.OPERATOR, DutyKind.REPORTER,
            DutyKind.ARBITRATOR, DutyKind.CUSTODIAN, DutyKind.PARTY, DutyKind.PRIVACY_GUARDIAN,
        )
    ]
)  # fmt: skip
BARRED_FAMILIES = ("trade", "earn", "redeem", "draw")
HALTED_FAMILIES = ("trade", "redeem", "draw")
COMBINABLE = (DutyKind.VALIDATOR.value, DutyKind.PLATFORM.value)
PERSON_DUTIES = (DutyKind.EXPERT.value, DutyKind.MODERATOR.value)



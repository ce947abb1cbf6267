"""What is remembered of an account beside its signers: its protection and who pays its fees."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.codec import Amount, Count, Hash, Identifier, Time
from ctn.kernel.param import Param, param
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address

PERSON = "person"
ENTERPRISE = "enterprise"
INSTITUTION = "institution"
KINDS = (PERSON, ENTERPRISE, INSTITUTION)
MONEY = ("cny", "usd", "eur")

LIMITS_MAX = 16
GUARDIANS_MAX = 9
TRUSTED_MAX = 64
HOURS_24, HOURS_72 = 86_400_000, 259_200_000
DAYS_14, DAYS_30 = 14 * HOURS_24, 30 * HOURS_24

ENTERPRISE_MIN_APPROVERS = Param("enterprise_min_approvers", 2, 1, 16)
PERSON_DELAY = param("person_delay", HOURS_24)
ENTERPRISE_DELAY = param("enterprise_delay", HOURS_72)
RECOVERY_DELAY = param("recovery_delay", HOURS_72)
FIRST_DEPOSIT_HOLD = param("first_deposit_hold", HOURS_24)

# The families of operations (people.md 5.3), spelled out so that clients can show the choice.
Family = Literal[
    "identity", "exit", "transfer", "trade", "choose", "earn", "draw", "reward", "redeem",
    "stall", "rate", "grant", "content", "vote", "propose", "comply", "project", "business",
    "authority",
]  # fmt: skip
Families = Annotated[tuple[Family, ...], Meta(min_length=1, max_length=19)]
# What keeps an account from being closed, named by the module that counts it.
Cause = Literal[
    "order", "serials", "bridge", "redemption", "bond", "pool_share", "case", "platform",
]  # fmt: skip


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most of an asset that may leave an account in one day, UTC+8."""

    asset: Identifier
    per_day: Amount


Limits = Annotated[tuple[Limit, ...], Meta(max_length=LIMITS_MAX)]
Guardians = Annotated[
    tuple[str, ...], Meta(max_length=GUARDIANS_MAX, extra={"text": "address"})
]
GuardianThreshold = Annotated[int, Meta(ge=0, le=GUARDIANS_MAX)]


class Guard(Record, frozen=True):
    """How an account's outgoing value is protected, and what it was attested as.

    `kind` and `verified_until` are kept by `identity`, so that nothing here needs what lies above.
    """

    table: ClassVar[str] = "guard"

    trusted_only: bool
    limits: tuple[Limit, ...]
    guardians: tuple[str, ...]
    guardian_threshold: GuardianThreshold
    kind: str | None
    verified_until: Time


UNGUARDED = Guard(False, (), (), 0, None, 0)


class Sponsorship(Record, frozen=True):
    """What a payer will still pay of an account's network fees; found by `<payer>/<account>`."""

    table: ClassVar[str] = "sponsorship"

    budget: Amount
    per_tx: Amount
    expires: Time


class SignerLimits:
    """The families of each limited signer, by account; a changed account gets a new dict."""

    def __init__(self) -> None:
        self.families: dict[str, dict[str, tuple[str, ...]]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Limit a signer otherwise, or no longer."""
        account, _, signer = place.partition("/")
        mine = dict(self.families.pop(account, {}))
        mine.pop(signer, None)
        if isinstance(after, SignerLimit):
            mine[signer] = after.families
        if mine:
            self.families[account] = mine


class SignerLimit(Record, frozen=True):
    """The families of operations that a signer counts for; by `<address>/<scheme>-<key>`."""

    table: ClassVar[str] = "signer_limit"
    index: ClassVar[type[Index] | None] = SignerLimits

    families: Families


class Trusted(Record, frozen=True):
    """An address that outgoing value may reach; found by `<account>/<address>`."""

    table: ClassVar[str] = "trusted"

    since: Time


class Outgoing(Record, frozen=True):
    """What left an account of a limited asset in a day, UTC+8; found by `<account>/<asset>`."""

    table: ClassVar[str] = "outgoing"

    day: Count
    amount: Amount


class FirstHeld(Record, frozen=True):
    """When an account was first given anything, and when its first money."""

    table: ClassVar[str] = "first_held"

    since: Time
    money: Time | None


class Hold(Record, frozen=True):
    """How much of one cause keeps an account from being closed."""

    table: ClassVar[str] = "hold"
    key: ClassVar[tuple[str, ...]] = ("account", "cause")

    account: Address
    cause: Cause
    count: Annotated[int, Meta(ge=1)]


class GuardianLock(Record, frozen=True):
    """When a guardian last locked an account."""

    table: ClassVar[str] = "guardian_lock"
    key: ClassVar[tuple[str, ...]] = ("account", "guardian")

    account: Address
    guardian: Address
    time: Time


class RecoveryVote(Record, frozen=True):
    """Which recovery of an account a guardian approves: a hash of its signers and thresholds."""

    table: ClassVar[str] = "recovery_vote"
    key: ClassVar[tuple[str, ...]] = ("account", "guardian")

    account: Address
    guardian: Address
    recovery: Hash
    time: Time


class RecoveryStop(Record, frozen=True):
    """When an account's owner last stopped recoveries; two within 30 days are all he may."""

    table: ClassVar[str] = "recovery_stop"

    times: Annotated[tuple[Time, ...], Meta(min_length=1, max_length=2)]

"""The protection of an account as one object: its guard, its lock, and what waits (people.md 2)."""

from typing import Any, Final

from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.nodes import Field, many, maybe, object_type
from ctn.api.graphql.reading import reading
from ctn.views import protection as views

LIMITS_MAX: Final = 16

DailyLimit: Final = object_type(
    "DailyLimit",
    "The most of an asset that leaves an account in one day, UTC+8.",
    {"asset": Field(str), "per_day": Field(scalars.Amount)},
)
PendingChange: Final = object_type(
    "PendingChange",
    "A change that waits until `effective`; any signer of the account cancels it.",
    {
        "number": Field(scalars.Count), "op": Field(str),
        "change": Field(scalars.OpJson, "What it will do."),
        "requested": Field(scalars.Time), "effective": Field(scalars.Time),
    },
)  # fmt: skip
TrustedAddress: Final = object_type(
    "TrustedAddress",
    "An address that outgoing value may reach.",
    {"address": Field(scalars.Address), "since": Field(scalars.Time)},
)
LimitedSigner: Final = object_type(
    "LimitedSigner",
    "A signer that counts for operations of some families only.",
    {"scheme": Field(int), "key": Field(str), "families": Field(list[str], list_max=19)},
)
RecoveryWord: Final = object_type(
    "RecoveryWord",
    "Which recovery a guardian approves, by the hash of its signers and thresholds.",
    {
        "guardian": Field(scalars.Address), "recovery": Field(scalars.Hash),
        "time": Field(scalars.Time),
    },
)  # fmt: skip
AccountHold: Final = object_type(
    "AccountHold",
    "What keeps an account from being closed.",
    {"cause": Field(str), "count": Field(scalars.Count)},
)
Protection: Final = object_type(
    "Protection",
    "How an account is protected, and every change of that which waits.",
    {
        "address": Field(scalars.Address),
        "trusted_only": Field(bool, "Whether value leaves to trusted addresses only."),
        "limits": Field(many(DailyLimit), list_max=LIMITS_MAX),
        "guardians": Field(many(scalars.Address), list_max=views.GUARDIANS_MAX),
        "guardian_threshold": Field(int, "How many guardians recover the account."),
        "locked_by": Field(maybe(scalars.Address), "Who locked it; null when it is not locked."),
        "locked_since": Field(maybe(scalars.Time)),
        "pending": Field(many(PendingChange), list_max=views.PENDING_MAX),
        "trusted": Field(many(TrustedAddress), list_max=views.TRUSTED_MAX),
        "limited_signers": Field(many(LimitedSigner), list_max=views.SIGNERS_MAX),
        "recovery_votes": Field(many(RecoveryWord), list_max=views.GUARDIANS_MAX),
        "recovery_stops": Field(
            many(scalars.Time), "When its owner last stopped a recovery.", list_max=2
        ),
        "holds": Field(many(AccountHold), list_max=views.HOLDS_MAX),
    },
)


def protection(info: Info, address: scalars.Address) -> Any:
    """How an account is protected."""
    return views.protection_of(reading(info).view, address)

"""What is remembered of an account beside its signers: its protection and who pays its fees."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from ctn.kernel.codec import Amount, Identifier, Time
from ctn.kernel.param import Param
from ctn.kernel.record import Record

PERSON = "person"
ENTERPRISE = "enterprise"
INSTITUTION = "institution"
KINDS = (PERSON, ENTERPRISE, INSTITUTION)

ENTERPRISE_MIN_APPROVERS = Param("enterprise_min_approvers", 2, 1, 16)


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most of an asset that may leave an account in one day, UTC+8."""

    asset: Identifier
    per_day: Amount


class Guard(Record, frozen=True):
    """How an account's outgoing value is protected, and what it was attested as.

    `kind` and `verified_until` are kept by `identity`, so that nothing here needs what lies above.
    """

    table: ClassVar[str] = "guard"

    trusted_only: bool
    limits: tuple[Limit, ...]
    guardians: tuple[str, ...]
    guardian_threshold: Annotated[int, Meta(ge=0, le=9)]
    kind: str | None
    verified_until: Time


class Sponsorship(Record, frozen=True):
    """What a payer will still pay of an account's network fees; found by `<payer>/<account>`."""

    table: ClassVar[str] = "sponsorship"

    budget: Amount
    per_tx: Amount
    expires: Time

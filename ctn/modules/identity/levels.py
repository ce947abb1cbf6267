"""What each level of attestation is for, and how long an attestation or a duty may last."""

from ctn.kernel.block import DAY_MS
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.records import PERSON

ORGANISATION_LEVEL = 3
PERSON_VALID_MS = 731 * DAY_MS  # 24 months, a leap day among them
ORGANISATION_VALID_MS = 366 * DAY_MS  # 12 months, likewise


class LevelKindMismatch(Refusal):
    """The level, the kind of subject and what is asked of it do not go together."""


class ExpiryOutOfRange(Refusal):
    """The expiry lies in the past, or beyond the validity of the level."""


def check_level(level: int, kind: str) -> None:
    """Refuse a level that is not that of the kind: persons 1 and 2, organisations 3."""
    if (kind == PERSON) != (level < ORGANISATION_LEVEL):
        raise LevelKindMismatch(level=level, kind=kind)


def check_expiry(expires: int, time: int, level: int) -> None:
    """Refuse an expiry that has passed, or that the level does not allow."""
    valid = PERSON_VALID_MS if level < ORGANISATION_LEVEL else ORGANISATION_VALID_MS
    if not time < expires <= time + valid:
        raise ExpiryOutOfRange(expires=expires, latest=time + valid)

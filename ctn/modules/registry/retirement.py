"""Retirement: what a holder says of it, what is hidden, and the certificate that remains.

A tonne is claimed once because `retired` is final. From the market a retirement takes the lowest
serials in custody; what is less than a tonne is retired in grams of one shared serial, so at most
one serial of a batch is ever open.
"""

import hashlib
from typing import NamedTuple

import msgspec

from ctn.crypto import domains
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Date, Hash, encode
from ctn.kernel.country import is_country
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text160, Text500
from ctn.modules.registry import records
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.intervals import (
    FRACTION,
    INTERVALS_MAX,
    RETIRED,
    custody,
)
from ctn.modules.registry.reads import Piece, interval_at, open_fraction, require_unfrozen
from ctn.modules.registry.records import (
    PUBLIC,
    SEALED,
    Batch,
    Beneficiary,
    Certificate,
    CertificatePart,
    Country,
    Envelope,
    Fraction,
    Opening,
    Privacy,
    Purpose,
    Use,
)
from ctn.modules.registry.rules import is_lei, is_period, split_grams
from ctn.modules.registry.steps import Aim, lowest, step_pieces

# These uses consume an authorisation of a party (registry.md 12), and none can be given yet.
AUTHORISED_USES = ("ndc", "oimp_corsia", "oimp_other")
IN_PARTS = "fraction"


class LeiInvalid(Refusal):
    """The legal entity identifier has wrong check digits."""


class BadCountry(Refusal):
    """The country is no code of ISO 3166-1 alpha-2."""


class BadPeriod(Refusal):
    """The period has a day that does not exist, ends before it starts, or has only one end."""


class PrivacyMismatch(Refusal):
    """A hidden field is present, or the commitment to the hidden fields is missing or too much."""


class NotAuthorised(Refusal):
    """The use needs an authorisation that covers these tonnes."""


class Retired(Event, frozen=True):
    """`holder` retired `grams` of `batch` for good, as the certificate says."""

    certificate: str
    holder: str
    batch: str
    grams: int
    use: str
    country: str


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a holder says of a retirement: the fields of `registry.retire` after `grams`."""

    beneficiary: Beneficiary | None
    on_behalf_of: Text160
    use: Use
    purpose: Purpose | None
    message: Text500
    country: Country
    period_start: Date | None
    period_end: Date | None
    privacy: Privacy
    commitment: Hash | None
    envelope: Envelope | None


class Lot(NamedTuple):
    """Grams of a batch that stand in `source`, to be retired for `holder`."""

    batch: Batch
    grams: int
    source: str
    holder: str


def check_retirement(retirement: Retirement) -> None:
    """Refuse what needs no state: use, countries, identifier, period, privacy."""
    if retirement.use in AUTHORISED_USES:
        raise NotAuthorised(use=retirement.use, remaining_t=0)
    if not is_country(retirement.country):
        raise BadCountry(country=retirement.country)
    check_opening(opening_of(retirement))
    _check_privacy(retirement)


def check_opening(opening: Opening) -> None:
    """Refuse a beneficiary or period that cannot be."""
    beneficiary = opening.beneficiary
    if beneficiary is not None:
        if beneficiary.lei is not None and not is_lei(beneficiary.lei):
            raise LeiInvalid(lei=beneficiary.lei)
        if beneficiary.country is not None and not is_country(beneficiary.country):
            raise BadCountry(country=beneficiary.country)
    start, end = opening.period_start, opening.period_end
    if start is None and end is None:
        return
    if start is None or end is None or not is_period(start, end):
        raise BadPeriod(start=start, end=end)


def opening_of(retirement: Retirement | Certificate) -> Opening:
    """The fields that privacy may hide, as they stand."""
    return Opening(
        retirement.beneficiary, retirement.on_behalf_of, retirement.purpose, retirement.message,
        retirement.period_start, retirement.period_end,
    )  # fmt: skip


def visible(opening: Opening, privacy: str) -> Opening:
    """What may stand openly under a choice of privacy."""
    if privacy == PUBLIC:
        return opening
    if privacy == SEALED:
        return Opening(None, "", None, "", None, None)
    return msgspec.structs.replace(opening, beneficiary=None, on_behalf_of="")


def commitment_of(opening: Opening, privacy: str, salt: str) -> str:
    """SHA-256 of tag, salt and the hidden fields in canonical JSON, as hex (registry.md 8)."""
    hidden: dict[str, object] = {
        "beneficiary": opening.beneficiary,
        "on_behalf_of": opening.on_behalf_of,
    }
    if privacy == SEALED:
        hidden["purpose"] = opening.purpose
        hidden["message"] = opening.message
        hidden["period_start"] = opening.period_start
        hidden["period_end"] = opening.period_end
    return hashlib.sha256(domains.PII + bytes.fromhex(salt) + encode(hidden)).hexdigest()


def benefits(retirement: Retirement) -> str | None:
    """The account that is named as beneficiary, or None."""
    return retirement.beneficiary.account if retirement.beneficiary is not None else None


def is_own_use(retirement: Retirement, holder: str) -> bool:
    """Whether it is seen to benefit the holder alone; what is hidden cannot be seen."""
    if retirement.privacy != PUBLIC or retirement.on_behalf_of:
        return False
    return retirement.beneficiary is None or retirement.beneficiary.account == holder


def retire_held(
    ledger: Ledger, batch: Batch, moved: list[Piece], holder: str, retirement: Retirement
) -> str:
    """Retire held serials; gives the certificate."""
    require_unfrozen(ledger, batch, moved, own_use=is_own_use(retirement, holder))

    certificate = record_id(ledger, "r", 0)
    step_pieces(ledger, batch.id, moved, Aim(RETIRED, holder, certificate))
    return _certify(ledger, batch.id, holder, _whole(moved), retirement)


def retire_grams(ledger: Ledger, lot: Lot, retirement: Retirement) -> str:
    """Retire grams from the market, lowest serials in custody first; gives the certificate."""
    batch, holder = lot.batch, lot.holder
    require_unfrozen(ledger, batch, [], own_use=is_own_use(retirement, holder))
    ledger.move(batch.id, lot.grams, source=lot.source, target="retired:" + batch.id)
    shared = open_fraction(ledger, batch.id)
    open_g = GRAMS_PER_TONNE - shared.used_g if shared is not None else 0
    whole, filled, opened = split_grams(lot.grams, open_g)
    limit = INTERVALS_MAX - (filled > 0) - (opened > 0)
    moved = lowest(ledger, batch, whole, owner=None, limit=limit)

    certificate = record_id(ledger, "r", 0)
    parts = _whole(moved)
    if moved:
        step_pieces(ledger, batch.id, moved, Aim(RETIRED, holder, certificate))
    if filled:
        assert shared is not None
        parts.append(_fill(ledger, shared, certificate, filled))
    if opened:
        parts.append(_open(ledger, batch, certificate, opened))
    parts.sort(key=lambda part: part.start)
    return _certify(ledger, batch.id, holder, parts, retirement)


def _fill(ledger: Ledger, shared: Fraction, certificate: str, grams: int) -> CertificatePart:
    """Add a share to the open serial; when it is full, the serial is retired."""
    used_g = shared.used_g + grams
    shares = (*shared.shares, (certificate, grams))
    ledger.put(shared.replace(used_g=used_g, shares=shares))
    serial = shared.serial
    if used_g == GRAMS_PER_TONNE:
        piece = Piece(serial, serial, interval_at(ledger, shared.batch, serial))
        step_pieces(ledger, shared.batch, [piece], Aim(RETIRED, custody(shared.batch), IN_PARTS))
    return CertificatePart(serial, serial, grams)


def _open(ledger: Ledger, batch: Batch, certificate: str, grams: int) -> CertificatePart:
    """Begin the next lowest serial in custody."""
    (piece,) = lowest(ledger, batch, 1, owner=None)
    step_pieces(ledger, batch.id, [piece], Aim(FRACTION, custody(batch.id), IN_PARTS))
    ledger.put(records.Fraction(batch.id, piece.start, grams, ((certificate, grams),)))
    return CertificatePart(piece.start, piece.start, grams)


def _whole(moved: list[Piece]) -> list[CertificatePart]:
    return [CertificatePart(p.start, p.end, p.tonnes * GRAMS_PER_TONNE) for p in moved]


def _certify(
    ledger: Ledger, batch: str, holder: str, parts: list[CertificatePart], said: Retirement
) -> str:
    certificate = record_id(ledger, "r", 0)
    grams = sum([part.grams for part in parts])
    ledger.put(
        Certificate(
            certificate, holder, batch, said.beneficiary, said.on_behalf_of, said.use,
            said.purpose, said.message, said.country, said.period_start, said.period_end,
            said.privacy, said.commitment, said.envelope, grams, tuple(parts),
            ledger.block.height, ledger.block.time, ledger.tx.id, ledger.tx.op, None, None,
        )
    )  # fmt: skip
    ledger.emit(Retired(certificate, holder, batch, grams, said.use, said.country))
    return certificate


def _check_privacy(retirement: Retirement) -> None:
    opening = opening_of(retirement)
    if opening != visible(opening, retirement.privacy):
        raise PrivacyMismatch(privacy=retirement.privacy, rule="hidden fields are empty")
    if retirement.privacy == PUBLIC:
        if retirement.commitment is not None or retirement.envelope is not None:
            raise PrivacyMismatch(privacy=PUBLIC, rule="nothing is hidden")
    elif retirement.commitment is None:
        raise PrivacyMismatch(privacy=retirement.privacy, rule="a commitment to what is hidden")

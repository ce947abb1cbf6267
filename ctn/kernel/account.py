"""An account is who can sign; it is found by its address.

Addresses are bech32 (BIP-173) with prefix `ctn` over 20 bytes. A key account needs no opening:
its address follows from its key. A holding account `<kind>:<id>` has no signers and never sends.
"""

import hashlib
from enum import Enum, StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from ctn.kernel.codec import Count, Time
from ctn.kernel.record import Record

PREFIX = "ctn"
ADDRESS_LENGTH = 42
SIGNERS_MAX = 16
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GOV_COUNCIL = "gov:council"
GOV_PUBLIC = "gov:public"
FEES = "fees:tx"
_VALUES = {character: place for place, character in enumerate(ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_KNOWN: dict[str, None] = {}
_KNOWN_MAX = 1 << 19


class Role(Enum):
    """The five roles of the white paper; `needs` of an operation is membership, not a ladder."""

    VISITOR = "visitor"
    ORDINARY = "ordinary"
    ADVANCED = "advanced"
    REPUTABLE = "reputable"
    ENTERPRISE = "enterprise"


class DutyKind(StrEnum):
    """What an institution may be appointed to (`people.md` 5.2, the whole list)."""

    REGULATOR = "regulator"
    REGISTRAR = "registrar"
    VERIFIER = "verifier"
    ATTESTOR = "attestor"
    PAYMENT_INSTITUTION = "payment_institution"
    OPERATOR = "operator"
    REPORTER = "reporter"
    ARBITRATOR = "arbitrator"
    CUSTODIAN = "custodian"
    PARTY = "party"
    PRIVACY_GUARDIAN = "privacy_guardian"
    METHODOLOGIST = "methodologist"
    AUDITOR = "auditor"
    EXPERT = "expert"
    CHECKER = "checker"
    MODERATOR = "moderator"
    RISK = "risk"
    BEACON = "beacon"
    ANCHOR = "anchor"
    VALIDATOR = "validator"
    PLATFORM = "platform"


class Track(Enum):
    """An authority without a key: an executed proposal, or one member of the council alone."""

    COUNCIL = "council"
    GOVERNANCE = "governance"
    MEMBER = "council_member"


class Threshold(Enum):
    """How much signing weight an operation asks of a multisig account."""

    ANY = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Signer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A key that may sign for an account, with its weight."""

    scheme: Annotated[int, Meta(ge=1, le=255)]
    key: Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2}){1,64}\Z")]
    weight: Annotated[int, Meta(ge=1, le=255)]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signing weights that low, medium and high operations ask."""

    low: Annotated[int, Meta(ge=1, le=4080)]
    medium: Annotated[int, Meta(ge=1, le=4080)]
    high: Annotated[int, Meta(ge=1, le=4080)]

    def weight(self, threshold: Threshold) -> int:
        """The weight that `threshold` asks; `ANY` asks for one signer of any weight."""
        if threshold is Threshold.LOW:
            return self.low
        if threshold is Threshold.MEDIUM:
            return self.medium
        return self.high if threshold is Threshold.HIGH else 1


class Account(Record, frozen=True):
    """Who may sign for an address, and how many of its transactions were admitted."""

    table: ClassVar[str] = "account"

    signers: tuple[Signer, ...]
    thresholds: Thresholds
    sequence: Count
    opened: Time
    closed: Time | None


def is_holding(account: str) -> bool:
    """Whether an account id is a holding account, which nobody can sign for."""
    return ":" in account


def key_address(scheme: int, key: bytes) -> str:
    """The address of a single key: bech32 of SHA-256(u8 scheme + key)[:20] (engine.md 1)."""
    return bech32(hashlib.sha256(bytes((scheme,)) + key).digest()[:20])


def multisig_address(creator: str, sequence: int, op: int) -> str:
    """The address that `accounts.open_multisig` makes (engine.md 1)."""
    seed = b"\x80" + address_bytes(creator) + sequence.to_bytes(8, "big") + bytes((op,))
    return bech32(hashlib.sha256(seed).digest()[:20])


def address_bytes(address: str) -> bytes:
    """The 20 bytes of an address that parses."""
    bits = 0
    for character in address[4:36]:
        bits = (bits << 5) | _VALUES[character]
    return bits.to_bytes(20, "big")


def bech32(data: bytes) -> str:
    """BIP-173 text of 20 bytes under our prefix."""
    bits = int.from_bytes(data, "big")
    words = [(bits >> (5 * place)) & 31 for place in range(31, -1, -1)]
    check = _polymod([*_EXPANDED, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [(check >> (5 * place)) & 31 for place in range(5, -1, -1)]
    return PREFIX + "1" + "".join([ALPHABET[word] for word in words])


def is_address(text: str) -> bool:
    """Whether a text is an address: 42 lower-case characters with a good checksum."""
    if text in _KNOWN:
        return True
    if len(text) != ADDRESS_LENGTH or not text.startswith("ctn1"):
        return False
    try:
        words = [_VALUES[character] for character in text[4:]]
    except KeyError:
        return False
    if _polymod([*_EXPANDED, *words]) != 1:
        return False
    if len(_KNOWN) >= _KNOWN_MAX:
        _KNOWN.clear()
    _KNOWN[text] = None
    return True


def _polymod(words: list[int]) -> int:
    """The checksum of BIP-173."""
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word ^ _TOPS[top]
    return check


def _top_mask(top: int) -> int:
    mask = 0
    for place, value in enumerate(_GENERATOR):
        if (top >> place) & 1:
            mask ^= value
    return mask


_TOPS = tuple([_top_mask(top) for top in range(32)])
_EXPANDED = tuple([ord(letter) >> 5 for letter in PREFIX] + [0] + [ord(c) & 31 for c in PREFIX])

"""The signature schemes, by the number that stands in an envelope.

Source: engine.md 3.1. A number is never reused. What is not in the table is unknown,
and nothing is negotiated.
"""

from collections.abc import Callable
from typing import NamedTuple

from ctn.crypto import ed25519, secp256k1
from ctn.crypto.errors import SchemeUnknown


class Scheme(NamedTuple):
    """One way to sign: lengths in bytes, and the functions of its module."""

    name: str
    key_length: int
    signature_length: int
    verify: Callable[[bytes, bytes, bytes], None]
    check_key: Callable[[bytes], None]
    public_key: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]


ED25519 = 1
SECP256K1 = 2

SCHEMES = {
    ED25519: Scheme(
        name="ed25519",
        key_length=ed25519.KEY_BYTES,
        signature_length=ed25519.SIGNATURE_BYTES,
        verify=ed25519.verify,
        check_key=ed25519.check_key,
        public_key=ed25519.public_key,
        sign=ed25519.sign,
    ),
    SECP256K1: Scheme(
        name="secp256k1",
        key_length=secp256k1.KEY_BYTES,
        signature_length=secp256k1.SIGNATURE_BYTES,
        verify=secp256k1.verify,
        check_key=secp256k1.check_key,
        public_key=secp256k1.public_key,
        sign=secp256k1.sign,
    ),
}
_NUMBERS = {scheme.name: number for number, scheme in SCHEMES.items()}


def verify(scheme: int, key: bytes, message: bytes, signature: bytes) -> None:
    """Raise BadSignature unless `signature` of `message` holds for `key`; SchemeUnknown."""
    find(scheme).verify(key, message, signature)


def check_key(scheme: int, key: bytes) -> None:
    """Raise WeakKey unless `key` may enter an account or validator record; SchemeUnknown."""
    find(scheme).check_key(key)


def lengths(scheme: int) -> tuple[int, int]:
    """Key and signature length in bytes; SchemeUnknown."""
    found = find(scheme)
    return found.key_length, found.signature_length


def number_of(name: str) -> int:
    """The number of the scheme called `name`, as keystores write it; SchemeUnknown."""
    number = _NUMBERS.get(name)
    if number is None:
        raise SchemeUnknown(name)
    return number


def find(scheme: int) -> Scheme:
    """The scheme of that number; SchemeUnknown."""
    found = SCHEMES.get(scheme)
    if found is None:
        raise SchemeUnknown(scheme)
    return found

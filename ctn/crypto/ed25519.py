"""Ed25519 by libsodium (PyNaCl 1.6.2), the one verifier of the network.

Implementations differ on edge cases of RFC 8032, and a difference would split the
chain. libsodium's verdicts are the rule: cofactorless equation, S below the group
order, no small-order R or key, canonical key. Never batch, never a second library.
`crypto_sign_open` is the only verifying call that PyNaCl offers: its price over a
detached call is a copy of the message, which is small beside the curve arithmetic.
"""

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from ctn.crypto.errors import BadSignature, WeakKey

SEED_BYTES = 32
KEY_BYTES = 32
SIGNATURE_BYTES = 64


def public_key(seed: bytes) -> bytes:
    """Public key, 32 bytes, of a seed of 32 bytes (RFC 8032, 5.1.5); else WeakKey."""
    return _key_pair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """Signature, 64 bytes, deterministic (RFC 8032, 5.1.6); a seed of another size: WeakKey."""
    _, secret = _key_pair(seed)
    return crypto_sign(message, secret)[:SIGNATURE_BYTES]


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """Raise BadSignature unless `signature` (64 bytes) of `message` holds for `key` (32 bytes).

    Source: RFC 8032, 5.1.7, as libsodium decides it.
    """
    # Both lengths: libsodium reads 32 bytes of the key whatever it is given, and would
    # take bytes of a longer signature for the start of the message.
    if len(signature) != SIGNATURE_BYTES or len(key) != KEY_BYTES:
        raise BadSignature
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        raise BadSignature from None


def check_key(key: bytes) -> None:
    """Raise WeakKey unless `key` is a canonical point of the prime-order group.

    Refuses small-order and mixed-order points and every second encoding, by
    libsodium's crypto_core_ed25519_is_valid_point.
    """
    if len(key) != KEY_BYTES or not crypto_core_ed25519_is_valid_point(key):
        raise WeakKey


def _key_pair(seed: bytes) -> tuple[bytes, bytes]:
    """Public key and libsodium's secret key (seed + public key)."""
    if len(seed) != SEED_BYTES:
        raise WeakKey
    return crypto_sign_seed_keypair(seed)

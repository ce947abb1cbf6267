"""ECDSA on secp256k1 by libsecp256k1 (coincurve 21.0.0), for keys of such wallets.

Keys are compressed points of 33 bytes. A signature is r and s, 32 bytes each,
big-endian, over SHA-256 of the message. From every signature (r, s) anyone can make
(r, n - s); only the lower of the two is accepted (BIP-62 rule 5), so that a signature
has one form. The nonce is deterministic (RFC 6979).
"""

from coincurve import PrivateKey, PublicKey

from ctn.crypto.errors import BadSignature, WeakKey

SEED_BYTES = 32
KEY_BYTES = 33
SIGNATURE_BYTES = 64
GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, 2.4.1
LOW_S_MAX = GROUP_ORDER >> 1  # down: (n - 1) / 2, the largest s that is not above n - s


def public_key(seed: bytes) -> bytes:
    """Compressed public key, 33 bytes, of the secret scalar `seed` (32 bytes, big-endian).

    Raises WeakKey unless the scalar lies in 1..n-1.
    """
    return _private_key(seed).public_key.format(compressed=True)


def sign(seed: bytes, message: bytes) -> bytes:
    """Low-s signature, 64 bytes, over SHA-256(message); a scalar out of range: WeakKey."""
    # The recoverable form is r and s and one byte of recovery id: no DER to take apart.
    return _private_key(seed).sign_recoverable(message)[:SIGNATURE_BYTES]


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """Raise BadSignature unless `signature` (64 bytes, low-s) holds for `key` (33 bytes).

    Source: SEC 1, 4.1.4, over SHA-256(message).
    """
    if len(signature) != SIGNATURE_BYTES or len(key) != KEY_BYTES:
        raise BadSignature
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    if not (0 < r < GROUP_ORDER and 0 < s <= LOW_S_MAX):
        raise BadSignature
    try:
        point = PublicKey(key)
    except ValueError:
        raise BadSignature from None
    if not point.verify(_der(r, s), message):
        raise BadSignature


def check_key(key: bytes) -> None:
    """Raise WeakKey unless `key` is the compressed encoding (33 bytes) of a point.

    The group has prime order, so every point but infinity, which has no such
    encoding, is a sound key.
    """
    if len(key) != KEY_BYTES:
        raise WeakKey
    try:
        PublicKey(key)
    except ValueError:
        raise WeakKey from None


def _private_key(seed: bytes) -> PrivateKey:
    """The secret scalar, which coincurve would pad if it were short."""
    if len(seed) != SEED_BYTES or not 0 < int.from_bytes(seed, "big") < GROUP_ORDER:
        raise WeakKey
    return PrivateKey(seed)


def _der(r: int, s: int) -> bytes:
    """The DER form that coincurve's verifier reads; r and s lie in 1..n-1."""
    body = _der_integer(r) + _der_integer(s)
    return bytes((0x30, len(body))) + body


def _der_integer(number: int) -> bytes:
    """DER INTEGER: shortest form, with a zero byte before a first bit of 1 (X.690, 8.3)."""
    digits = number.to_bytes((number.bit_length() >> 3) + 1, "big")
    return bytes((0x02, len(digits))) + digits

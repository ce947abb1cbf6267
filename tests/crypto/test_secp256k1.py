"""ECDSA on secp256k1, low-s only."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import secp256k1
from ctn.crypto.errors import BadSignature, WeakKey
from tests.crypto.vector_files import cases, raw

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
GENERATOR_X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
ONE = (1).to_bytes(32, "big")


@pytest.mark.parametrize("case", cases("secp256k1_rfc6979"), ids=lambda case: case["key"][:8])
def test_signs_deterministically(case: dict[str, str]) -> None:
    seed, key, message, signature = raw(case, "seed", "key", "message", "signature")
    assert secp256k1.public_key(seed) == key
    assert secp256k1.sign(seed, message) == signature
    secp256k1.verify(key, message, signature)


@pytest.mark.parametrize("case", cases("secp256k1_wycheproof"), ids=lambda case: str(case["id"]))
def test_wycheproof(case: dict[str, object]) -> None:
    key, message, signature = raw(case, "key", "message", "signature")
    secp256k1.check_key(key)
    if case["accepted"]:
        secp256k1.verify(key, message, signature)
        return
    with pytest.raises(BadSignature):
        secp256k1.verify(key, message, signature)


def test_refuses_the_high_twin_of_a_signature() -> None:
    key = secp256k1.public_key(ONE)
    signature = secp256k1.sign(ONE, b"message")
    high = ORDER - int.from_bytes(signature[32:], "big")
    with pytest.raises(BadSignature):
        secp256k1.verify(key, b"message", signature[:32] + high.to_bytes(32, "big"))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "02" + "00" * 32,
        "02" + "ff" * 32,
        "02" + (5).to_bytes(32, "big").hex(),
        "04" + GENERATOR_X,
        "06" + GENERATOR_X,
        "00" + GENERATOR_X,
        "02" + GENERATOR_X[:-2],
        "02" + GENERATOR_X + "00",
        "04" + GENERATOR_X + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    ],
)
def test_refuses_what_is_no_compressed_point(key: str) -> None:
    with pytest.raises(WeakKey):
        secp256k1.check_key(bytes.fromhex(key))
    with pytest.raises(BadSignature):
        secp256k1.verify(bytes.fromhex(key), b"message", secp256k1.sign(ONE, b"message"))


@pytest.mark.parametrize(
    "seed",
    [b"", b"\x01", bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\x01" * 33],
    ids=["empty", "short", "zero", "order", "above", "long"],
)
def test_refuses_a_scalar_out_of_range(seed: bytes) -> None:
    with pytest.raises(WeakKey):
        secp256k1.public_key(seed)
    with pytest.raises(WeakKey):
        secp256k1.sign(seed, b"")


def test_the_largest_scalar_is_a_key() -> None:
    key = secp256k1.public_key((ORDER - 1).to_bytes(32, "big"))
    assert key.hex() == "03" + GENERATOR_X


@given(scalar=st.integers(1, ORDER - 1), message=st.binary(max_size=200), bit=st.data())
def test_a_second_library_accepts_what_we_sign_and_one_flipped_bit_fails(
    scalar: int, message: bytes, bit: st.DataObject
) -> None:
    seed = scalar.to_bytes(32, "big")
    key = secp256k1.public_key(seed)
    signature = secp256k1.sign(seed, message)
    secp256k1.check_key(key)
    secp256k1.verify(key, message, signature)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert s <= ORDER // 2
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), key).verify(
        utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256())
    )
    place = bit.draw(st.integers(0, 511))
    changed = bytearray(signature)
    changed[place >> 3] ^= 1 << (place & 7)
    with pytest.raises(BadSignature):
        secp256k1.verify(key, message, bytes(changed))

"""Ed25519: the one verifier's verdicts, written down."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import ed25519
from ctn.crypto.domains import TX
from ctn.crypto.errors import BadSignature, WeakKey
from tests.crypto.vector_files import cases, raw

SEED = b"engine.md example seed, 32 bytes"
KEY = "349e4d802d232c6833f2d60329b7f4d3c321d315a42c26769289d3a6d1541547"
BODY = (
    b'{"chain":"ctn-dev:00c0ffee00c0ffee","expires":1200,"fee":{"amount":20,"payer":null},'
    b'"memo":"","ops":[{"amount":2500000,"asset":"cny","op":"assets.transfer",'
    b'"to":"ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp"}],'
    b'"sender":"ctn1a5l06gduce9h85gelnuusssc2lll8tgx3n4aml","sequence":7}'
)


def test_the_example_of_the_engine_document() -> None:
    signature = ed25519.sign(SEED, TX + BODY)
    assert ed25519.public_key(SEED).hex() == KEY
    assert signature.hex()[:8] == "bd762783"
    assert signature.hex()[-6:] == "e16600"
    ed25519.verify(bytes.fromhex(KEY), TX + BODY, signature)


@pytest.mark.parametrize("case", cases("ed25519_rfc8032"), ids=lambda case: case["name"])
def test_rfc_8032(case: dict[str, str]) -> None:
    seed, key, message, signature = raw(case, "seed", "key", "message", "signature")
    assert ed25519.public_key(seed) == key
    assert ed25519.sign(seed, message) == signature
    ed25519.verify(key, message, signature)
    ed25519.check_key(key)


@pytest.mark.parametrize("case", cases("ed25519_wycheproof"), ids=lambda case: str(case["id"]))
def test_wycheproof(case: dict[str, object]) -> None:
    key, message, signature = raw(case, "key", "message", "signature")
    if case["valid"]:
        ed25519.verify(key, message, signature)
        return
    with pytest.raises(BadSignature):
        ed25519.verify(key, message, signature)


@pytest.mark.parametrize("case", cases("ed25519_speccheck"), ids=lambda case: str(case["id"]))
def test_speccheck_table_of_verdicts(case: dict[str, object]) -> None:
    key, message, signature = raw(case, "key", "message", "signature")
    if case["valid"]:
        ed25519.verify(key, message, signature)
    else:
        with pytest.raises(BadSignature):
            ed25519.verify(key, message, signature)
    if case["key_sound"]:
        ed25519.check_key(key)
    else:
        with pytest.raises(WeakKey):
            ed25519.check_key(key)


@pytest.mark.parametrize("case", cases("ed25519_small_order"), ids=lambda case: case["key"][:8])
def test_refuses_small_order_keys_in_every_encoding(case: dict[str, str]) -> None:
    (key,) = raw(case, "key")
    with pytest.raises(WeakKey):
        ed25519.check_key(key)
    with pytest.raises(BadSignature):
        ed25519.verify(key, b"", b"\x01" + bytes(63))


@pytest.mark.parametrize(
    "key",
    [b"", bytes.fromhex(KEY)[:31], bytes.fromhex(KEY) + b"\x00", b"\x02" + bytes(31)],
    ids=["empty", "short", "long", "off the curve"],
)
def test_refuses_what_is_no_point(key: bytes) -> None:
    with pytest.raises(WeakKey):
        ed25519.check_key(key)
    with pytest.raises(BadSignature):
        ed25519.verify(key, b"message", ed25519.sign(SEED, b"message"))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_refuses_a_seed_of_another_size(size: int) -> None:
    with pytest.raises(WeakKey):
        ed25519.public_key(bytes(size))
    with pytest.raises(WeakKey):
        ed25519.sign(bytes(size), b"")


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), bit=st.data())
def test_signs_like_a_second_library_and_one_flipped_bit_fails(
    seed: bytes, message: bytes, bit: st.DataObject
) -> None:
    signature = ed25519.sign(seed, message)
    key = ed25519.public_key(seed)
    assert signature == Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    ed25519.check_key(key)
    ed25519.verify(key, message, signature)
    place = bit.draw(st.integers(0, 511))
    changed = bytearray(signature)
    changed[place >> 3] ^= 1 << (place & 7)
    with pytest.raises(BadSignature):
        ed25519.verify(key, message, bytes(changed))
    with pytest.raises(BadSignature):
        ed25519.verify(key, message + b"\x00", signature)

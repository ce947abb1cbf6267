"""The table of signature schemes."""

import pytest

from ctn.crypto import schemes
from ctn.crypto.errors import BadSignature, CryptoError, SchemeUnknown, WeakKey

SEED = b"engine.md example seed, 32 bytes"


def test_lengths_of_keys_and_signatures() -> None:
    assert schemes.lengths(1) == (32, 64)
    assert schemes.lengths(2) == (33, 64)


def test_names_and_numbers() -> None:
    assert schemes.number_of("ed25519") == 1
    assert schemes.number_of("secp256k1") == 2
    assert [schemes.find(number).name for number in (1, 2)] == ["ed25519", "secp256k1"]


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_scheme_signs_it_verifies(number: int) -> None:
    scheme = schemes.find(number)
    key, signature = scheme.public_key(SEED), scheme.sign(SEED, b"message")
    assert (len(key), len(signature)) == schemes.lengths(number)
    schemes.check_key(number, key)
    schemes.verify(number, key, b"message", signature)
    with pytest.raises(BadSignature):
        schemes.verify(number, key, b"another", signature)
    with pytest.raises(BadSignature):
        schemes.verify(3 - number, key, b"message", signature)
    with pytest.raises(WeakKey):
        schemes.check_key(3 - number, key)


@pytest.mark.parametrize("number", [-1, 0, 3, 4, 5, 6, 255, 256])
def test_refuses_a_scheme_that_is_not_in_the_table(number: int) -> None:
    with pytest.raises(SchemeUnknown):
        schemes.lengths(number)
    with pytest.raises(SchemeUnknown):
        schemes.verify(number, b"", b"", b"")
    with pytest.raises(SchemeUnknown):
        schemes.check_key(number, b"")


def test_refuses_a_name_that_is_not_in_the_table() -> None:
    for name in ("", "Ed25519", "eip191"):
        with pytest.raises(SchemeUnknown):
            schemes.number_of(name)


def test_every_error_of_verification_is_a_crypto_error() -> None:
    for error in (BadSignature, SchemeUnknown, WeakKey):
        assert issubclass(error, CryptoError)

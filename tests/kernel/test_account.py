"""Addresses: bech32 of BIP-173 under our prefix, over 20 bytes (engine.md 1)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.account import (
    ALPHABET,
    Threshold,
    Thresholds,
    address_bytes,
    bech32,
    is_address,
    is_holding,
    key_address,
    multisig_address,
)

# BIP-173, section "Test vectors": valid and invalid strings of any prefix.
VALID = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
INVALID = [
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
]

DATA = st.binary(min_size=20, max_size=20)


def _checks_out(text: str) -> bool:
    """Whether a text is bech32 of some prefix, straight from the definition of BIP-173.

    The code is the remainder of a polynomial over GF(32), here as a product of 30-bit words.
    """
    if text.lower() != text and text.upper() != text:
        return False
    prefix, found, data = text.lower().rpartition("1")
    if not found or not prefix or len(data) < 6 or any(c not in ALPHABET for c in data):
        return False
    words = [ord(c) // 32 for c in prefix] + [0] + [ord(c) % 32 for c in prefix]
    value = 1
    for word in words + [ALPHABET.index(c) for c in data]:
        top, value = value // 2**25, (value % 2**25) * 32 ^ word
        for place, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            value ^= generator * (top >> place & 1)
    return value == 1


def test_the_reference_agrees_with_the_published_vectors() -> None:
    assert [text for text in VALID if not _checks_out(text)] == []
    assert [text for text in INVALID if _checks_out(text)] == []


@given(data=DATA)
def test_an_address_is_42_lower_case_characters_and_gives_its_bytes_back(data: bytes) -> None:
    address = bech32(data)
    assert (len(address), address[:4], address.lower()) == (42, "ctn1", address)
    assert _checks_out(address)
    assert is_address(address)
    assert address_bytes(address) == data


@given(data=DATA, at=st.integers(4, 41), by=st.integers(1, 31))
def test_one_wrong_character_is_always_found(data: bytes, at: int, by: int) -> None:
    address = bech32(data)
    other = ALPHABET[(ALPHABET.index(address[at]) + by) % 32]
    assert not is_address(address[:at] + other + address[at + 1 :])


@given(data=DATA, first=st.integers(4, 40))
def test_two_neighbours_that_changed_places_are_found(data: bytes, first: int) -> None:
    address = bech32(data)
    pair = address[first : first + 2]
    if pair[0] != pair[1]:
        assert not is_address(address[:first] + pair[::-1] + address[first + 2 :])


@given(text=st.text(st.sampled_from(ALPHABET), min_size=38, max_size=38))
def test_other_texts_are_addresses_exactly_when_the_code_checks_out(text: str) -> None:
    assert is_address("ctn1" + text) == _checks_out("ctn1" + text)


@pytest.mark.parametrize("text", [*VALID, *INVALID, "", "ctn1", "ctn", "1", "ctn1" + "q" * 38])
def test_strings_of_other_prefixes_and_lengths_are_none(text: str) -> None:
    assert not is_address(text)


def test_case_prefix_and_length_are_fixed() -> None:
    address = key_address(1, bytes(32))
    for text in (
        address.upper(),
        address.capitalize(),
        address[:-1],
        address + "q",
        " " + address,
        address + "\n",
        "btc1" + address[4:],
        address.replace("ctn1", "ctn2"),
        address[:-1] + "b",
        address[:-1] + "1",
    ):
        assert not is_address(text)


def test_addresses_follow_from_their_definitions() -> None:
    key = bytes(range(32))
    assert address_bytes(key_address(1, key)) == hashlib.sha256(b"\x01" + key).digest()[:20]
    creator = key_address(1, key)
    seed = b"\x80" + address_bytes(creator) + (7).to_bytes(8, "big") + b"\x03"
    assert address_bytes(multisig_address(creator, 7, 3)) == hashlib.sha256(seed).digest()[:20]


def test_a_holding_account_is_no_address_and_no_address_is_one() -> None:
    assert is_holding("fees:tx")
    assert not is_holding(key_address(1, bytes(32)))
    assert not is_address("fees:tx")


def test_thresholds_name_their_weights() -> None:
    thresholds = Thresholds(2, 3, 5)
    weights = [thresholds.weight(threshold) for threshold in Threshold]
    assert dict(zip(Threshold, weights, strict=True)) == {
        Threshold.ANY: 1, Threshold.LOW: 2, Threshold.MEDIUM: 3, Threshold.HIGH: 5
    }  # fmt: skip

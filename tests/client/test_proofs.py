"""A client that trusts a maker believes a proved record, and nothing that differs by a byte."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.client.proofs import proved_value
from ctn.crypto import ed25519
from ctn.kernel.block import Header, seal_bytes
from ctn.kernel.codec import encode
from ctn.kernel.commitment import Absence, Commitment, Membership, change
from ctn.kernel.proof import ProofInvalid

SEED = hashlib.sha256(b"test_proofs").digest()
MAKER = ed25519.public_key(SEED).hex()
CHAIN = "ctn-test:0123456789abcdef"
RECORDS = {b"asset\0a%d" % number: b'{"n":%d}' % number for number in range(40)}
TREE = Commitment()
ROOT = TREE.update([change(key, value) for key, value in RECORDS.items()])


def header(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "version": 1, "chain": CHAIN, "height": 9, "time": 1, "previous": "0" * 64,
        "maker": MAKER, "count": 0, "transactions": "0" * 64, "receipts": "0" * 64,
        "state": ROOT.hex(),
    }  # fmt: skip
    return encode(Header(**(fields | changes)))


def path(member: Membership) -> list[tuple[str, str]]:
    return [(step.prefix.hex(), step.suffix.hex()) for step in member.path]


def side(member: Membership | None) -> dict[str, Any] | None:
    if member is None:
        return None
    return {"key": member.key.hex(), "value": RECORDS[member.key].decode(), "path": path(member)}


def answer(key: bytes, **changes: Any) -> dict[str, Any]:
    """What an honest server answers about a key."""
    text = header()
    proof = TREE.prove(key)
    found: dict[str, Any] = {
        "height": 9, "value": None, "path": None, "absent": None, "header": text.decode(),
        "seal": ed25519.sign(SEED, seal_bytes(text)).hex(),
    }  # fmt: skip
    if isinstance(proof, Absence):
        found["absent"] = {"left": side(proof.left), "right": side(proof.right)}
    else:
        found |= {"value": RECORDS[key].decode(), "path": path(proof)}
    return found | changes


def prove(found: dict[str, Any], key: bytes) -> Any:
    return proved_value(found, key=key, maker=MAKER, chain=CHAIN)


def test_believes_a_present_and_an_absent_record() -> None:
    assert prove(answer(b"asset\0a7"), b"asset\0a7") == {"n": 7}
    for number in range(200):
        assert prove(answer(b"asset\0b%d" % number), b"asset\0b%d" % number) is None


@settings(max_examples=60)
@given(st.data())
def test_a_flipped_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([b"asset\0a7", b"asset\0nothing"]))
    found = answer(key)
    texts = [name for name in ("value", "header", "seal") if found[name] is not None]
    name = data.draw(st.sampled_from(texts))
    text: str = found[name]
    at = data.draw(st.integers(0, len(text) - 1))
    flipped = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
    with pytest.raises(ProofInvalid):
        prove(found | {name: flipped}, key)


@pytest.mark.parametrize("key", [b"asset\0a7", b"asset\0nothing"])
def test_a_flipped_byte_in_a_path_is_noticed(key: bytes) -> None:
    found = answer(key)
    path_found = found["path"] or found["absent"]["left"]["path"]
    for number, (prefix, suffix) in enumerate(list(path_found)):
        flipped = (prefix[:-1] + ("0" if prefix[-1] != "0" else "1"), suffix)
        path_found[number] = flipped
        with pytest.raises(ProofInvalid):
            prove(found, key)
        path_found[number] = (prefix, suffix)
    assert prove(found, key) == (None if found["value"] is None else {"n": 7})


def test_does_not_believe_the_value_of_another_key() -> None:
    with pytest.raises(ProofInvalid):
        prove(answer(b"asset\0a7"), b"asset\0a8")


def test_does_not_believe_that_a_present_record_is_absent() -> None:
    target = b"asset\0a7"
    aim = hashlib.sha256(target).digest()
    made_up = [b"fake%d" % number for number in range(200)]
    below = next(key for key in made_up if hashlib.sha256(key).digest() < aim)
    above = next(key for key in made_up if hashlib.sha256(key).digest() > aim)
    found = answer(b"asset\0nothing")
    found["absent"]["left"]["key"] = below.hex()
    found["absent"]["right"]["key"] = above.hex()
    with pytest.raises(ProofInvalid):
        prove(found, target)


@pytest.mark.parametrize(
    "changes",
    [
        {"header": None}, {"seal": None}, {"seal": "zz"}, {"seal": ""}, {"header": "{}"},
        {"path": None}, {"path": []}, {"path": [["zz", ""]]}, {"path": [["01", "00"]]},
        {"height": 8}, {"value": None}, {"value": "{}"}, {"path": 7}, {"absent": {}},
    ],
)  # fmt: skip
def test_does_not_believe_an_incomplete_or_misshapen_proof(changes: dict[str, Any]) -> None:
    with pytest.raises(ProofInvalid):
        prove(answer(b"asset\0a7") | changes, b"asset\0a7")


@pytest.mark.parametrize(
    "changes", [{"chain": "ctn-other:0123456789abcdef"}, {"maker": "ab" * 32}, {"height": 10}]
)
def test_does_not_believe_a_sealed_header_of_something_else(changes: dict[str, Any]) -> None:
    text = header(**changes)
    sealed = {"header": text.decode(), "seal": ed25519.sign(SEED, seal_bytes(text)).hex()}
    with pytest.raises(ProofInvalid):
        prove(answer(b"asset\0a7") | sealed, b"asset\0a7")

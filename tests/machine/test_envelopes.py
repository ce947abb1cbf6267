"""Whatever bytes arrive are taken or refused, and the example of engine.md 4.1 is reproduced."""

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import ed25519
from ctn.kernel.account import key_address
from ctn.kernel.codec import INT_MAX, encode, to_base64
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Reader, Signature, pack, unpack
from ctn.modules import AnyBody
from ctn.modules.assets.transfer import Transfer
from tests.machine.envelopes import canonical, raw
from tests.worlds import Person

READER = Reader(AnyBody, "ctn-dev:00c0ffee00c0ffee")


def _only_refuses(reader: Reader, envelope: bytes) -> None:
    try:
        tx = reader.read(envelope)
    except Refusal:
        return
    assert tx.envelope == envelope
    assert pack(encode(tx.body), list(tx.signatures)) == envelope


@given(envelope=st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_and_nothing_else(envelope: bytes) -> None:
    _only_refuses(READER, envelope)


@given(body=st.binary(max_size=200), count=st.integers(0, 255), rest=st.binary(max_size=120))
def test_arbitrary_bodies_are_refused_and_nothing_else(
    body: bytes, count: int, rest: bytes
) -> None:
    head = b"\x01" + len(body).to_bytes(4, "big")
    _only_refuses(READER, head + body + bytes((count,)) + rest)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
FIELDS = ["chain", "expires", "fee", "memo", "ops", "sender", "sequence"]


@given(field=st.sampled_from(FIELDS), value=JSON)
def test_a_body_with_any_value_in_any_field_is_taken_or_refused(field: str, value: Any) -> None:
    data = canonical(_example_body() | {field: value}) if _is_text(value) else b""
    _only_refuses(READER, raw(data, [Signature(1, bytes(32), bytes(64))]))


def _is_text(value: Any) -> bool:
    try:
        canonical(value)
    except UnicodeEncodeError:
        return False
    return True


@given(data=st.data())
def test_a_changed_envelope_is_refused_or_another_whole_one(data: st.DataObject) -> None:
    envelope = bytearray(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(envelope) - 1))
        change = data.draw(st.sampled_from(["set", "drop", "add"]))
        if change == "set":
            envelope[at] = data.draw(st.integers(0, 255))
        elif change == "drop":
            del envelope[at]
        else:
            envelope.insert(at, data.draw(st.integers(0, 255)))
    _only_refuses(READER, bytes(envelope))


# --- the example of engine.md 4.1


def _example_body() -> dict[str, Any]:
    return {
        "chain": "ctn-dev:00c0ffee00c0ffee",
        "expires": 1200,
        "fee": {"amount": 20, "payer": None},
        "memo": "",
        "ops": [
            {
                "amount": 2500000,
                "asset": "cny",
                "op": "assets.transfer",
                "to": "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp",
            }
        ],
        "sender": "ctn1a5l06gduce9h85gelnuusssc2lll8tgx3n4aml",
        "sequence": 7,
    }


SEED = b"engine.md example seed, 32 bytes"
KEY = bytes.fromhex("349e4d802d232c6833f2d60329b7f4d3c321d315a42c26769289d3a6d1541547")
BODY = canonical(_example_body())
EXAMPLE = pack(BODY, [Signature(1, KEY, ed25519.sign(SEED, b"ctn/tx/1\n" + BODY))])


def test_the_example_of_the_document_is_reproduced() -> None:
    assert ed25519.public_key(SEED) == KEY
    assert key_address(1, KEY) == _example_body()["sender"]
    assert len(BODY) == 275
    assert len(EXAMPLE) == 381
    tx = READER.read(EXAMPLE)
    assert tx.id == "8f58c2d364eb82246c7066749eedc32b69baad08a00217ac42e85177569c4e95"
    assert tx.id == hashlib.sha256(BODY).hexdigest()
    signature = tx.signatures[0].signature.hex()
    assert signature.startswith("bd762783")
    assert signature.endswith("e16600")
    assert tx.fee_min == 20
    op = tx.body.ops[0]
    assert op == Transfer("cny", 2_500_000, "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp")
    assert pack(encode(tx.body), list(tx.signatures)) == EXAMPLE
    assert unpack(EXAMPLE) == (BODY, tx.signatures)
    assert to_base64(EXAMPLE).startswith("AQAAARN7ImNoYWluIjo")


@given(
    amount=st.integers(0, INT_MAX),
    memo=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    names=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True),
)
def test_decoding_and_encoding_give_the_same_envelope(
    amount: int, memo: str, names: list[str]
) -> None:
    body = _example_body() | {"memo": memo}
    body["ops"][0]["amount"] = amount
    data = canonical(body)
    envelope = pack(data, [Person(name).sign(data) for name in names])
    tx = READER.read(envelope)
    assert pack(encode(tx.body), list(tx.signatures)) == envelope

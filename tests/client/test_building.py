"""Bodies, fees, signatures and their merging, against the documents' own example."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.client.building import (
    BodiesDiffer,
    Place,
    Terms,
    build,
    envelope_id,
    least_fee_of,
    merge,
    sign,
)
from ctn.crypto import ed25519
from ctn.kernel.account import key_address
from ctn.kernel.refusal import Malformed
from ctn.kernel.tx import Body, Reader, Tx, pack, unpack
from ctn.modules import AnyBody
from ctn.modules.assets.transfer import Transfer
from ctn.wallet.keystore import Key
from tests.worlds import Person

CHAIN = "ctn-dev:00c0ffee00c0ffee"
TARGET = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp"


def key(name: str, scheme: int = 1) -> Key:
    person = Person(name, scheme)
    return Key(index=0, scheme=scheme, address=person.address, seed=person.seed)


def read(envelope: bytes, chain: str = CHAIN) -> Tx:
    return Reader(AnyBody, chain).read(envelope)


def test_builds_the_example_of_the_document_byte_for_byte() -> None:
    seed = b"engine.md example seed, 32 bytes"
    sender = key_address(1, ed25519.public_key(seed))
    place = Place(CHAIN, sender, 7, 1_200)
    body = build([Transfer("cny", 2_500_000, TARGET)], place, Terms(fee=20))
    envelope = sign(body, [Key(index=0, scheme=1, address=sender, seed=seed)])
    assert len(body) == 275
    assert len(envelope) == 381
    assert envelope_id(envelope) == (
        "8f58c2d364eb82246c7066749eedc32b69baad08a00217ac42e85177569c4e95"
    )
    assert unpack(envelope)[1][0].signature.hex().startswith("bd762783")


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from((1, 2)), min_size=1, max_size=16),
    st.integers(1, 16),
    st.integers(0, 2**63 - 1),
    st.text("a", max_size=256),
)
def test_the_fee_is_the_least_that_the_ledger_takes(
    schemes: list[int], count: int, amount: int, memo: str
) -> None:
    keys = [key(f"signer {number}", scheme) for number, scheme in enumerate(schemes)]
    terms = Terms(schemes=schemes, memo=memo)
    ops = [Transfer("cny", amount, TARGET)] * count
    envelope = sign(build(ops, Place(CHAIN, keys[0].address, 0, 1_000), terms), keys)
    tx = read(envelope)
    assert tx.fee_min <= tx.body.fee.amount <= tx.fee_min + 10
    assert tx.body.fee.amount == least_fee_of(ops, tx.body_bytes, schemes)


def test_states_what_its_terms_state() -> None:
    payer = key("payer").address
    terms = Terms(fee=77, memo="rent 房租", payer=payer)
    body = build([Transfer("cny", 1, TARGET)], Place(CHAIN, key("a").address, 3, 9), terms)
    found: Body[Any] = read(sign(body, [key("a")])).body
    assert (found.fee.amount, found.fee.payer, found.memo) == (77, payer, "rent 房租")
    assert (found.sequence, found.expires, found.chain) == (3, 9, CHAIN)


def test_merges_the_signatures_of_one_body_in_their_one_order() -> None:
    keys = [key("a"), key("b"), key("c", 2)]
    body = build([Transfer("cny", 1, TARGET)], Place(CHAIN, keys[0].address, 0, 9), Terms())
    parts = [sign(body, [one]) for one in keys]
    whole = sign(body, keys)
    assert merge(parts) == merge(parts[::-1]) == merge([*parts, whole]) == whole
    assert envelope_id(parts[0]) == envelope_id(whole)
    assert len(read(whole).signatures) == 3


def test_refuses_to_merge_different_bodies_or_none() -> None:
    place = Place(CHAIN, key("a").address, 0, 9)
    one = sign(build([Transfer("cny", 1, TARGET)], place, Terms()), [key("a")])
    other = sign(build([Transfer("cny", 2, TARGET)], place, Terms()), [key("a")])
    with pytest.raises(BodiesDiffer):
        merge([one, other])
    with pytest.raises(ValueError, match="no envelope"):
        merge([])
    with pytest.raises(Malformed):
        merge([one, one[:-1]])


def test_an_envelope_without_signatures_is_none() -> None:
    body = build([Transfer("cny", 1, TARGET)], Place(CHAIN, key("a").address, 0, 9), Terms())
    with pytest.raises(Malformed):
        merge([pack(body, [])])

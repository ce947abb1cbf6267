"""The admission: who signed, in which sequence, and who pays (engine.md 4.2, 10 to 14)."""

import pytest

from ctn.kernel.account import Account, Signer, Thresholds, key_address
from ctn.kernel.codec import INT_MAX
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.kernel.refusal import (
    Refusal,
    SecondApproverNeeded,
    WeakKey,
)
from ctn.kernel.tx import Signature, pack
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.assets.transfer import Transfer
from tests.machine.envelopes import (
    NOTHING,
    Attempt,
    answer,
    canonical,
    signature_of,
    transfer,
)
from tests.modules.accounts.worlds import not_admitted, weak_keys
from tests.worlds import Person, World

# --- 10 to 15: the admission


def test_a_transaction_lives_from_now_to_its_expiry() -> None:
    attempt = Attempt()
    height = attempt.world.machine.height + 1
    for expires, code in (
        (height - 1, "kernel.Expired"),
        (height, NOTHING),
        (height + 5_000_000, NOTHING),
        (height + 5_000_001, "kernel.ExpiryTooFar"),
        (INT_MAX, "kernel.ExpiryTooFar"),
    ):
        attempt.body["expires"] = expires
        assert attempt.answer() == code


def test_an_included_transaction_is_never_included_again() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    tx = world.tx(alice, Transfer("cny", 5, bob))
    first = world.block(tx)[0]
    again = world.block(tx)[0]
    assert first.status == "applied"
    assert (again.status, again.refusal) == (NOT_ADMITTED, "kernel.SequenceUsed")
    assert (again.fee, again.work, again.moves, again.events) == (None, 0, [], [])
    assert world.get(Account, alice).sequence == 1


def test_a_refused_transaction_is_never_included_again() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    tx = world.tx(alice, Transfer("cny", 10**9, bob))
    assert world.block(tx)[0].status == "refused"
    assert world.block(tx)[0].refusal == "kernel.SequenceUsed"


def test_a_first_use_is_signed_by_the_key_of_the_address_alone() -> None:
    attempt = Attempt()
    body = canonical(attempt.body)
    alice, bob = (signature_of(Person(name), body) for name in ("alice", "bob"))
    assert answer(attempt.world, pack(body, [alice])) == NOTHING
    for signatures in ([bob], [alice, bob]):
        assert answer(attempt.world, pack(body, signatures)) == "kernel.SignerUnknown"


def test_the_same_key_under_another_scheme_is_another_address() -> None:
    key = Person("alice", scheme=2).key
    assert key_address(1, key[1:]) != key_address(2, key)


def test_an_enterprise_with_one_signer_is_refused_after_the_threshold() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    not_admitted(world, firm, SecondApproverNeeded, Transfer("cny", 1, bob), signers=[firm])


def test_a_sequence_behind_waiting_ones_is_neither_used_nor_a_gap() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    machine = world.machine
    second = world.tx(alice, Transfer("cny", 1, bob), sequence=1)
    with pytest.raises(Refusal) as caught:
        machine.check(second)
    assert caught.value.code == "kernel.SequenceGap"
    machine.check(second, waiting=1)
    with pytest.raises(Refusal) as caught:
        machine.check(second, waiting=2)
    assert caught.value.code == "kernel.SequenceUsed"


def test_a_fee_lies_between_the_least_and_a_million() -> None:
    attempt = Attempt()
    for amount, code in (
        (19, "kernel.FeeTooLow"),
        (20, NOTHING),
        (1_000_000, NOTHING),
        (1_000_001, "kernel.FeeTooHigh"),
    ):
        attempt.body["fee"]["amount"] = amount
        assert attempt.answer() == code


def test_who_pays_holds_the_fee() -> None:
    world = World()
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.grant(alice, "cny", 20)
    machine = world.machine
    tx = world.tx(alice, Transfer("cny", 1, bob), fee=20)
    machine.check(tx)
    with pytest.raises(Refusal) as caught:
        machine.check(tx, held=1)
    assert caught.value.code == "kernel.CannotPayFee"


def test_a_payer_without_a_sponsorship_pays_nothing() -> None:
    attempt = Attempt()
    attempt.body["fee"]["payer"] = attempt.receiver
    assert attempt.answer() == "kernel.NotSponsored"
    attempt.body["fee"]["amount"] = 2_000_000
    assert attempt.answer() == "kernel.FeeTooHigh"


@pytest.mark.parametrize("key", weak_keys())
def test_a_key_of_small_order_opens_no_account(key: str) -> None:
    world = World()
    raw = bytes.fromhex(key)
    address = key_address(1, raw)
    world.grant(address, "cny", 1_000)
    body = {
        "chain": world.machine.chain, "expires": 9, "fee": {"amount": 100, "payer": None},
        "memo": "", "ops": [transfer(address)], "sender": address, "sequence": 0,
    }  # fmt: skip
    envelope = pack(canonical(body), [Signature(1, raw, bytes(64))])
    # libsodium verifies nothing under such a key, and the admission refuses it by itself.
    assert answer(world, envelope) == "kernel.BadSignature"
    tx = world.machine.read(envelope)
    with pytest.raises(WeakKey):
        world.machine.check(tx)
    empty = Attempt().world
    with pytest.raises(Refusal) as caught:
        empty.machine.check(tx)
    assert caught.value.code == "kernel.CannotPayFee"


def test_an_account_of_several_keys_asks_the_highest_threshold_of_its_ops() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    keys = tuple(sorted([Signer(1, Person(name).key.hex(), 1) for name in ("alice", "bob")]))
    world.put(Account(keys, Thresholds(1, 1, 2), 0, 0, None), alice)
    machine = world.machine
    low = world.tx(alice, Transfer("cny", 1, bob))
    machine.check(low)
    high = world.tx(alice, Transfer("cny", 1, bob), SetSigners(keys, Thresholds(1, 1, 1)))
    with pytest.raises(Refusal) as caught:
        machine.check(high)
    assert caught.value.code == "kernel.ThresholdNotMet"

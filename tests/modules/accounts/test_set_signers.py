"""accounts.set_signers: the keys of an account change, its address stays (engine.md 3)."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, Signer, Thresholds
from ctn.kernel.receipt import APPLIED, NOT_ADMITTED, REFUSED
from ctn.kernel.refusal import (
    BadSignature,
    SecondApproverNeeded,
    SignerUnknown,
    ThresholdNotMet,
    WeakKey,
)
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.signers import BadSigners
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import not_admitted, signer, weak_keys
from tests.worlds import World


def _two_of_three(world: World) -> tuple[str, list[str], str]:
    """An attested account that keys a, b and c sign for, two of them for what leaves it."""
    alice, bob = world.person("alice"), world.person("bob")
    keys = [world.stranger(name, 0) for name in "abc"]
    signers = tuple([signer(world, key) for key in keys])
    events = world.accept(alice, SetSigners(signers, Thresholds(1, 2, 2)))
    assert events == [{"event": "accounts.SignersSet", "op": 0, "account": alice, "signers": 3}]
    return alice, keys, bob


def test_two_of_three_send_and_one_does_not() -> None:
    world = World()
    alice, (a, b, c), bob = _two_of_three(world)
    op = Transfer("cny", 10, bob)
    for pair in ([a, b], [b, c], [c, a], [a, b, c]):
        world.accept(alice, op, signers=pair)
    for one in (a, b, c):
        not_admitted(world, alice, ThresholdNotMet, op, signers=[one])
    assert world.balance(bob) == 100 * 10_000 + 40


def test_a_key_that_was_replaced_signs_no_more() -> None:
    world = World()
    alice, (a, b, _c), bob = _two_of_three(world)
    not_admitted(world, alice, SignerUnknown, Transfer("cny", 10, bob), signers=[alice])
    signers = (signer(world, a),)
    world.accept(alice, SetSigners(signers, Thresholds(1, 1, 1)), signers=[a, b])
    not_admitted(world, alice, SignerUnknown, Transfer("cny", 10, bob), signers=[a, b])
    world.accept(alice, Transfer("cny", 10, bob), signers=[a])


def test_a_stranger_beside_enough_signers_spoils_the_transaction() -> None:
    world = World()
    alice, (a, b, _c), bob = _two_of_three(world)
    world.stranger("mallory", 0)
    mallory = next(key for key, person in world.people.items() if person.name == "mallory")
    op = Transfer("cny", 10, bob)
    not_admitted(world, alice, SignerUnknown, op, signers=[a, b, mallory])


def test_a_signature_over_another_body_is_none() -> None:
    world = World()
    alice, (a, b, _c), bob = _two_of_three(world)
    tx = world.tx(alice, Transfer("cny", 10, bob), signers=[a, b])
    other = world.tx(alice, Transfer("cny", 11, bob), signers=[a, b])
    mixed = tx._replace(signatures=other.signatures)
    try:
        world.machine.verify(mixed)
    except BadSignature:
        return
    raise AssertionError("verified")


def test_signers_removed_earlier_in_the_block_stop_the_next_transaction_with_its_fee() -> None:
    world = World()
    alice, (a, b, c), bob = _two_of_three(world)
    signers = (signer(world, c),)
    first = world.tx(alice, SetSigners(signers, Thresholds(1, 1, 1)), signers=[a, b])
    sequence = world.get(Account, alice).sequence
    second = world.tx(alice, Transfer("cny", 10, bob), signers=[a, b], sequence=sequence + 1)
    before = world.balance("fees:tx")
    one, two = world.block(first, second)
    assert (one.status, two.status, two.op) == (APPLIED, REFUSED, 0)
    assert two.refusal == "kernel.SignerUnknown"
    fees = first.body.fee.amount + second.body.fee.amount
    assert world.balance("fees:tx") == before + fees


def test_an_enterprise_needs_two_signers_for_what_leaves_it() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    not_admitted(world, firm, SecondApproverNeeded, Transfer("cny", 1, bob), signers=[firm])


def test_refuses_signers_that_could_never_sign() -> None:
    world = World()
    alice = world.person("alice")
    keys = (signer(world, alice),)
    world.refuse_at_door(alice, BadSigners, SetSigners(keys, Thresholds(1, 1, 2)))


def test_refuses_a_key_of_small_order() -> None:
    world = World()
    alice = world.person("alice")
    keys = (signer(world, alice), Signer(1, weak_keys()[0], 1))
    world.refuse(alice, WeakKey, SetSigners(keys, Thresholds(1, 1, 1)))


@settings(max_examples=20)
@given(weights=st.lists(st.integers(1, 9), min_size=3, max_size=3), need=st.integers(1, 27))
def test_executed_implies_the_weight_of_distinct_signers(weights: list[int], need: int) -> None:
    need = min(need, sum(weights))
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    keys = [world.stranger(name, 0) for name in "abc"]
    signers = tuple([signer(world, *pair) for pair in zip(keys, weights, strict=True)])
    world.accept(alice, SetSigners(signers, Thresholds(1, need, need)))
    for count in (1, 2, 3):
        for chosen in combinations(range(3), count):
            names = [keys[place] for place in chosen]
            receipt = world.block(world.tx(alice, Transfer("cny", 1, bob), signers=names))[0]
            reached = sum(weights[place] for place in chosen) >= need
            assert receipt.status == (APPLIED if reached else NOT_ADMITTED)

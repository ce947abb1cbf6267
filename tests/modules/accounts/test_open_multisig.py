"""accounts.open_multisig: an address that several keys sign for (engine.md 3.4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, Signer, Thresholds, multisig_address
from ctn.kernel.refusal import Malformed, WeakKey
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.signers import BadSigners, check_signers
from tests.modules.accounts.worlds import signer, weak_keys
from tests.worlds import Person, World


def _signers(world: World, count: int) -> tuple[Signer, ...]:
    return tuple([signer(world, world.stranger(f"key {number}", 0)) for number in range(count)])


def test_opens_an_address_that_the_keys_sign_for() -> None:
    world = World()
    alice = world.stranger("alice")
    keys = _signers(world, 3)
    events = world.accept(alice, OpenMultisig(keys, Thresholds(1, 2, 3)))
    address = multisig_address(alice, 0, 0)
    account = world.get(Account, address)
    assert account.signers == tuple(sorted(keys))
    assert (account.thresholds, account.sequence, account.closed) == (Thresholds(1, 2, 3), 0, None)
    assert events == [
        {"event": "accounts.MultisigOpened", "op": 0, "address": address, "creator": alice,
         "signers": 3}
    ]  # fmt: skip


def test_two_in_one_transaction_have_two_addresses() -> None:
    world = World()
    alice = world.stranger("alice")
    op = OpenMultisig(_signers(world, 2), Thresholds(1, 1, 2))
    events = world.accept(alice, op, op)
    addresses = [multisig_address(alice, 0, place) for place in (0, 1)]
    assert [event["address"] for event in events] == addresses
    assert len(dict.fromkeys(addresses)) == 2


@pytest.mark.parametrize(("low", "medium", "high"), [(2, 1, 3), (1, 3, 2), (1, 1, 4), (4, 4, 4)])
def test_refuses_thresholds_that_fall_or_cannot_be_reached(
    low: int, medium: int, high: int
) -> None:
    world = World()
    alice = world.stranger("alice")
    op = OpenMultisig(_signers(world, 3), Thresholds(low, medium, high))
    world.refuse_at_door(alice, BadSigners, op)


def test_refuses_no_signers_twice_the_same_and_keys_of_a_wrong_length() -> None:
    world = World()
    alice = world.stranger("alice")
    one = _signers(world, 1)[0]
    short = Signer(1, one.key[:-2], 1)
    unknown = Signer(9, one.key, 1)
    for keys in ((), (one, one), (one, Signer(1, one.key, 2)), (short,), (unknown,)):
        world.refuse_at_door(alice, BadSigners, OpenMultisig(keys, Thresholds(1, 1, 1)))


@pytest.mark.parametrize("key", weak_keys())
def test_refuses_a_key_of_small_order(key: str) -> None:
    world = World()
    alice = world.stranger("alice")
    keys = (*_signers(world, 1), Signer(1, key, 1))
    world.refuse(alice, WeakKey, OpenMultisig(keys, Thresholds(1, 1, 1)))


def test_takes_sixteen_signers_and_no_seventeenth() -> None:
    world = World()
    alice = world.stranger("alice")
    keys = _signers(world, 17)
    world.accept(alice, OpenMultisig(keys[:16], Thresholds(1, 8, 16)))
    with pytest.raises(Malformed):
        world.tx(alice, OpenMultisig(keys, Thresholds(1, 8, 16)))


@settings(max_examples=30)
@given(
    weights=st.lists(st.integers(1, 255), min_size=1, max_size=6),
    levels=st.tuples(*[st.integers(1, 600)] * 3),
)
def test_accepts_exactly_what_can_sign(weights: list[int], levels: tuple[int, int, int]) -> None:
    low, medium, high = levels
    keys = tuple([Signer(1, Person(f"p{n}").key.hex(), weight) for n, weight in enumerate(weights)])
    thresholds = Thresholds(low, medium, high)
    if low <= medium <= high <= sum(weights):
        check_signers(keys, thresholds)
    else:
        with pytest.raises(BadSigners):
            check_signers(keys, thresholds)

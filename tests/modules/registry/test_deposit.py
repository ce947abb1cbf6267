"""Deposit: held serials become grams on the market."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.intervals import (
    BatchImpaired,
    Frozen,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.records import BatchNotFound
from ctn.modules.registry.withdraw import Withdraw
from tests.modules.registry.worlds import (
    BATCH,
    TONNE,
    counts_of,
    freeze_of,
    put_batch,
    rows_of,
)
from tests.worlds import World

CUSTODY = "custody:" + BATCH


def test_gives_a_million_grams_for_each_serial() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 100, "held", alice))
    events = world.accept(alice, Deposit(BATCH, ((91, 100),)))
    assert world.balance(alice, BATCH) == 10 * TONNE
    assert rows_of(world) == [(1, 90, "held", alice), (91, 100, "custody", CUSTODY)]
    assert [event["event"] for event in events] == ["registry.UnitsMoved", "registry.Deposited"]
    assert events[-1]["tonnes"] == 10


def test_crosses_256_intervals_and_no_more() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, *[(n, n, "held", alice) for n in range(1, 301)])
    facts = world.refuse(alice, TooManyIntervals, Deposit(BATCH, ((1, 257),)))
    assert facts == {"possible_t": 256}
    world.accept(alice, Deposit(BATCH, ((1, 256),)))
    assert counts_of(world) == {"held": 44, "custody": 256}


def test_refuses_when_the_parts_are_invalid() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    world.refuse_at_door(alice, PartsInvalid, Deposit(BATCH, ((2, 1),)))
    world.refuse(alice, PartsInvalid, Deposit(BATCH, ((1, 11),)))


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    world.refuse(world.person("alice"), BatchNotFound, Deposit(BATCH, ((1, 1),)))


def test_refuses_when_the_market_side_is_impaired() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice), status="impaired")
    world.refuse(alice, BatchImpaired, Deposit(BATCH, ((1, 1),)))


def test_refuses_when_a_serial_is_not_held_by_the_sender() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "held", bob))
    world.refuse(alice, NotYours, Deposit(BATCH, ((1, 1),)))


def test_refuses_when_a_serial_is_frozen() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    freeze_of(world, "parts")
    world.refuse(alice, Frozen, Deposit(BATCH, ((1, 2),)))
    world.accept(alice, Deposit(BATCH, ((2, 3),)))


@given(st.integers(1, 50), st.integers(0, 49), st.integers(1, 50))
@settings(max_examples=20)
def test_deposit_and_withdrawal_conserve_tonnes(first: int, more: int, back: int) -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 100, "held", alice))
    end = min(100, first + more)
    world.accept(alice, Deposit(BATCH, ((first, end),)))
    back = min(back, end - first + 1)
    world.accept(alice, Withdraw(BATCH, back))
    assert world.balance(alice, BATCH) == (end - first + 1 - back) * TONNE
    assert counts_of(world)["held"] == 100 - (end - first + 1) + back

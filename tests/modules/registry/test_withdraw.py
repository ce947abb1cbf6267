"""Withdrawal: grams of the market become the lowest serials in custody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import AmountZero, InsufficientBalance, Malformed
from ctn.modules.registry.intervals import BatchImpaired, Frozen, TooManyIntervals
from ctn.modules.registry.records import BatchNotFound
from ctn.modules.registry.withdraw import Withdraw
from tests.modules.registry.worlds import BATCH, TONNE, freeze_of, put_batch, rows_of
from tests.worlds import World

CUSTODY = "custody:" + BATCH


def test_takes_the_lowest_serials_in_custody_whoever_deposited_them() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 5, "custody", ""), (6, 8, "held", bob), (9, 20, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    world.grant(bob, BATCH, 7 * TONNE)
    events = world.accept(alice, Withdraw(BATCH, 7))
    assert rows_of(world) == [
        (1, 5, "held", alice),
        (6, 8, "held", bob),
        (9, 10, "held", alice),
        (11, 20, "custody", CUSTODY),
    ]
    assert world.balance(alice, BATCH) == 3 * TONNE
    assert events[-1] == {
        "event": "registry.Withdrawn", "op": 0, "account": alice, "batch": BATCH, "tonnes": 7
    }  # fmt: skip


def test_a_lapsed_account_may_still_withdraw() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 5, "custody", ""))
    world.grant(alice, BATCH, 5 * TONNE)
    world.lapse(alice)
    world.accept(alice, Withdraw(BATCH, 1))


def test_crosses_256_intervals_and_names_what_is_possible() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, *[(2 * n - 1, 2 * n, "custody", "") for n in range(1, 301)])
    world.grant(alice, BATCH, 600 * TONNE)
    assert world.refuse(alice, TooManyIntervals, Withdraw(BATCH, 513)) == {"possible_t": 512}
    world.accept(alice, Withdraw(BATCH, 512))


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    world.refuse(world.person("alice"), BatchNotFound, Withdraw(BATCH, 1))


def test_refuses_when_the_market_side_is_impaired() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "custody", ""), status="impaired")
    world.grant(alice, BATCH, 10 * TONNE)
    world.refuse(alice, BatchImpaired, Withdraw(BATCH, 1))


def test_refuses_when_the_batch_is_frozen() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    freeze_of(world, "batch", allow_retire=True)
    world.refuse(alice, Frozen, Withdraw(BATCH, 1))


def test_refuses_nothing_more_than_held_and_too_much() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 1_999_999)
    world.grant(bob, BATCH, 8_000_001)
    world.refuse(alice, AmountZero, Withdraw(BATCH, 0))
    world.refuse(alice, InsufficientBalance, Withdraw(BATCH, 2))
    world.accept(alice, Withdraw(BATCH, 1))


def test_refuses_more_tonnes_than_a_batch_can_hold_when_it_is_read() -> None:
    world = World()
    with pytest.raises(Malformed):
        world.tx(world.person("alice"), Withdraw(BATCH, 10**9 + 1))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 60))
@settings(max_examples=20)
def test_what_comes_out_is_always_the_lowest(sizes: list[int], tonnes: int) -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    rows, at = [], 1
    for number, size in enumerate(sizes):
        rows.append((at, at + size - 1, "held" if number % 2 else "custody", bob))
        at += size
    deposited = [n for row in rows if row[2] == "custody" for n in range(row[0], row[1] + 1)]
    put_batch(world, *rows)
    world.grant(alice, BATCH, len(deposited) * TONNE)
    tonnes = min(tonnes, len(deposited))
    world.accept(alice, Withdraw(BATCH, tonnes))
    mine = [n for s, e, _status, owner in rows_of(world) if owner == alice for n in range(s, e + 1)]
    assert mine == deposited[:tonnes]

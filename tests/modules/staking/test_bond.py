"""Bonds: whole tonnes of a bondable batch, locked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import AmountZero, InsufficientBalance
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.registry.records import Batch, BatchNotFound, Blocklist, Class, Project
from ctn.modules.registry.withdraw import Withdraw
from ctn.modules.staking.bond import Bond, BondTooSmall
from ctn.modules.staking.reads import (
    BatchNotBondable,
    OperatorNotAdmitted,
    TooManyLots,
    bonded_t,
    bonded_total_t,
)
from ctn.modules.staking.records import LOTS_MAX, bonded
from tests.modules.registry.worlds import CLASS, METHODOLOGY, PROJECT, freeze_of, put_batch
from tests.modules.staking.worlds import FRESH, OLD, TONNE, StakeWorld
from tests.worlds import START


def ready(tonnes: int = 5_000, **params: int) -> tuple[StakeWorld, str]:
    """An operator with free tonnes."""
    world = StakeWorld(**params)
    north = world.operator("north")
    world.hold(north, tonnes)
    return world, north


def test_tonnes_are_locked_and_counted() -> None:
    world, north = ready()
    (event,) = world.accept(north, Bond(FRESH, 1_000))
    assert event == {
        "event": "staking.Bonded", "op": 0, "operator": north, "batch": FRESH, "tonnes": 1_000
    }  # fmt: skip
    world.accept(north, Bond(FRESH, 1))
    assert world.lot(north) == 1_001
    assert world.balance(bonded(north), FRESH) == 1_001 * TONNE
    assert world.balance(north, FRESH) == 3_999 * TONNE
    ledger = world.draft()
    assert (bonded_t(ledger, north), bonded_total_t(ledger)) == (1_001, 1_001)


def test_what_is_bonded_cannot_leave_otherwise() -> None:
    world, north = ready(1_000)
    world.accept(north, Bond(FRESH, 1_000))
    world.refuse(north, InsufficientBalance, Withdraw(FRESH, 1))


def test_refuses_before_admission_and_after_the_end() -> None:
    for status in ("declared", "tombstoned"):
        world = StakeWorld()
        north = world.operator("north", status=status)
        world.refuse(north, OperatorNotAdmitted, Bond(FRESH, 1_000))
    world = StakeWorld()
    world.refuse(world.firm("south", 2_000), OperatorNotAdmitted, Bond(FRESH, 1_000))


def test_refuses_an_unknown_batch() -> None:
    world, north = ready()
    world.refuse(north, BatchNotFound, Bond("vcs-00001-2020-009", 1_000))


def test_refuses_a_first_bond_under_the_minimum_and_no_later_one() -> None:
    world, north = ready()
    facts = world.refuse(north, BondTooSmall, Bond(FRESH, 999))
    assert facts == {"tonnes": 999, "least": 1_000}
    world.accept(north, Bond(FRESH, 1_000))
    world.accept(north, Bond(FRESH, 1))
    world, north = ready(min_bond_t=1)
    world.accept(north, Bond(FRESH, 1))


def test_refuses_nothing_and_more_than_is_held() -> None:
    world, north = ready(1_500)
    world.accept(north, Bond(FRESH, 1_000))
    world.refuse(north, AmountZero, Bond(FRESH, 0))
    world.refuse(north, InsufficientBalance, Bond(FRESH, 501))


def test_refuses_an_impaired_batch() -> None:
    world, north = ready()
    put_batch(world, (1, 5_000, "custody", ""), batch="vcs-00001-2022-001", status="impaired")
    world.grant(north, "vcs-00001-2022-001", 5_000 * TONNE)
    facts = world.refuse(north, BatchNotBondable, Bond("vcs-00001-2022-001", 1_000))
    assert facts["reason"] == "revoked"


@pytest.mark.parametrize("scope", ["batch", "project", "class"])
def test_refuses_a_frozen_batch(scope: str) -> None:
    world = StakeWorld()
    north = world.operator("north")
    world.hold(north, 2_000, OLD)
    freeze_of(world, scope)
    assert world.refuse(north, BatchNotBondable, Bond(OLD, 1_000))["reason"] == "frozen"


def test_refuses_a_vintage_that_is_blocked() -> None:
    world, north = ready()
    world.put(Blocklist(METHODOLOGY, ((2025, 2025),), "ab" * 32, START - 1))
    assert world.refuse(north, BatchNotBondable, Bond(FRESH, 1_000))["reason"] == "blocked"


def test_refuses_an_allowance() -> None:
    world, north = ready()
    world._records[("class", CLASS)] = world._records[("class", CLASS)].replace(kind="allowance")
    assert world.refuse(north, BatchNotBondable, Bond(FRESH, 1_000))["reason"] == "no_credit"
    assert world.get(Class, CLASS).kind == "allowance"


def test_refuses_what_is_below_the_least_quality() -> None:
    world, north = ready(quality_default_bp=5_999)
    assert world.refuse(north, BatchNotBondable, Bond(FRESH, 1_000))["reason"] == "unrated"


@pytest.mark.parametrize("owner", ["", "north"])
def test_refuses_credits_of_the_operator_and_of_an_affiliate(owner: str) -> None:
    world, north = ready()
    issuer = world.enterprise("issuer", owner=owner) if owner else north
    place = ("project", PROJECT)
    world._records[place] = world._records[place].replace(proponent=issuer)
    assert world.refuse(north, BatchNotBondable, Bond(FRESH, 1_000))["reason"] == "own_issue"
    assert world.get(Project, PROJECT).proponent == issuer


def test_refuses_a_33rd_lot_and_takes_more_of_a_known_one() -> None:
    world = StakeWorld(min_bond_t=1)
    north = world.operator("north")
    batches = [f"vcs-{number:05d}-2024-001" for number in range(2, LOTS_MAX + 3)]
    for batch in batches:
        put_batch(world, (1, 9, "custody", ""), batch=batch)
        world.grant(north, batch, 9 * TONNE)
    for batch in batches[:LOTS_MAX]:
        world.accept(north, Bond(batch, 1))
    world.refuse(north, TooManyLots, Bond(batches[LOTS_MAX], 1))
    world.accept(north, Bond(batches[0], 8))
    assert world.get(Batch, batches[0]).status == "live"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=5))
def test_lots_are_the_sum_of_their_bonds(parts: list[int]) -> None:
    world, north = ready(10_000, min_bond_t=1)
    for tonnes in parts:
        world.accept(north, Bond(FRESH, tonnes))
    assert world.lot(north) == sum(parts)
    assert world.balance(north, FRESH) == (10_000 - sum(parts)) * TONNE


def test_a_locked_operator_bonds_nothing() -> None:
    world = StakeWorld()
    north = world.operator("north")
    world.hold(north, 1_000)
    world.accept(north, Lock(north))
    world.refuse(north, AccountLocked, Bond(FRESH, 1_000))

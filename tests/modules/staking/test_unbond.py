"""Unbonding: tonnes wait 21 days from the epoch at which they are needed no more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import AmountZero
from ctn.modules.staking.reads import TooManyLots, entries
from ctn.modules.staking.records import UNBONDING_MAX, UNBONDING_MS, unbonding
from ctn.modules.staking.unbond import BondNotFound, TonnesExceedBond, Unbond
from tests.modules.staking.worlds import FRESH, OLD, TONNE, StakeWorld, named
from tests.worlds import DAY


def test_tonnes_wait_and_come_back_at_the_epoch_after_21_days() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=3_000)
    world.next_epoch()
    (event,) = world.accept(north, Unbond(FRESH, 500))
    assert event == {
        "event": "staking.Unbonding", "op": 0, "operator": north, "no": 1, "batch": FRESH,
        "tonnes": 500,
    }  # fmt: skip
    assert world.lot(north) == 2_500
    assert world.balance(unbonding(north), FRESH) == 500 * TONNE
    assert entries(world.draft(), north)[0].due is None
    world.next_epoch()
    assert entries(world.draft(), north)[0].due == world.time + UNBONDING_MS
    for _day in range(20):
        assert not named(world.next_epoch(), "Released")
    (released,) = named(world.next_epoch(), "Released")
    assert (released["operator"], released["tonnes"], released["no"]) == (north, 500, 1)
    assert world.balance(north, FRESH) == 500 * TONNE
    assert entries(world.draft(), north) == []


def test_time_counts_only_when_the_bond_left_suffices_or_no_power_is_in_force() -> None:
    world = StakeWorld()
    north, south = world.operator("north", tonnes=1_000), world.operator("south", tonnes=9_000)
    for _day in range(4):
        world.next_epoch()
    before = world.power(north)
    world.accept(north, Unbond(FRESH, 1))
    world.next_epoch()
    # The weight is 0 now, but the churn leaves some power in force.
    assert 0 < world.power(north) < before
    assert entries(world.draft(), north)[0].due is None
    while world.power(north):
        assert entries(world.draft(), north)[0].due is None
        world.next_epoch()
    assert entries(world.draft(), north)[0].due == world.time + UNBONDING_MS
    assert world.power(south) == 1_000_000


def test_a_lot_that_is_gone_is_forgotten_and_its_numbers_go_on() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000)
    world.accept(north, Unbond(FRESH, 400))
    world.accept(north, Unbond(FRESH, 600))
    assert world.lot(north) == 0
    assert [entry.no for entry in entries(world.draft(), north)] == [1, 2]
    world.refuse(north, BondNotFound, Unbond(FRESH, 1))


def test_who_is_barred_gets_the_rest_back() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000, status="tombstoned")
    world.accept(north, Unbond(FRESH, 1_000))
    world.next_epoch()
    world.later(21 * DAY)
    assert named(world.next_epoch(), "Released")


def test_an_enterprise_whose_attestation_lapsed_may_still_leave() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000)
    world.lapse(north)
    world.accept(north, Unbond(FRESH, 1_000))


def test_refuses_a_batch_without_bond_and_more_than_the_bond() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000)
    world.refuse(north, BondNotFound, Unbond(OLD, 1))
    facts = world.refuse(north, TonnesExceedBond, Unbond(FRESH, 1_001))
    assert facts == {"tonnes": 1_001, "bonded": 1_000}
    world.refuse(north, AmountZero, Unbond(FRESH, 0))


def test_refuses_a_33rd_entry() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000)
    for _ in range(UNBONDING_MAX):
        world.accept(north, Unbond(FRESH, 1))
    world.refuse(north, TooManyLots, Unbond(FRESH, 1))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_nothing_is_lost_on_the_way_out(parts: list[int]) -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000)
    for tonnes in parts:
        world.accept(north, Unbond(FRESH, tonnes))
    assert world.lot(north) + world.balance(unbonding(north), FRESH) // TONNE == 2_000
    world.next_epoch()
    world.later(21 * DAY)
    world.next_epoch()
    world.next_epoch()
    assert world.balance(north, FRESH) == sum(parts) * TONNE

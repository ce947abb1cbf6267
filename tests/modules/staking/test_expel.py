"""Expulsion: no power, no return, 5 % of the stake, and no peers."""

import pytest

from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.reads import OperatorNotAdmitted
from ctn.modules.staking.records import Evidence, Expelled
from ctn.modules.staking.unbond import Unbond
from tests.modules.registry.worlds import all_of
from tests.modules.staking.worlds import FRESH, OLD, RULING, StakeWorld, named

NODES = ("0a" * 20, "0b" * 20)


def expelling(operator: str, nodes: tuple[str, ...] = NODES) -> Expel:
    """An expulsion for a false report."""
    return Expel(operator, RULING, "a false report", nodes)


def five(power: int = 200_000, **params: int) -> tuple[StakeWorld, list[str]]:
    """Five operators in force."""
    world = StakeWorld(**({"min_validators": 4} | params))
    return world, [world.operator(f"op {n}", tonnes=2_000, power=power) for n in range(5)]


def test_power_return_stake_and_peers_are_lost_at_once() -> None:
    world, operators = five()
    first = operators[0]
    events = world.council(expelling(first))
    barred, power, cost, told = events
    assert barred["event"] == "staking.Tombstoned"
    assert (power["event"], power["before"], power["power"]) == (
        "staking.PowerChanged", 200_000, 0
    )  # fmt: skip
    assert cost["lots"] == ((FRESH, 100),)
    assert told["nodes"] == NODES
    assert told["reason"] == "a false report"
    assert world.power(first) == 0
    assert world.lot(first) == 1_900
    assert world.validator(first).status == "tombstoned"
    (evidence,) = all_of(world, Evidence)
    assert (evidence.operator, evidence.document, evidence.power) == (first, RULING, 200_000)
    for node in NODES:
        known = world.get(Expelled, node)
        assert (known.operator, known.evidence) == (first, evidence.id)
    world.consensus()
    world.refuse(first, OperatorNotAdmitted, Bond(FRESH, 1_000))


def test_what_is_on_its_way_out_is_liable_whenever_it_was_put_there() -> None:
    world, operators = five()
    world.accept(operators[0], Unbond(FRESH, 1_001))
    world.next_epoch()
    cost = named(world.council(expelling(operators[0])), "Slashed")[0]
    # 5 % of 999 and of 1,001 t, each up: 50 + 51.
    assert cost["lots"] == ((FRESH, 101),)


def test_a_set_of_the_least_size_loses_power_by_epochs_and_not_at_once() -> None:
    world = StakeWorld(min_validators=4)
    operators = [world.operator(f"op {n}", tonnes=2_000, power=250_000) for n in range(4)]
    assert not named(world.council(expelling(operators[0])), "PowerChanged")
    assert world.power(operators[0]) == 250_000
    # With three left there would be too few: the set stays as it is.
    for _ in range(8):
        events = world.next_epoch()
    assert named(events, "SetTooSmall")
    assert world.power(operators[0]) > 0


def test_more_than_a_third_in_one_epoch_leaves_by_the_bound_of_epochs() -> None:
    world = StakeWorld(min_validators=1)
    operators = [world.operator(f"op {n}", tonnes=2_000, power=100_000) for n in range(10)]
    for operator in operators[:3]:
        assert named(world.council(expelling(operator)), "PowerChanged")
    fourth = operators[3]
    assert not named(world.council(expelling(fourth)), "PowerChanged")
    assert world.power(fourth) == 100_000
    seen = [world.power(fourth)]
    while world.power(fourth):
        world.next_epoch()
        seen.append(world.power(fourth))
    assert 1 <= len(seen) - 1 <= 3
    assert world.validator(fourth).status == "tombstoned"


def test_the_third_counts_anew_in_each_epoch() -> None:
    world = StakeWorld(min_validators=1)
    operators = [world.operator(f"op {n}", tonnes=2_000, power=100_000) for n in range(10)]
    for operator in operators[:3]:
        world.council(expelling(operator))
    world.next_epoch()
    assert named(world.council(expelling(operators[3])), "PowerChanged")


def test_a_candidate_without_power_is_barred_too() -> None:
    world = StakeWorld()
    south = world.operator("south", tonnes=1_000, batch=OLD)
    assert not named(world.council(expelling(south, ())), "PowerChanged")
    assert world.validator(south).status == "tombstoned"
    assert world.lot(south, OLD) == 950


def test_refuses_who_is_no_validator_or_barred_already() -> None:
    world, operators = five()
    world.council_refuse(OperatorNotAdmitted, expelling(world.reserve))
    world.council(expelling(operators[0]))
    world.council_refuse(OperatorNotAdmitted, expelling(operators[0]))
    world.consensus()
    world.refuse(operators[1], NotAuthority, expelling(operators[2]))


def test_refuses_a_node_id_that_is_none_and_more_than_16() -> None:
    world, operators = five()
    for nodes in (("node",), tuple(f"{n:040x}" for n in range(17))):
        with pytest.raises(Malformed):
            world.tx(operators[0], expelling(operators[1], nodes))


def test_the_worst_case_keeps_its_stated_work() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=5_000, power=500_000)
    world.operator("south", tonnes=5_000, power=500_000)
    for _ in range(32):
        world.accept(north, Unbond(FRESH, 1))
    sixteen = tuple(f"{number:040x}" for number in range(16))
    world.council(expelling(north, sixteen))
    assert world.lot(north) == 4_968 - 249

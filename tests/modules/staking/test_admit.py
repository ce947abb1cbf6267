"""Admission: the council lets a declared validator bond."""

from ctn.kernel.refusal import NotAuthority
from ctn.modules.staking.admit import Admit, OperatorNotDeclared, TooManyOperators
from ctn.modules.staking.reads import OwnerHasValidator
from ctn.modules.staking.records import OPERATORS_MAX
from tests.modules.staking.worlds import StakeWorld


def test_the_council_admits_who_declared() -> None:
    world = StakeWorld()
    north = world.operator("north", status="declared", admitted=None)
    (event,) = world.council(Admit(north))
    assert event == {"event": "staking.ValidatorAdmitted", "op": 0, "operator": north}
    assert world.validator(north).status == "admitted"
    assert world.validator(north).admitted == world.time


def test_nobody_admits_alone() -> None:
    world = StakeWorld()
    north = world.operator("north", status="declared")
    world.refuse(north, NotAuthority, Admit(north))


def test_refuses_who_declared_nothing_and_who_was_decided_on() -> None:
    world = StakeWorld()
    world.council_refuse(OperatorNotDeclared, Admit(world.reserve))
    for status in ("admitted", "tombstoned"):
        world = StakeWorld()
        world.council_refuse(OperatorNotDeclared, Admit(world.operator("north", status=status)))


def test_refuses_when_owners_have_become_one() -> None:
    world = StakeWorld()
    world.operator("north", owner="both")
    south = world.operator("south", owner="both", status="declared")
    world.council_refuse(OwnerHasValidator, Admit(south))


def test_two_that_only_declared_do_not_hinder_each_other() -> None:
    world = StakeWorld()
    world.operator("north", owner="both", status="declared")
    world.council(Admit(world.operator("south", owner="both", status="declared")))


def test_refuses_above_200_admitted() -> None:
    world = StakeWorld()
    for number in range(OPERATORS_MAX):
        world.operator(f"operator {number}")
    last = world.operator("last", status="declared")
    world.council_refuse(TooManyOperators, Admit(last))

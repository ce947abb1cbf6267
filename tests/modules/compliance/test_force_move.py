"""Seizing what a regulator holds frozen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import AmountZero, InsufficientBalance, NotAuthority
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.compliance.force_move import ForceMove
from ctn.modules.compliance.freeze import NotRegulator
from ctn.modules.compliance.freezes import FreezeNotFound
from ctn.modules.compliance.unfreeze import Unfreeze
from tests.modules.compliance.worlds import ORDER, ComplianceWorld, freezing
from tests.worlds import CNY


def test_the_council_moves_what_stands_frozen() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    before = world.balance(world.ben)
    events = world.council(ForceMove(freeze, "cny", 30 * CNY, world.ben, ORDER))
    assert events[0] == {
        "event": "compliance.ForceMoved", "op": 0, "freeze": freeze, "source": world.ann,
        "target": world.ben, "asset": "cny", "amount": 30 * CNY, "order": ORDER,
    }  # fmt: skip
    assert world.balance(world.ben) - before == 30 * CNY
    assert world.balance(world.ann) == 70 * CNY


def test_a_freeze_that_is_being_lifted_still_holds() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.accept(world.regulator, Unfreeze(freeze, ""))
    world.council(ForceMove(freeze, "cny", 1, world.ben, ORDER))


@pytest.mark.parametrize("case", ["none", "ended", "bridge"])
def test_refuses_when_no_live_freeze_holds_an_account(case: str) -> None:
    world = ComplianceWorld()
    freeze = "f-0"
    if case == "ended":
        freeze = world.frozen()
        world.council(Unfreeze(freeze, ""))
    if case == "bridge":
        freeze = world.frozen(id="verra", scope="bridge")
    world.council_refuse(FreezeNotFound, ForceMove(freeze, "cny", 1, world.ben, ORDER))


def test_refuses_when_the_freeze_is_not_the_regulators() -> None:
    world = ComplianceWorld()
    member = world.frozen(world.members[0])
    council = world.council(freezing(world.ben))[0]["freeze"]
    world.council_refuse(NotRegulator, ForceMove(member, "cny", 1, world.ben, ORDER))
    world.council_refuse(NotRegulator, ForceMove(council, "cny", 1, world.ann, ORDER))


def test_refuses_when_the_target_may_receive_nothing() -> None:
    world = ComplianceWorld()
    visitor = world.stranger("visitor")
    freeze = world.frozen()
    world.council_refuse(RecipientNotVerified, ForceMove(freeze, "cny", 1, visitor, ORDER))


def test_refuses_nothing_and_more_than_there_is() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.council_refuse(AmountZero, ForceMove(freeze, "cny", 0, world.ben, ORDER))
    op = ForceMove(freeze, "cny", 100 * CNY + 1, world.ben, ORDER)
    world.council_refuse(InsufficientBalance, op)


def test_refuses_when_the_regulator_or_the_public_sends_it() -> None:
    world = ComplianceWorld()
    op = ForceMove(world.frozen(), "cny", 1, world.ben, ORDER)
    world.refuse(world.regulator, NotAuthority, op)
    world.council_refuse(NotAuthority, op, sender=GOV_PUBLIC)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 60 * CNY), max_size=5))
def test_what_was_seized_adds_up(amounts: list[int]) -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    before, left = world.balance(world.ben), 100 * CNY
    for amount in amounts:
        op = ForceMove(freeze, "cny", amount, world.ben, ORDER)
        if amount == 0:
            world.council_refuse(AmountZero, op)
        elif amount > left:
            world.council_refuse(InsufficientBalance, op)
        else:
            world.council(op)
            left -= amount
    assert (world.balance(world.ann), world.balance(world.ben)) == (left, before + 100 * CNY - left)

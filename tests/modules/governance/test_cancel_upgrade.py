"""Cancelling an upgrade."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.modules.governance.cancel_upgrade import CancelUpgrade, UpgradeNotFound
from ctn.modules.governance.schedule_upgrade import ScheduleUpgrade, UpgradeExists
from tests.modules.governance.worlds import GovernanceWorld


def test_the_plan_is_forgotten() -> None:
    world = GovernanceWorld()
    world.council(ScheduleUpgrade(900_000, 2))
    events = world.council(CancelUpgrade())
    assert events == [
        {"event": "governance.UpgradeCancelled", "op": 0, "height": 900_000, "app_version": 2}
    ]
    assert world.get(Upgrade, PLAN) is None


def test_refuses_when_none_is_scheduled() -> None:
    GovernanceWorld().council_refuse(UpgradeNotFound, CancelUpgrade())


def test_refuses_when_a_member_sends_it() -> None:
    world = GovernanceWorld()
    world.council(ScheduleUpgrade(900_000, 2))
    world.refuse(world.members[0], NotAuthority, CancelUpgrade())


@settings(max_examples=15)
@given(st.lists(st.booleans(), max_size=8))
def test_at_most_one_plan_stands(steps: list[bool]) -> None:
    world = GovernanceWorld()
    is_planned = False
    for is_scheduling in steps:
        op = ScheduleUpgrade(900_000, 2) if is_scheduling else CancelUpgrade()
        if is_scheduling == is_planned:
            world.council_refuse(UpgradeExists if is_scheduling else UpgradeNotFound, op)
        else:
            world.council(op)
            is_planned = is_scheduling
        assert (world.get(Upgrade, PLAN) is not None) == is_planned

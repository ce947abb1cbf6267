"""Upgrades by height."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import NotAuthority
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.modules.governance.schedule_upgrade import (
    ScheduleUpgrade,
    UpgradeExists,
    UpgradeInPast,
)
from tests.modules.governance.worlds import GovernanceWorld

NOTICE = 250_000


def test_a_plan_names_height_and_version() -> None:
    world = GovernanceWorld()
    events = world.council(ScheduleUpgrade(1 + NOTICE, 2))
    assert events[0]["event"] == "governance.UpgradeScheduled"
    assert world.get(Upgrade, PLAN) == Upgrade(1 + NOTICE, 2)


def test_refuses_when_the_height_is_nearer_than_the_notice() -> None:
    world = GovernanceWorld()
    world.council_refuse(UpgradeInPast, ScheduleUpgrade(NOTICE, 2))


def test_refuses_when_another_upgrade_is_scheduled() -> None:
    world = GovernanceWorld()
    world.council(ScheduleUpgrade(1 + NOTICE, 2))
    world.council_refuse(UpgradeExists, ScheduleUpgrade(2 + NOTICE, 3))


def test_refuses_when_the_public_or_a_member_sends_it() -> None:
    world = GovernanceWorld()
    world.refuse(world.members[0], NotAuthority, ScheduleUpgrade(1 + NOTICE, 2))
    world.council_refuse(NotAuthority, ScheduleUpgrade(1 + NOTICE, 2), sender=GOV_PUBLIC)


@settings(max_examples=20)
@given(st.integers(2, 500), st.integers(0, 1_000))
def test_the_notice_is_that_of_the_network(notice: int, height: int) -> None:
    world = GovernanceWorld(upgrade_notice=notice)
    if height >= 1 + notice:
        world.council(ScheduleUpgrade(height, 2))
    else:
        world.council_refuse(UpgradeInPast, ScheduleUpgrade(height, 2))

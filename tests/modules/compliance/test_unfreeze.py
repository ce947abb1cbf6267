"""Lifting a freeze."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import NotAuthority
from ctn.modules.accounts.freezes import FreezeFlag
from ctn.modules.compliance.freezes import FreezeNotFound
from ctn.modules.compliance.records import LIFT_DELAY_MS, ComplianceFreeze
from ctn.modules.compliance.unfreeze import Unfreeze
from tests.modules.compliance.worlds import ComplianceWorld


def is_held(world: ComplianceWorld) -> bool:
    """Whether ann is frozen."""
    return world.get(FreezeFlag, f"account/{world.ann}") is not None


def test_the_regulator_lifts_a_freeze_48_hours_later() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    events = world.accept(world.regulator, Unfreeze(freeze, "mistaken"))
    assert (events[0]["event"], events[0]["lift_at"]) == (
        "compliance.UnfreezePending", world.time + LIFT_DELAY_MS,
    )  # fmt: skip
    assert world.machine.next_due() == world.time + LIFT_DELAY_MS
    world.later(LIFT_DELAY_MS - 1_001)
    world.empty_block()
    assert is_held(world)
    world.empty_block()
    assert not is_held(world)
    assert world.get(ComplianceFreeze, freeze).ended == world.time


def test_the_council_lifts_a_freeze_at_once_even_a_waiting_one() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.accept(world.regulator, Unfreeze(freeze, "mistaken"))
    events = world.council(Unfreeze(freeze, "mistaken"))
    assert [event["event"] for event in events] == ["compliance.Unfrozen"]
    assert not is_held(world)
    assert world.machine.next_due() is None


def test_one_freeze_of_several_leaves_the_others() -> None:
    world = ComplianceWorld()
    strict = world.frozen(allow_retire=False)
    lenient = world.frozen(allow_retire=True)
    world.council(Unfreeze(strict, "served"))
    assert world.get(FreezeFlag, f"account/{world.ann}") == FreezeFlag(
        "account", world.ann, (lenient,), True
    )


def test_refuses_when_there_is_no_such_freeze_or_it_ended() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.refuse(world.regulator, FreezeNotFound, Unfreeze("f-0", ""))
    world.council(Unfreeze(freeze, ""))
    world.refuse(world.regulator, FreezeNotFound, Unfreeze(freeze, ""))
    world.council_refuse(FreezeNotFound, Unfreeze(freeze, ""))


def test_refuses_when_the_regulator_lifted_it_already() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.accept(world.regulator, Unfreeze(freeze, ""))
    world.refuse(world.regulator, FreezeNotFound, Unfreeze(freeze, ""))


def test_refuses_when_a_member_or_the_public_sends_it() -> None:
    world = ComplianceWorld()
    freeze = world.frozen(world.members[0])
    world.refuse(world.members[0], NotAuthority, Unfreeze(freeze, ""))
    world.council_refuse(NotAuthority, Unfreeze(freeze, ""), sender=GOV_PUBLIC)


@settings(max_examples=20)
@given(st.integers(0, 100), st.booleans())
def test_a_freeze_ends_at_the_earlier_of_its_two_times(hours: int, by_member: bool) -> None:
    world = ComplianceWorld()
    freeze = world.frozen(world.members[0] if by_member else "")
    since = world.time
    world.later(hours * 3_600_000)
    world.empty_block()
    lifted = None
    if is_held(world):
        world.accept(world.regulator, Unfreeze(freeze, ""))
        lifted = world.time + LIFT_DELAY_MS
    world.later(LIFT_DELAY_MS)
    world.empty_block()
    times = [time for time in (lifted, since + 72 * 3_600_000 if by_member else None) if time]
    assert not is_held(world)
    assert world.get(ComplianceFreeze, freeze).ended >= min(times)

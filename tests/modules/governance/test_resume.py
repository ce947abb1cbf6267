"""Ending an emergency stop."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.block import STOP
from ctn.kernel.block import Stop as StopRecord
from ctn.kernel.refusal import NotAuthority
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.records import STOP_MS
from ctn.modules.governance.resume import NotStopped, Resume
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.stop import Stop
from tests.modules.governance.test_stop import CALL
from tests.modules.governance.worlds import COUNCIL_WAIT, GovernanceWorld


def stopped() -> GovernanceWorld:
    """A world in which everything is stopped."""
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    return world


def test_the_council_ends_the_stop() -> None:
    world = stopped()
    events = world.council(Resume())
    assert events == [{"event": "governance.Resumed", "op": 0, "is_timed_out": False}]
    assert world.get(StopRecord, STOP) is None


def test_it_runs_in_the_block_of_the_last_approval() -> None:
    world = stopped()
    number = world.propose(Resume())
    world.approve(number)
    assert world.proposal(number).state == "executed"
    assert world.get(StopRecord, STOP) is None


def test_refuses_when_nothing_is_stopped() -> None:
    GovernanceWorld().council_refuse(NotStopped, Resume())


def test_refuses_when_the_stop_has_timed_out() -> None:
    world = stopped()
    world.later(STOP_MS)
    world.council_refuse(NotStopped, Resume())


def test_refuses_when_the_public_or_a_member_sends_it() -> None:
    world = stopped()
    world.refuse(world.members[0], NotAuthority, Resume())
    world.council_refuse(NotAuthority, Resume(), sender=GOV_PUBLIC)


@settings(max_examples=15)
@given(st.integers(0, STOP_MS + 10_000))
def test_a_stop_ends_by_itself_when_its_time_is_up(wait: int) -> None:
    world = stopped()
    until = world.get(StopRecord, STOP).until
    world.later(wait)
    items = world.empty_block()
    is_over = world.time >= until
    assert (world.get(StopRecord, STOP) is None) == is_over
    assert [item["item"] for item in items] == (["stop"] if is_over else [])


def test_it_stands_in_no_line_behind_decisions_that_are_due() -> None:
    world = GovernanceWorld()
    numbers = [
        world.propose(SetParam("taker_ppm", str(400 + place)), sender=world.members[place % 5])
        for place in range(10)
    ]
    for number in numbers:
        world.approve(number)
    world.later(COUNCIL_WAIT - 5_000)
    for member in world.members[:2]:
        world.accept(member, Stop("drill"))
    world.later(10_000)
    resuming = world.propose(Resume(), sender=world.members[4])
    for member in world.members[:3]:
        world.run(member, Approve(resuming))
    assert world.proposal(resuming).state == "executed"
    assert len([one for one in numbers if world.proposal(one).state == "passed"]) > 1

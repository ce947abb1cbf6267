"""Calls for an emergency stop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.block import STOP
from ctn.kernel.block import Stop as StopRecord
from ctn.kernel.refusal import Stopped
from ctn.modules.governance.reads import NotCouncil
from ctn.modules.governance.records import HOUR_MS, STOP_MS, STOP_PAUSE_MS
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.set_council import SetCouncil
from ctn.modules.governance.stop import Stop, StopRepeated
from tests.modules.governance.worlds import GovernanceWorld

CALL = Stop("stolen keys")


def test_two_members_within_an_hour_stop_everything() -> None:
    world = GovernanceWorld()
    first = world.accept(world.members[0], CALL)
    assert [(event["calls"], event["needed"]) for event in first] == [(1, 2)]
    world.later(HOUR_MS - 1_001)
    events = world.accept(world.members[3], CALL)
    assert events[1] == {"event": "governance.Stopped", "op": 0, "until": world.time + STOP_MS}
    assert world.get(StopRecord, STOP) == StopRecord(world.time, world.time + STOP_MS)


def test_a_call_older_than_an_hour_counts_no_more() -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.later(HOUR_MS - 1_000)
    assert len(world.accept(world.members[1], CALL)) == 1


def test_a_call_that_brought_a_stop_about_brings_no_second_one() -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    world.council(Resume())
    assert len(world.accept(world.members[2], CALL)) == 1


def test_the_call_of_one_who_left_the_council_counts_no_more() -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.council(SetCouncil((*world.members[1:], world.proposer), 3, 2))
    assert len(world.accept(world.members[1], CALL)) == 1


def test_refuses_when_the_sender_is_no_member() -> None:
    world = GovernanceWorld()
    world.refuse(world.proposer, NotCouncil, CALL)


def test_refuses_when_everything_is_stopped_already() -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    world.refuse(world.members[2], Stopped, CALL)


def test_refuses_when_the_member_called_within_thirty_days() -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], CALL)
    world.later(STOP_PAUSE_MS - 1_001)
    world.refuse(world.members[0], StopRepeated, CALL)
    world.accept(world.members[0], CALL)


@pytest.mark.parametrize("text", ["", "x" * 256])
def test_any_text_is_a_reason(text: str) -> None:
    world = GovernanceWorld()
    world.accept(world.members[0], Stop(text))


@settings(max_examples=20)
@given(st.integers(1, 5), st.permutations(range(5)), st.lists(st.integers(0, 40), max_size=5))
def test_stops_with_the_emergency_number_of_calls_within_an_hour(
    emergency: int, order: list[int], minutes: list[int]
) -> None:
    world = GovernanceWorld(council_min=1)
    world.council(SetCouncil(tuple(world.members), 3, emergency))
    calls: list[int] = []
    for place, wait in zip(order, minutes, strict=False):
        world.later(wait * 60_000)
        events = world.accept(world.members[place], CALL)
        calls = [time for time in calls if time > world.time - HOUR_MS] + [world.time]
        assert events[0]["calls"] == len(calls)
        assert (len(events) == 2) == (len(calls) >= emergency)
        if len(events) == 2:
            return

"""Objections: the council may stop a public proposal while it waits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.governance.approve import AlreadyApproved
from ctn.modules.governance.object import Object
from ctn.modules.governance.reads import NotCouncil, ProposalClosed, ProposalNotFound
from ctn.modules.governance.records import HERE, Council
from ctn.modules.governance.set_param import SetParam
from tests.modules.governance.worlds import COUNCIL_WAIT, GovernanceWorld

RULE = SetParam("taker_ppm", "400")


def passed() -> tuple[GovernanceWorld, int]:
    """A world with a public proposal that passed its vote."""
    world = GovernanceWorld()
    world.holder("ann", 100)
    world.holder("ben", 100)
    return world, world.passing(RULE)


def test_three_members_stop_what_the_public_passed() -> None:
    world, number = passed()
    world.accept(world.members[0], Object(number))
    world.accept(world.members[1], Object(number))
    events = world.accept(world.members[2], Object(number))
    assert [event["event"] for event in events] == ["governance.Objected", "governance.Rejected"]
    assert events[1]["cause"] == "objections"
    assert world.proposal(number).state == "rejected"
    world.later(COUNCIL_WAIT)
    assert world.empty_block() == []


def test_refuses_when_the_sender_is_no_member() -> None:
    world, number = passed()
    world.refuse(world.proposer, NotCouncil, Object(number))


def test_refuses_when_there_is_no_such_proposal() -> None:
    world = GovernanceWorld()
    world.refuse(world.members[0], ProposalNotFound, Object(7))


def test_refuses_when_the_proposal_is_open_executed_or_the_councils() -> None:
    world, number = passed()
    still_open = world.propose(RULE, track="public")
    own = world.propose(RULE)
    world.approve(own)
    world.refuse(world.members[0], ProposalClosed, Object(still_open))
    world.refuse(world.members[0], ProposalClosed, Object(own))
    world.later(COUNCIL_WAIT)
    world.empty_block()
    world.empty_block()
    world.refuse(world.members[0], ProposalClosed, Object(number))


def test_refuses_when_a_member_objects_twice() -> None:
    world, number = passed()
    world.accept(world.members[0], Object(number))
    world.refuse(world.members[0], AlreadyApproved, Object(number))


@settings(max_examples=10)
@given(st.permutations(range(5)), st.integers(0, 5))
def test_it_runs_unless_three_different_members_objected(order: list[int], count: int) -> None:
    world, number = passed()
    for place in order[: min(count, 3)]:
        world.accept(world.members[place], Object(number))
    world.later(COUNCIL_WAIT)
    world.empty_block()
    assert world.proposal(number).state == ("rejected" if count >= 3 else "executed")


def test_three_are_enough_in_a_council_of_seven() -> None:
    world = GovernanceWorld()
    world.holder("ann", 100)
    world.holder("ben", 100)
    seven = [*world.members, world.stranger("rosa"), world.stranger("sven")]
    world.put(Council(tuple(seven), 4, 2), HERE)
    number = world.passing(RULE)
    for member in seven[:2]:
        assert world.accept(member, Object(number))[0]["needed"] == 3
    assert world.proposal(number).state == "passed"
    world.accept(seven[6], Object(number))
    assert world.proposal(number).state == "rejected"

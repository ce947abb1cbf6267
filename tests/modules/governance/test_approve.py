"""Approvals of the council: who counts, how many it takes, and what waits after them."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.op import Op
from ctn.modules.governance.approve import AlreadyApproved, Approve
from ctn.modules.governance.reads import NotCouncil, ProposalClosed, ProposalNotFound
from ctn.modules.governance.records import HERE, MEMBERS_MAX, OPEN_MS, Council, Proposal
from ctn.modules.governance.set_council import SetCouncil
from ctn.modules.governance.set_param import SetParam
from tests.modules.governance.worlds import COUNCIL_WAIT, GovernanceWorld
from tests.worlds import Person

RULE = SetParam("taker_ppm", "400")


def test_the_threshold_passes_a_proposal_that_then_waits() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE)
    first = world.accept(world.members[0], Approve(number))
    assert (first[0]["approvals"], first[0]["needed"]) == (1, 3)
    assert len(first) == 1
    world.accept(world.members[1], Approve(number))
    assert world.proposal(number).state == "open"
    last = world.accept(world.members[4], Approve(number))
    assert last[1] == {
        "event": "governance.Passed", "op": 0, "proposal": number,
        "runs": world.time + COUNCIL_WAIT,
    }  # fmt: skip
    assert world.proposal(number).state == "passed"


def test_a_council_that_changes_itself_needs_four() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE, SetCouncil(tuple(world.members), 4, 2))
    world.approve(number, 3)
    assert world.proposal(number).state == "open"
    world.accept(world.members[3], Approve(number))
    assert world.proposal(number).state == "passed"


def test_refuses_when_the_sender_is_no_member() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE)
    world.refuse(world.proposer, NotCouncil, Approve(number))


def test_refuses_when_there_is_no_such_proposal() -> None:
    world = GovernanceWorld()
    world.refuse(world.members[0], ProposalNotFound, Approve(1))


@pytest.mark.parametrize("track", ["public", "passed", "late"])
def test_refuses_when_the_proposal_is_not_open_to_the_council(track: str) -> None:
    world = GovernanceWorld()
    number = world.propose(RULE, track="public" if track == "public" else "council")
    if track == "passed":
        world.approve(number)
    if track == "late":
        world.later(OPEN_MS)
        world.refuse_late(world.members[3], ProposalClosed, Approve(number))
    world.refuse(world.members[3], ProposalClosed, Approve(number))


def test_refuses_when_a_member_approves_twice() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE)
    world.accept(world.members[0], Approve(number))
    world.refuse(world.members[0], AlreadyApproved, Approve(number))


def test_the_approval_of_one_who_left_the_council_no_longer_counts() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE)
    world.approve(number, 2)
    new = Person("new").address
    world.council(SetCouncil((*world.members[1:], new), 3, 2))
    events = world.accept(world.members[2], Approve(number))
    assert (events[0]["approvals"], events[0]["needed"]) == (2, 3)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 4), max_size=8), st.booleans())
def test_passes_exactly_when_enough_different_members_approved(
    order: list[int], changes_council: bool
) -> None:
    world = GovernanceWorld()
    ops: list[Op] = [SetCouncil(tuple(world.members), 3, 2)] if changes_council else [RULE]
    number = world.propose(*ops)
    need, seen = (4 if changes_council else 3), dict[int, None]()
    for place in order:
        if len(seen) >= need:
            world.refuse(world.members[place], ProposalClosed, Approve(number))
        elif place in seen:
            world.refuse(world.members[place], AlreadyApproved, Approve(number))
        else:
            seen[place] = None
            world.accept(world.members[place], Approve(number))
        assert (world.proposal(number).state == "passed") == (len(seen) >= need)


def test_words_of_former_members_are_forgotten_so_that_the_list_never_outgrows_a_record() -> None:
    """A full council of fifteen approves half-way and is replaced by another fifteen."""
    world = GovernanceWorld()
    first = [world.stranger(f"first{number}") for number in range(MEMBERS_MAX)]
    second = [world.stranger(f"second{number}") for number in range(MEMBERS_MAX)]
    world.put(Council(tuple(first), 8, 2), HERE)
    number = world.propose(RULE, sender=first[0])
    for member in first[:7]:
        world.accept(member, Approve(number))
    world.council(SetCouncil(tuple(second), 10, 2), sender=GOV_PUBLIC)
    for place, member in enumerate(second[:10], 1):
        assert world.accept(member, Approve(number))[0]["approvals"] == place
    assert world.proposal(number).approvals == tuple(second[:10])
    kept = msgspec.to_builtins(world.proposal(number))
    assert msgspec.convert(kept, Proposal) == world.proposal(number)

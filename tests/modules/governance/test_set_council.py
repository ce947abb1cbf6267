"""Who sits on the council."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import NotAuthority
from ctn.modules.governance.records import HERE, Council
from ctn.modules.governance.set_council import BadCouncil, SetCouncil
from tests.modules.governance.worlds import GovernanceWorld
from tests.worlds import Person


def addresses(count: int) -> tuple[str, ...]:
    """So many addresses."""
    return tuple([Person(f"seat {place}").address for place in range(count)])


def test_a_decision_replaces_members_and_numbers() -> None:
    world = GovernanceWorld()
    seats = addresses(6)
    events = world.council(SetCouncil(seats, 4, 2), sender=GOV_PUBLIC)
    assert events[0]["members"] == list(seats)
    assert world.get(Council, HERE) == Council(seats, 4, 2)


def test_refuses_when_a_member_is_named_twice() -> None:
    world = GovernanceWorld()
    world.refuse_at_door(
        world.members[0], BadCouncil, SetCouncil((*world.members[:4], world.members[0]), 3, 2)
    )


@pytest.mark.parametrize(
    ("count", "threshold", "emergency"),
    [(4, 3, 2), (5, 2, 2), (6, 3, 2), (5, 6, 2), (5, 3, 1), (5, 3, 6)],
)
def test_refuses_numbers_that_make_no_council(count: int, threshold: int, emergency: int) -> None:
    world = GovernanceWorld()
    world.council_refuse(BadCouncil, SetCouncil(addresses(count), threshold, emergency))


def test_a_chain_for_development_may_have_a_council_of_one() -> None:
    world = GovernanceWorld(council_min=1)
    world.council(SetCouncil(addresses(1), 1, 1))
    world.council_refuse(BadCouncil, SetCouncil(addresses(2), 1, 1))


def test_refuses_when_anybody_sends_it() -> None:
    world = GovernanceWorld()
    world.refuse(world.members[0], NotAuthority, SetCouncil(addresses(5), 3, 2))


@settings(max_examples=30)
@given(st.integers(1, 15), st.integers(1, 15), st.integers(1, 15))
def test_a_council_needs_five_members_and_more_than_half(
    count: int, threshold: int, emergency: int
) -> None:
    world = GovernanceWorld()
    op = SetCouncil(addresses(count), threshold, emergency)
    is_good = (
        count >= 5 and count < 2 * threshold and threshold <= count and 2 <= emergency <= count
    )
    if is_good:
        world.council(op)
    else:
        world.council_refuse(BadCouncil, op)

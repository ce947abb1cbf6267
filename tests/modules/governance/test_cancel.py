"""Taking a proposal back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.governance.cancel import Cancel
from ctn.modules.governance.reads import ProposalClosed, ProposalNotFound
from ctn.modules.governance.records import BOND, TREASURY, LockedLot
from tests.modules.governance.worlds import VOTE_WAIT, GovernanceWorld
from tests.modules.registry.worlds import BATCH, TONNE, all_of


def test_a_proposer_takes_back_a_proposal_and_its_bond() -> None:
    world = GovernanceWorld()
    number = world.propose(track="public")
    before = world.balance(world.proposer)
    world.accept(world.proposer, Cancel(number))
    assert world.balance(world.proposer) > before
    assert world.balance(TREASURY) == 0
    assert world.proposal(number).state == "cancelled"


def test_a_member_takes_back_a_proposal_to_the_council() -> None:
    world = GovernanceWorld()
    for _ in range(4):
        number = world.propose()
    world.accept(world.members[0], Cancel(number))
    world.propose()


def test_locked_lots_come_back() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100)
    number = world.propose(track="public")
    world.vote(ann, number, "yes", 60)
    world.accept(world.proposer, Cancel(number))
    assert world.balance(ann, BATCH) == 100 * TONNE
    assert all_of(world, LockedLot) == []


def test_a_losing_proposer_cannot_save_the_bond_by_cancelling() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100)
    number = world.propose(track="public")
    world.vote(ann, number, "no", 60)
    world.accept(world.proposer, Cancel(number))
    assert world.balance(TREASURY) == BOND


def test_refuses_when_it_is_anothers_or_none() -> None:
    world = GovernanceWorld()
    number = world.propose()
    world.refuse(world.members[1], ProposalNotFound, Cancel(number))
    world.refuse(world.members[0], ProposalNotFound, Cancel(number + 1))


@pytest.mark.parametrize("state", ["passed", "rejected", "cancelled"])
def test_refuses_when_it_is_no_longer_open(state: str) -> None:
    world = GovernanceWorld()
    if state == "passed":
        number = world.propose()
        world.approve(number)
        world.refuse(world.members[0], ProposalClosed, Cancel(number))
        return
    number = world.propose(track="public")
    if state == "rejected":
        world.later(VOTE_WAIT)
        world.refuse_late(world.proposer, ProposalClosed, Cancel(number))
    else:
        world.accept(world.proposer, Cancel(number))
    world.refuse(world.proposer, ProposalClosed, Cancel(number))


@settings(max_examples=15)
@given(st.integers(0, 400), st.integers(0, 400))
def test_the_bond_goes_where_the_votes_so_far_send_it(yes: int, no: int) -> None:
    world = GovernanceWorld()
    ann, ben = world.holder("ann", 400), world.holder("ben", 400)
    number = world.propose(track="public")
    if yes:
        world.vote(ann, number, "yes", yes)
    if no:
        world.vote(ben, number, "no", no)
    found = world.proposal(number)
    world.accept(world.proposer, Cancel(number))
    is_lost = 3 * found.yes.weight < found.yes.weight + found.no.weight
    assert world.balance(TREASURY) == (BOND if is_lost else 0)
    assert world.balance(f"escrow:bond-governance-{world.proposer}") == 0

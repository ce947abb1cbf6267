"""Votes: tonnes are locked, owners weigh their square root, and a choice is final."""

from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import InsufficientBalance
from ctn.modules.governance.reads import ProposalClosed, ProposalNotFound
from ctn.modules.governance.records import LOTS_MAX, Ballot, Choice, LockedLot, Votes
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.vote import AlreadyVoted, Lot, NothingToVote, Vote
from ctn.modules.identity.attest import Attest
from ctn.modules.identity.reads import owner_key
from tests.modules.governance.worlds import VOTE_WAIT, GovernanceWorld, voting
from tests.modules.registry.worlds import (
    BATCH,
    TONNE,
    all_of,
    freezing,
    put_batch,
    regulator,
)
from tests.worlds import DAY

OTHER = "vcs-00002-2021-001"


def voted(tonnes: int = 1_000) -> tuple[GovernanceWorld, str]:
    """A world with ann, who holds tonnes."""
    world = GovernanceWorld()
    return world, world.holder("ann", tonnes)


def test_a_vote_locks_tonnes_and_weighs_their_square_root() -> None:
    world, ann = voted()
    number = world.propose(track="public")
    events = world.vote(ann, number, "yes", 99)
    assert (events[0]["tonnes"], events[0]["weight"]) == (99, 9)
    assert world.balance("vote:1", BATCH) == 99 * TONNE
    assert world.balance(ann, BATCH) == 901 * TONNE
    assert world.proposal(number).yes == Votes(1, 99, 9)


def test_more_tonnes_may_be_added_to_the_same_choice() -> None:
    world, ann = voted()
    number = world.propose(track="public")
    world.vote(ann, number, "no", 99)
    events = world.vote(ann, number, "no", 1)
    assert events[0]["weight"] == 10
    assert world.proposal(number).no == Votes(1, 100, 10)
    assert [lot.tonnes for lot in all_of(world, LockedLot)] == [100]


def test_accounts_of_one_owner_weigh_as_one() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100, owner="family")
    eve = world.holder("eve", 44, owner="family")
    number = world.propose(track="public")
    world.vote(ann, number, "yes", 100)
    world.vote(eve, number, "yes", 44)
    assert world.proposal(number).yes == Votes(1, 144, 12)
    assert len(all_of(world, Ballot)) == 1
    assert len(all_of(world, LockedLot)) == 2


def test_abstaining_counts_for_neither_side() -> None:
    world, ann = voted()
    number = world.propose(track="public")
    world.vote(ann, number, "abstain", 100)
    found = world.proposal(number)
    assert (found.yes, found.no, found.abstain) == (
        Votes(0, 0, 0),
        Votes(0, 0, 0),
        Votes(1, 100, 10),
    )


def test_refuses_when_the_owner_chose_otherwise_before() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100, owner="family")
    eve = world.holder("eve", 100, owner="family")
    number = world.propose(track="public")
    world.vote(ann, number, "yes", 1)
    world.refuse(ann, AlreadyVoted, voting(number, "no", 1))
    world.refuse(eve, AlreadyVoted, voting(number, "abstain", 1))


def test_refuses_when_there_is_no_such_proposal() -> None:
    world, ann = voted()
    world.refuse(ann, ProposalNotFound, voting(1, "yes", 1))


def test_refuses_when_the_vote_is_over_or_the_councils() -> None:
    world, ann = voted()
    own = world.propose()
    number = world.propose(track="public")
    world.refuse(ann, ProposalClosed, voting(own, "yes", 1))
    world.later(VOTE_WAIT - 2_000)
    world.refuse_late(ann, ProposalClosed, voting(number, "yes", 1))


def test_refuses_when_a_lot_has_no_tonne() -> None:
    world, ann = voted()
    number = world.propose(track="public")
    world.refuse_at_door(ann, NothingToVote, voting(number, "yes", 0))


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("revoked", {"status": "impaired"}),
        ("own_issue", {"proponent": "ann"}),
        ("unknown", None),
        ("frozen", {}),
    ],
)
def test_refuses_when_a_lot_could_not_be_bonded(
    reason: str, changes: dict[str, str] | None
) -> None:
    world, ann = voted()
    number_of = world.propose
    if changes is not None:
        if "proponent" in changes:
            changes = {"proponent": ann}
        put_batch(world, (1, 10, "custody", ""), batch=OTHER, **changes)
        world.grant(ann, OTHER, 10 * TONNE)
    officer = regulator(world)
    number = number_of(track="public")
    if reason == "frozen":
        world.accept(officer, freezing("batch", OTHER))
    facts = world.refuse(ann, NothingToVote, voting(number, "yes", 1, OTHER))
    assert facts == {"batch": OTHER, "reason": reason}


def test_refuses_when_the_tonnes_are_not_held() -> None:
    world, ann = voted(10)
    number = world.propose(track="public")
    world.refuse(ann, InsufficientBalance, voting(number, "yes", 11))
    twice = Vote(number, "yes", (Lot(BATCH, 6), Lot(BATCH, 5)))
    world.refuse(ann, InsufficientBalance, twice)


def test_states_enough_work_for_sixteen_lots_of_different_batches() -> None:
    world, ann = voted()
    batches = [f"vcs-{number:05d}-2021-001" for number in range(2, 2 + LOTS_MAX)]
    for batch in batches:
        put_batch(world, (1, 10, "custody", ""), batch=batch, proponent=world.proposer)
        world.grant(ann, batch, 10 * TONNE)
    number = world.propose(track="public")
    world.accept(ann, Vote(number, "yes", tuple([Lot(batch, 1) for batch in batches])))
    assert world.proposal(number).yes == Votes(1, 16, 4)


Ballots = list[tuple[int, Choice, int]]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from(["yes", "no", "abstain"]), st.integers(1, 400)
        ),
        max_size=10,
    )
)
def test_the_tally_is_what_the_ballots_say_and_locks_come_back(ballots: Ballots) -> None:
    world = GovernanceWorld()
    names = [world.holder(f"voter{place}", 1_000, owner=f"o{place // 2}") for place in range(4)]
    number = world.propose(track="public")
    chosen: dict[int, tuple[Choice, int]] = {}
    locked = dict.fromkeys(names, 0)
    for place, choice, tonnes in ballots:
        name, owner = names[place], place // 2
        known, sum_t = chosen.get(owner, (choice, 0))
        if known != choice:
            world.refuse(name, AlreadyVoted, voting(number, choice, tonnes))
        elif locked[name] + tonnes > 1_000:
            world.refuse(name, InsufficientBalance, voting(number, choice, tonnes))
        else:
            world.vote(name, number, choice, tonnes)
            locked[name] += tonnes
            chosen[owner] = (choice, sum_t + tonnes)
    found = world.proposal(number)
    for side, choice_name in ((found.yes, "yes"), (found.no, "no"), (found.abstain, "abstain")):
        mine = [tonnes for choice, tonnes in chosen.values() if choice == choice_name]
        assert side == Votes(len(mine), sum(mine), sum(isqrt(tonnes) for tonnes in mine))
    world.later(VOTE_WAIT)
    world.empty_block()
    world.recount()
    assert all_of(world, LockedLot) == all_of(world, Ballot) == []
    assert [world.balance(name, BATCH) for name in names] == [1_000 * TONNE] * 4


def test_a_choice_stays_final_when_the_owner_is_attested_anew() -> None:
    world = GovernanceWorld()
    attestor = world.authority("attestor", DutyKind.ATTESTOR)
    ann = world.holder("ann", 1_000)
    number = world.propose(SetParam("taker_ppm", "400"), track="public")
    world.accept(ann, voting(number, "yes", 100))
    before = owner_key(world.draft(), ann)
    other = Attest(
        ann, 1, "person", "CN", ("aa" * 32,), (), "bb" * 32, world.time + 300 * DAY
    )
    world.accept(attestor, other)
    assert owner_key(world.draft(), ann) != before
    world.refuse(ann, AlreadyVoted, voting(number, "no", 900))
    world.accept(ann, voting(number, "yes", 900))
    assert (world.proposal(number).yes.owners, world.proposal(number).yes.tonnes) == (1, 1_000)
    world.later(VOTE_WAIT)
    world.empty_block()
    world.empty_block()
    assert world.balance(ann, BATCH) == 1_000 * TONNE
    assert world.get(Ballot, f"{number:020d}/{before}") is None
    world.recount()

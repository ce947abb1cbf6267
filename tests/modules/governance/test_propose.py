"""Proposals: who may lay one before whom, what it may hold, and how many."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.op import Op
from ctn.kernel.receipt import REFUSED
from ctn.kernel.refusal import (
    InsufficientBalance,
    Malformed,
    RoleTooLow,
    TooLarge,
    TooMuchWork,
)
from ctn.kernel.tx import TX_WORK
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.records import Hold
from ctn.modules.assets.transfer import Transfer
from ctn.modules.governance.propose import OpNotAllowed, Propose, TooManyProposals
from ctn.modules.governance.reads import NotCouncil
from ctn.modules.governance.records import BOND, CARRIED_BYTES, TREASURY
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.schedule_upgrade import ScheduleUpgrade
from ctn.modules.governance.set_council import BadCouncil, SetCouncil
from ctn.modules.governance.set_param import SetParam
from ctn.modules.identity.appoint import Appoint
from tests.cases import note_result
from tests.modules.governance.worlds import (
    DOCUMENT,
    GovernanceWorld,
    carried,
    proposing,
)

RULE = SetParam("taker_ppm", "400")


def test_a_member_proposes_to_the_council_without_a_bond() -> None:
    world = GovernanceWorld()
    events = world.accept(world.members[0], proposing(RULE))
    told = {name: events[0][name] for name in ("proposal", "track", "proposer", "ops")}
    assert told == {
        "proposal": 1, "track": "council", "proposer": world.members[0],
        "ops": ["governance.set_param"],
    }  # fmt: skip
    found = world.proposal(1)
    assert (found.state, found.bond, found.ops) == ("open", 0, carried(RULE))


@pytest.mark.parametrize("rank", [1, 2])
def test_people_with_a_badge_propose_to_the_public_with_a_bond(rank: int) -> None:
    world = GovernanceWorld()
    ann = world.person("ann", cny=20_000)
    world.standing(ann, rank=rank)
    before = world.balance(ann)
    world.accept(ann, proposing(RULE, track="public"))
    assert world.balance(f"escrow:bond-governance-{ann}") == BOND == 10_000 * 10_000
    assert before - world.balance(ann) > BOND


def test_an_enterprise_proposes_to_the_public() -> None:
    world = GovernanceWorld()
    assert world.propose(RULE, track="public") == 1
    assert world.balance(TREASURY) == 0


def test_a_proposal_without_operations_is_a_pure_decision() -> None:
    world = GovernanceWorld()
    assert world.proposal(world.propose(track="public")).ops == ()


def test_refuses_when_one_who_is_no_member_proposes_to_the_council() -> None:
    world = GovernanceWorld()
    world.refuse(world.proposer, NotCouncil, proposing(RULE))


def test_refuses_when_an_ordinary_person_or_a_member_proposes_to_the_public() -> None:
    world = GovernanceWorld()
    ann = world.person("ann", cny=20_000)
    world.refuse(ann, RoleTooLow, proposing(RULE, track="public"))
    world.refuse(world.members[0], RoleTooLow, proposing(RULE, track="public"))


def test_refuses_when_the_bond_is_not_held() -> None:
    world = GovernanceWorld()
    poor = world.enterprise("poor", cny=9_000)
    world.refuse(poor, InsufficientBalance, proposing(RULE, track="public"))


def transfer(world: GovernanceWorld) -> Op:
    return Transfer("cny", 1, world.proposer)


def test_refuses_operations_of_another_authority() -> None:
    world = GovernanceWorld()
    facts = world.refuse_at_door(world.members[0], OpNotAllowed, proposing(RULE, transfer(world)))
    assert facts == {"op": "assets.transfer", "place": 1, "track": "council"}
    inner = proposing(RULE)
    world.refuse_at_door(world.members[0], OpNotAllowed, proposing(inner))


@pytest.mark.parametrize("op", [Resume(), ScheduleUpgrade(10**9, 2)])
def test_the_public_cannot_decide_what_is_the_councils(op: Op) -> None:
    world = GovernanceWorld()
    world.refuse_at_door(world.proposer, OpNotAllowed, proposing(op, track="public"))
    world.accept(world.members[0], proposing(op))


def test_refuses_operations_that_do_not_decode() -> None:
    world = GovernanceWorld()
    bad = Propose("council", "x", DOCUMENT, ({"op": "governance.set_param", "name": "x"},))
    with pytest.raises(Malformed) as caught:
        world.tx(world.members[0], bad)
    assert caught.value.facts["field"] == "ops[0]"
    missing = Propose("council", "x", DOCUMENT, ({"op": "governance.unheard_of"},))
    with pytest.raises(Malformed):
        world.tx(world.members[0], missing)


def test_refuses_an_inner_operation_that_its_own_check_refuses() -> None:
    world = GovernanceWorld()
    twice = SetCouncil((world.members[0], world.members[0]), 2, 1)
    with pytest.raises(BadCouncil):
        world.tx(world.members[0], proposing(twice))


class Heavy(Appoint, frozen=True, tag="identity.appoint"):
    """An appointment that states more work than a draft may do."""

    @property
    def work(self) -> int:
        """More than any transaction may state."""
        return TX_WORK + 1


def test_refuses_more_work_than_one_draft_may_do() -> None:
    proposal = proposing(RULE)
    proposal.check_carried((Appoint(DOCUMENT, "regulator", "", None),) * 16)
    with pytest.raises(TooMuchWork):
        proposal.check_carried((Heavy(DOCUMENT, "regulator", "", None),))
    note_result((proposal,), REFUSED, "kernel.TooMuchWork", [])


def test_refuses_operations_larger_than_a_record() -> None:
    edge = Propose("council", "x", DOCUMENT, ({"op": "x" * (CARRIED_BYTES - 9)},))
    edge.check()
    wide = Propose("council", "x", DOCUMENT, ({"op": "x" * (CARRIED_BYTES - 8)},))
    with pytest.raises(TooLarge):
        wide.check()
    note_result((wide,), REFUSED, "kernel.TooLarge", [])


def test_a_member_has_four_open_and_the_public_thirty_two() -> None:
    world = GovernanceWorld()
    rich = world.enterprise("rich", cny=400_000)
    for _ in range(4):
        world.propose()
    world.refuse(world.members[0], TooManyProposals, proposing())
    world.accept(world.members[1], proposing())
    for _ in range(32):
        world.propose(track="public", sender=rich)
    facts = world.refuse(world.proposer, TooManyProposals, proposing(track="public"))
    assert facts == {"open": 32, "most": 32}
    world.accept(world.members[1], proposing())


def test_states_enough_work_for_its_worst_case() -> None:
    world = GovernanceWorld()
    ops = [SetParam(f"{'x' * 90}{number}", "1") for number in range(16)]
    world.accept(world.proposer, proposing(*ops, track="public"))


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["council", "public"]), max_size=8))
def test_numbers_rise_by_one_and_bonds_add_up(tracks: list[str]) -> None:
    world = GovernanceWorld(council_delay=0)
    member = iter([name for name in world.members for _ in range(4)])
    rich = world.enterprise("rich", cny=100_000)
    for number, track in enumerate(tracks, 1):
        sender = next(member) if track == "council" else rich
        assert world.propose(track=track, sender=sender) == number
    bonds = BOND * tracks.count("public")
    assert world.balance(f"escrow:bond-governance-{rich}") == bonds


def test_a_locked_account_puts_up_no_bond() -> None:
    world = GovernanceWorld()
    world.accept(world.proposer, Lock(world.proposer))
    world.refuse(world.proposer, AccountLocked, proposing(RULE, track="public"))
    assert world.get(Hold, f"{world.proposer}/bond") is None

"""What governance does by itself, from a proposal to what it sets in motion."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.block import STOP, Stuck
from ctn.kernel.block import Stop as StopRecord
from ctn.kernel.receipt import NOT_ADMITTED, REFUSED
from ctn.modules.assets.transfer import Transfer
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.cancel import Cancel
from ctn.modules.governance.records import (
    BOND,
    LOTS_MAX,
    OPEN_MS,
    STOP_MS,
    TREASURY,
    Ballot,
    Failure,
    LockedLot,
    ParamChange,
)
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.vote import Lot, Vote
from ctn.modules.identity.appoint import Appoint
from ctn.modules.identity.dismiss import Dismiss
from ctn.modules.identity.records import Duty
from tests.modules.governance.test_stop import CALL
from tests.modules.governance.worlds import (
    COUNCIL_WAIT,
    DOCUMENT,
    VOTE_WAIT,
    GovernanceWorld,
    proposing,
    voting,
)
from tests.modules.registry.worlds import BATCH, TONNE, all_of, put_batch

RULE = SetParam("taker_ppm", "400")


def names(items: list[dict[str, Any]]) -> list[str]:
    """The events of hook items, in order."""
    return [event["event"] for item in items for event in item["events"]]


def appointing(address: str) -> Appoint:
    """An appointment of a verifier."""
    return Appoint(address, DutyKind.VERIFIER.value, "", None)


# --- the council's track


def test_an_approved_proposal_runs_after_its_delay_and_once() -> None:
    world = GovernanceWorld()
    officer = world.person("officer", kind="institution")
    number = world.propose(appointing(officer), RULE)
    world.approve(number)
    world.later(COUNCIL_WAIT - 1_001)
    assert world.empty_block() == []
    items = world.empty_block()
    assert names(items) == ["identity.DutyGiven", "governance.ParamSet", "governance.Executed"]
    assert [event["op"] for event in items[0]["events"]] == [0, 1, 0]
    assert world.get(Duty, f"{officer}/verifier") is not None
    assert world.proposal(number).state == "executed"
    assert world.empty_block() == []


def test_a_refused_operation_marks_it_failed_and_nothing_stays() -> None:
    world = GovernanceWorld()
    officer = world.person("officer", kind="institution")
    ops = (RULE, appointing(officer), Dismiss(officer, "regulator", DOCUMENT))
    number = world.propose(*ops)
    world.approve(number)
    world.later(COUNCIL_WAIT)
    items = world.empty_block()
    assert items[0]["events"] == [
        {"event": "governance.Failed", "op": 2, "proposal": number,
         "refusal": "identity.DutyNotFound"}
    ]  # fmt: skip
    found = world.proposal(number)
    assert (found.state, found.failure) == ("failed", Failure("identity.DutyNotFound", 2))
    assert world.get(Duty, f"{officer}/verifier") is None
    assert world.get(ParamChange, "taker_ppm") is None
    assert world.empty_block() == []


def test_one_proposal_runs_a_block_in_the_order_of_their_times() -> None:
    world = GovernanceWorld()
    first, second = world.propose(RULE), world.propose(SetParam("maker_ppm", "200"))
    world.approve(second)
    world.approve(first)
    world.later(COUNCIL_WAIT)
    world.empty_block()
    assert (world.proposal(second).state, world.proposal(first).state) == ("executed", "passed")
    assert world.machine.next_due() <= world.time
    world.empty_block()
    assert world.proposal(first).state == "executed"


def test_a_pure_decision_is_executed_without_doing_anything() -> None:
    world = GovernanceWorld()
    number = world.adopt()
    assert world.proposal(number).state == "executed"


def test_a_proposal_without_enough_approvals_expires_after_fourteen_days() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE)
    world.approve(number, 2)
    world.later(OPEN_MS - 3_001)
    world.empty_block()
    assert world.proposal(number).state == "open"
    assert world.machine.next_due() == world.time + 1
    assert names(world.empty_block()) == ["governance.Expired"]
    assert world.proposal(number).state == "expired"


# --- the public's track


def test_a_vote_passes_and_runs_by_itself_after_its_delay() -> None:
    world = GovernanceWorld()
    ann, ben = world.holder("ann", 100), world.holder("ben", 100)
    number = world.propose(RULE, track="public")
    before = world.balance(world.proposer)
    world.vote(ann, number, "yes", 60)
    world.vote(ben, number, "no", 15)
    world.later(VOTE_WAIT)
    assert names(world.empty_block()) == ["governance.Passed"]
    assert world.balance(world.proposer) - before == BOND
    assert world.balance(ann, BATCH) == world.balance(ben, BATCH) == 100 * TONNE
    assert all_of(world, LockedLot) == all_of(world, Ballot) == []
    world.later(COUNCIL_WAIT)
    assert "governance.Executed" in names(world.empty_block())
    assert world.get(ParamChange, "taker_ppm") is not None


@pytest.mark.parametrize(
    ("yes", "no", "state", "treasury"),
    [
        (100, 25, "passed", 0),  # 10 of 15 is two thirds
        (81, 25, "rejected", 0),  # 9 of 14 is less
        (25, 100, "rejected", 0),  # 5 of 15 is a third
        (16, 100, "rejected", BOND),  # 4 of 14 is less
    ],
)
def test_two_thirds_of_the_weight_pass_and_a_third_saves_the_bond(
    yes: int, no: int, state: str, treasury: int
) -> None:
    world = GovernanceWorld()
    ann, ben = world.holder("ann", 100), world.holder("ben", 100)
    number = world.propose(RULE, track="public")
    world.vote(ann, number, "yes", yes)
    world.vote(ben, number, "no", no)
    world.later(VOTE_WAIT)
    world.empty_block()
    assert world.proposal(number).state == state
    assert world.balance(TREASURY) == treasury
    assert world.balance(ann, BATCH) == 100 * TONNE


@pytest.mark.parametrize("params", [{"vote_quorum": 3}, {"vote_min": 201}])
def test_too_few_owners_or_tonnes_reject_what_all_want(params: dict[str, int]) -> None:
    world = GovernanceWorld(**params)
    ann, ben = world.holder("ann", 100), world.holder("ben", 100)
    number = world.propose(RULE, track="public")
    world.vote(ann, number, "yes", 100)
    world.vote(ben, number, "yes", 100)
    world.later(VOTE_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "rejected"
    assert world.balance(TREASURY) == 0


def test_abstentions_make_no_quorum() -> None:
    world = GovernanceWorld()
    ann, ben = world.holder("ann", 100), world.holder("ben", 100)
    number = world.propose(RULE, track="public")
    world.vote(ann, number, "yes", 100)
    world.vote(ben, number, "abstain", 100)
    world.later(VOTE_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "rejected"


def test_a_vote_that_nobody_cast_loses_the_bond() -> None:
    world = GovernanceWorld()
    number = world.propose(RULE, track="public")
    world.later(VOTE_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "rejected"
    assert world.balance(TREASURY) == BOND


def test_what_the_public_decides_runs_as_the_public() -> None:
    world = GovernanceWorld()
    world.holder("ann", 100)
    world.holder("ben", 100)
    officer = world.person("officer", kind="institution")
    number = world.passing(appointing(officer))
    world.later(COUNCIL_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "executed"
    assert world.get(Duty, f"{officer}/verifier") is not None


def test_locks_of_many_come_back_over_the_next_blocks() -> None:
    world = GovernanceWorld()
    batches = [f"vcs-{number:05d}-2021-001" for number in range(2, 66)]
    names_of = [world.holder(f"voter{place}", 0) for place in range(17)]
    for batch in batches:
        put_batch(world, (1, 17, "custody", ""), batch=batch)
        for name in names_of:
            world.grant(name, batch, TONNE)
    number = world.propose(track="public")
    for name in names_of:
        for start in range(0, 64, LOTS_MAX):
            lots = tuple([Lot(batch, 1) for batch in batches[start : start + LOTS_MAX]])
            world.block(world.tx(name, Vote(number, "yes", lots)))
    assert len(all_of(world, LockedLot)) == 1_000
    world.accept(world.proposer, Cancel(number))
    assert len(all_of(world, LockedLot)) == 88
    assert world.machine.next_due() <= world.time + 1
    world.empty_block()
    assert all_of(world, LockedLot) == all_of(world, Ballot) == []
    assert world.machine.next_due() is None


@pytest.mark.parametrize("item", ["param:taker_ppm", "stop"])
@pytest.mark.parametrize("is_stuck", [False, True])
def test_what_a_bug_stopped_makes_no_block_due(item: str, is_stuck: bool) -> None:
    """Blocks would follow each other for ever because of it."""
    world = GovernanceWorld()
    if item == "stop":
        world.put(StopRecord(0, world.time), STOP)
    else:
        world.put(ParamChange("taker_ppm", 400, world.time))
    if is_stuck:
        world.put(Stuck("", 1), f"governance/{item}")
    assert world.machine.next_due() == (None if is_stuck else world.time)


# --- the emergency stop


def stopped(**more: Any) -> GovernanceWorld:
    """A world in which everything is stopped, with a person who holds tonnes."""
    world = GovernanceWorld(**more)
    world.ann = world.holder("ann", 100)  # type: ignore[attr-defined]
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    return world


def test_a_stop_admits_safety_and_governance_alone() -> None:
    world = stopped()
    tx = world.tx(world.proposer, Transfer("cny", 1, world.proposer))
    receipt = world.block(tx)[0]
    assert (receipt.status, receipt.refusal) == (NOT_ADMITTED, "kernel.Stopped")
    world.propose(RULE, track="public")
    world.propose(RULE)


def test_a_stop_begins_within_its_block() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100)
    world.accept(world.members[0], CALL)
    stop, move = world.tx(world.members[1], CALL), world.tx(ann, Transfer("cny", 1, world.proposer))
    receipts = world.block(*world.machine.arrange([move, stop]))
    assert [receipt.refusal for receipt in receipts] == [None, "kernel.Stopped"]
    assert receipts[1].status == REFUSED


def test_only_hooks_of_staking_and_governance_run_in_a_stop() -> None:
    world = stopped()
    world.later(STOP_MS - world.time % 2 - 10_000)
    assert world.machine.next_due() == world.get(StopRecord, STOP).until
    assert world.empty_block() == []


def test_what_the_council_decided_before_waits_for_the_end_of_the_stop() -> None:
    world = GovernanceWorld()
    officer = world.person("officer", kind="institution")
    number = world.propose(appointing(officer))
    world.approve(number)
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    world.later(COUNCIL_WAIT)
    assert world.empty_block() == []
    assert world.machine.next_due() == world.get(StopRecord, STOP).until
    resuming = world.propose(Resume())
    world.approve(resuming)
    assert world.proposal(resuming).state == "executed"
    world.empty_block()
    assert world.proposal(number).state == "executed"


def test_a_vote_closes_in_a_stop_and_its_lots_come_back() -> None:
    world = GovernanceWorld()
    ann = world.holder("ann", 100)
    number = world.propose(RULE, track="public")
    world.vote(ann, number, "yes", 60)
    world.later(VOTE_WAIT - 10_000)
    world.accept(world.members[0], CALL)
    world.accept(world.members[1], CALL)
    world.later(10_000)
    world.empty_block()
    assert world.proposal(number).state == "rejected"
    assert world.balance(ann, BATCH) == 100 * TONNE


def test_a_stop_ends_by_itself_after_three_days() -> None:
    world = stopped()
    world.later(STOP_MS)
    assert names(world.empty_block()) == ["governance.Resumed"]
    world.accept(world.ann, Transfer("cny", 1, world.proposer))  # type: ignore[attr-defined]


# --- nothing is left behind

Step = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(["propose", "public", "approve", "yes", "no", "cancel", "wait"]),
    st.integers(0, 5),
    st.integers(0, 120),
)


def act(world: GovernanceWorld, people: list[str], step: Step) -> None:
    """One attempt; whether it is refused does not matter."""
    what, place, size = step
    number = 1 + size % 4
    person = people[place % len(people)]
    member = world.members[place % 5]
    if what in ("propose", "public"):
        track = "council" if what == "propose" else "public"
        sender = member if what == "propose" else world.proposer
        bad = Dismiss(person, "regulator", DOCUMENT)
        world.run(sender, proposing(RULE, bad, track=track))
    elif what == "approve":
        world.run(member, Approve(number))
    elif what in ("yes", "no"):
        world.run(person, Vote(number, what, voting(number, "yes", 1 + size).lots))  # type: ignore[arg-type]
    elif what == "cancel":
        world.run(world.proposer, Cancel(number))
    else:
        world.later(size * 3_600_000)
        world.empty_block()


@settings(max_examples=25)
@given(st.lists(STEPS, max_size=25))
def test_no_end_leaves_a_lock_a_bond_or_a_waiting_entry(steps: list[Step]) -> None:
    world = GovernanceWorld()
    people = [world.holder(f"voter{place}", 100) for place in range(3)]
    for step in steps:
        act(world, people, step)
    world.later(OPEN_MS)
    for _ in range(8):
        world.empty_block()
        world.later(COUNCIL_WAIT)
    world.recount()
    assert [world.balance(name, BATCH) for name in people] == [100 * TONNE] * 3
    assert world.balance(f"escrow:bond-governance-{world.proposer}") == 0
    assert all_of(world, LockedLot) == all_of(world, Ballot) == all_of(world, ParamChange) == []
    assert world.machine.next_due() is None

"""Faults that consensus tells: what is lost, by whom, once, and never by the last of the set."""

import pytest

from ctn.kernel.ledger import Consensus, Misbehavior
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.reads import OperatorNotAdmitted, entries
from ctn.modules.staking.records import EVIDENCE_MS, LIGHT_CLIENT_ATTACK, Evidence, slashed
from ctn.modules.staking.unbond import Unbond
from tests.modules.registry.worlds import all_of, freeze_of
from tests.modules.staking.worlds import FRESH, OLD, TONNE, StakeWorld, named


def four(tonnes: int = 2_001) -> tuple[StakeWorld, list[str]]:
    """Four operators in force."""
    world = StakeWorld(min_validators=4)
    return world, [world.operator(f"op {n}", tonnes=tonnes, power=250_000) for n in range(4)]


@pytest.mark.parametrize("kind", ["duplicate_vote", LIGHT_CLIENT_ATTACK])
def test_a_double_signer_loses_a_twentieth_its_power_and_its_future(kind: str) -> None:
    world, operators = four()
    first = operators[0]
    events = world.evidence(first, kind=kind)
    assert [event["event"].partition(".")[2] for event in events][:3] == [
        "PowerChanged", "Tombstoned", "Slashed"
    ]  # fmt: skip
    (cost,) = named(events, "Slashed")
    # 5 % of 2,001 t, up.
    assert cost["lots"] == [[FRESH, 101]]
    assert world.lot(first) == 1_900
    assert world.power(first) == 0
    assert len(world.powers()) == 3
    assert world.validator(first).status == "tombstoned"
    world.consensus()
    world.refuse(first, OperatorNotAdmitted, Bond(FRESH, 1_000))
    for _ in range(3):
        world.next_epoch()
    assert world.power(first) == 0


def test_each_lot_loses_and_the_smallest_loses_a_tonne() -> None:
    world = StakeWorld()
    first = world.operator("first", tonnes=1_000, power=1)
    world.operator("second", tonnes=1_000, power=1)
    world.hold(first, 1, OLD)
    world.accept(first, Bond(OLD, 1))
    (cost,) = named(world.evidence(first), "Slashed")
    assert cost["lots"] == [[OLD, 1], [FRESH, 50]]
    assert world.lot(first, OLD) == 0


def test_what_was_put_out_after_the_fault_is_liable_and_before_it_not() -> None:
    world, operators = four()
    first = operators[0]
    world.accept(first, Unbond(FRESH, 100))
    fault = world.fault(first)
    world.later(5_000)
    fault = fault._replace(time=world.time)
    world.accept(first, Unbond(FRESH, 200))
    (cost,) = named(world.consensus(Consensus((), (fault,))), "Slashed")
    # 5 % of 1,701 t bonded, up, and of the 200 t.
    assert cost["lots"] == [[FRESH, 86 + 10]]
    assert [entry.tonnes for entry in entries(world.draft(), first)] == [100, 190]


def test_evidence_of_21_days_ago_bars_without_a_slash() -> None:
    for age, is_slashed in ((EVIDENCE_MS - 1_000, True), (EVIDENCE_MS, False)):
        world, operators = four()
        world.consensus()
        events = world.evidence(operators[0], age=age)
        assert bool(named(events, "Slashed")) is is_slashed
        assert world.validator(operators[0]).status == "tombstoned"
        assert world.power(operators[0]) == 0


def test_one_fault_is_acted_on_once_and_another_height_is_another_fault() -> None:
    world, operators = four()
    fault = world.fault(operators[0])
    world.consensus(Consensus((), (fault, fault)))
    assert world.lot(operators[0]) == 1_900
    assert not named(world.consensus(Consensus((), (fault,))), "Slashed")
    world.consensus(Consensus((), (fault._replace(height=fault.height + 1),)))
    assert world.lot(operators[0]) == 1_805
    assert len(all_of(world, Evidence)) == 2


def test_a_key_of_nobody_is_taken_out_and_an_unknown_one_is_noted() -> None:
    world = StakeWorld()
    keys = ("ab" * 32, "cd" * 32)
    world.consensus(Consensus(founders=((keys[0], 10), (keys[1], 10))))
    for key in (*keys[:1], "ef" * 32):
        fault = Misbehavior("duplicate_vote", consensus_address(key), 1, world.time, 10)
        world.consensus(Consensus((), (fault,)))
    assert world.powers() == {keys[1]: 10}
    assert len(all_of(world, Evidence)) == 2


def test_the_last_of_the_set_is_barred_stays_and_rings() -> None:
    world = StakeWorld()
    only = world.operator("only", tonnes=1_000, power=1_000_000)
    fault = world.fault(only)
    events = world.consensus(Consensus((), (fault,)), alarms=True)
    assert named(events, "SetTooSmall")
    assert world.power(only) == 1_000_000
    assert world.lot(only) == 950
    assert "last of the set" in world.machine.alarms[0]


def test_a_share_near_a_third_rings_only_where_the_set_changed() -> None:
    world = StakeWorld()
    operators = [world.operator(f"op {n}", tonnes=2_000, power=p) for n, p in
                 enumerate((300_000, 250_000, 200_000, 200_000, 50_000))]  # fmt: skip
    world.consensus()
    world.consensus(Consensus((), (world.fault(operators[4]),)), alarms=True)
    # 300,000 of 950,000 among four is not yet a third.
    assert not world.machine.alarms
    world.consensus(Consensus((), (world.fault(operators[3]),)), alarms=True)
    assert not world.machine.alarms


def test_a_third_of_all_power_among_four_rings() -> None:
    world = StakeWorld()
    powers = (400_000, 250_000, 200_000, 100_000, 50_000)
    operators = [world.operator(f"op {n}", tonnes=2_000, power=p) for n, p in enumerate(powers)]
    world.consensus()
    world.consensus(Consensus((), (world.fault(operators[4]),)), alarms=True)
    assert "I28" in world.machine.alarms[0]


def test_more_than_a_quarter_among_five_rings() -> None:
    world = StakeWorld()
    powers = (250_000, 240_000, 200_000, 200_000, 100_000, 10_000)
    operators = [world.operator(f"op {n}", tonnes=2_000, power=p) for n, p in enumerate(powers)]
    world.consensus(Consensus((), (world.fault(operators[5]),)), alarms=True)
    assert "above a quarter" in world.machine.alarms[0]


def test_what_was_slashed_waits_in_its_escrow_while_the_batch_is_frozen() -> None:
    world = StakeWorld()
    first = world.operator("first", tonnes=1_000, batch=OLD, power=1)
    world.operator("second", tonnes=1_000, power=1)
    freeze_of(world, "batch")
    (cost,) = named(world.evidence(first), "Slashed")
    assert cost["lots"] == [[OLD, 50]]
    world.heights(3)
    assert world.balance(slashed(cost["evidence"]), OLD) == 50 * TONNE

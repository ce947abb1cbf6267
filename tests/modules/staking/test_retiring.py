"""What was slashed is retired for nobody: lowest serials first, 256 intervals a block, in time."""

from ctn.modules.registry.lift_freeze import LiftFreeze
from ctn.modules.registry.records import Certificate
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.hooks import next_due
from ctn.modules.staking.records import Evidence, slashed
from tests.modules.registry.worlds import all_of, freezing, put_batch, regulator, rows_of
from tests.modules.staking.worlds import FRESH, OLD, TONNE, StakeWorld, named
from tests.worlds import DAY

CUT = "vcs-00001-2024-001"


def test_the_lowest_serials_are_retired_for_nobody_in_the_next_block() -> None:
    world = StakeWorld()
    first = world.operator("first", tonnes=1_000, power=1)
    world.operator("second", tonnes=1_000, power=1)
    (cost,) = named(world.evidence(first), "Slashed")
    evidence = cost["evidence"]
    assert rows_of(world, FRESH)[0][:3] == (1, 50, "retired")
    assert rows_of(world, FRESH)[0][3] == f"nobody:{evidence}"
    assert world.balance(slashed(evidence), FRESH) == 0
    assert world.balance(f"retired:{FRESH}", FRESH) == 50 * TONNE
    (certificate,) = all_of(world, Certificate)
    assert (certificate.holder, certificate.grams) == (f"nobody:{evidence}", 50 * TONNE)
    assert certificate.beneficiary is None
    (known,) = all_of(world, Evidence)
    assert [(lot.tonnes, lot.retired) for lot in known.lots] == [(50, 50)]
    assert next_due(world.draft()) != world.time + 1


def test_many_intervals_take_many_blocks() -> None:
    world = StakeWorld()
    put_batch(world, *[(2 * n - 1, 2 * n, "custody", "") for n in range(1, 6_001)], batch=CUT)
    first = world.operator("first", power=1)
    world.operator("second", tonnes=1_000, power=1)
    world.grant(first, CUT, 12_000 * TONNE)
    world.accept(first, Bond(CUT, 12_000))
    (cost,) = named(world.evidence(first), "Slashed")
    seen = []
    while world.balance(slashed(cost["evidence"]), CUT):
        seen.append(world.balance(slashed(cost["evidence"]), CUT) // TONNE)
        assert next_due(world.draft()) == world.time + 1
        world.consensus()
    # 600 t are 300 intervals of two.
    assert seen == [600 - 512]


def test_a_frozen_batch_waits_and_goes_on_when_it_is_free() -> None:
    world = StakeWorld()
    first = world.operator("first", tonnes=1_000, batch=OLD, power=1)
    world.operator("second", tonnes=1_000, power=1)
    judge = regulator(world)
    (frozen,) = world.accept(judge, freezing("batch", OLD))
    (cost,) = named(world.evidence(first), "Slashed")
    account = slashed(cost["evidence"])
    world.heights(2)
    assert world.balance(account, OLD) == 50 * TONNE
    world.accept(judge, LiftFreeze(frozen["freeze"]))
    world.later(3 * DAY)
    world.heights(2)
    assert world.balance(account, OLD) == 0


def test_an_impaired_batch_waits_for_ever_and_holds_up_no_other() -> None:
    world = StakeWorld()
    first = world.operator("first", tonnes=1_000, batch=OLD, power=1)
    second = world.operator("second", tonnes=1_000, power=1)
    world.operator("third", tonnes=1_000, power=1)
    world._records[("batch", OLD)] = world._records[("batch", OLD)].replace(status="impaired")
    waiting = named(world.evidence(first), "Slashed")[0]["evidence"]
    done = named(world.evidence(second), "Slashed")[0]["evidence"]
    world.heights(2)
    assert world.balance(slashed(waiting), OLD) == 50 * TONNE
    assert world.balance(slashed(done), FRESH) == 0

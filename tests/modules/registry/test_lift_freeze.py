"""Lifting a freeze acts 48 hours later."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.lift_freeze import FreezeNotFound, LiftFreeze
from ctn.modules.registry.records import Batch, Freeze, Interval
from tests.modules.registry.worlds import (
    BATCH,
    all_of,
    freezing,
    put_batch,
    registrar,
    regulator,
    retiring,
)
from tests.worlds import START, World

HOUR = 3_600_000


def frozen(by_registrar: bool = False) -> tuple[World, dict[str, str], str]:
    """A world with two regulators and two registrars, one of which froze the batch."""
    world = World()
    people = {
        "first": regulator(world, "first"),
        "second": regulator(world, "second"),
        "office": registrar(world, "office"),
        "other": registrar(world, "other"),
        "ccer": regulator(world, "ccer", scope="ccer"),
    }
    put_batch(world, (1, 10, "held", world.person("alice")))
    until = START + 60 * HOUR if by_registrar else None
    who = people["office" if by_registrar else "first"]
    world.accept(who, freezing("batch", BATCH, until=until))
    return world, people, all_of(world, Freeze)[0].id


def test_ends_48_hours_after_it_was_lifted() -> None:
    world, people, freeze = frozen()
    assert world.machine.next_due() is None
    events = world.accept(people["second"], LiftFreeze(freeze))
    lift_at = world.time + 48 * HOUR
    assert events[0]["lift_at"] == lift_at
    assert world.machine.next_due() == lift_at
    world.later(48 * HOUR - 1_001)
    world.empty_block()
    assert world.get(Batch, BATCH).freezes == (freeze,)
    world.later(1)
    hooks = world.empty_block()
    assert hooks[0]["hook"] == "registry.end_block"
    assert hooks[0]["events"][0]["freeze"] == freeze
    assert world.get(Batch, BATCH).freezes == ()
    assert world.get(Freeze, freeze).ended == world.time


def test_who_froze_may_lift_and_an_earlier_end_comes_first() -> None:
    world, people, freeze = frozen(by_registrar=True)
    world.accept(people["office"], LiftFreeze(freeze))
    assert world.machine.next_due() == START + 1_000 + 1_000 + 48 * HOUR
    world.later(48 * HOUR)
    world.empty_block()
    assert world.get(Batch, BATCH).freezes == ()


def test_parts_are_freed_wherever_they_lie() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 5, "held", world.person("alice")), (6, 10, "custody", ""))
    world.grant(world.person("bob"), BATCH, 5_000_000)
    world.accept(office, freezing("parts", BATCH, parts=((2, 3), (5, 7))))
    freeze = all_of(world, Freeze)[0].id
    world.accept(office, LiftFreeze(freeze))
    world.later(48 * HOUR)
    world.empty_block()
    assert all(row.freezes == () for row in all_of(world, Interval))
    assert world.get(Batch, BATCH).freezes == ()


def test_refuses_an_unknown_freeze_and_one_that_was_lifted_or_ended() -> None:
    world, people, freeze = frozen()
    first = people["first"]
    world.refuse(first, FreezeNotFound, LiftFreeze("f-" + "0" * 24))
    world.accept(first, LiftFreeze(freeze))
    world.refuse(first, FreezeNotFound, LiftFreeze(freeze))
    world.later(48 * HOUR)
    world.empty_block()
    world.refuse(first, FreezeNotFound, LiftFreeze(freeze))


def test_refuses_another_registrar_and_a_regulator_of_another_class() -> None:
    world, people, freeze = frozen(by_registrar=True)
    world.refuse(people["other"], NotAuthority, LiftFreeze(freeze))
    world.refuse(people["ccer"], NotAuthority, LiftFreeze(freeze))
    world.accept(people["first"], LiftFreeze(freeze))


@given(st.integers(1, 96))
@settings(max_examples=20)
def test_never_ends_before_its_time(hours: int) -> None:
    world, people, freeze = frozen()
    world.accept(people["first"], LiftFreeze(freeze))
    due = world.machine.next_due()
    assert due is not None
    world.later(hours * HOUR)
    world.empty_block()
    assert (world.get(Freeze, freeze).ended is not None) == (world.time >= due)


def test_ends_also_where_its_serials_were_retired_meanwhile() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world)
    put_batch(world, (1, 10, "held", alice))
    world.accept(office, freezing("parts", BATCH, parts=((1, 4),), allow_retire=True))
    (freeze,) = all_of(world, Freeze)
    world.accept(alice, retiring(source="held", parts=((2, 2),)))
    world.accept(office, LiftFreeze(freeze.id))
    world.later(48 * HOUR)
    world.empty_block()
    assert world.get(Freeze, freeze.id).ended == world.time
    assert {interval.freezes for interval in all_of(world, Interval)} == {()}
    assert not world.machine.alarms

"""Freezes: who may, how long, what they stop, and how they end by time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.freeze import FreezeRepeated, FreezeTooLong
from ctn.modules.registry.intervals import Frozen, PartsInvalid, TooManyIntervals
from ctn.modules.registry.reads import is_tradable
from ctn.modules.registry.records import (
    Batch,
    BatchNotFound,
    Class,
    ClassNotFound,
    Freeze,
    Interval,
    Project,
    ProjectNotFound,
)
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.transfer import Transfer
from tests.modules.registry.worlds import (
    BATCH,
    CLASS,
    PROJECT,
    all_of,
    freezing,
    put_batch,
    registrar,
    regulator,
    retiring,
    rows_of,
)
from tests.worlds import DAY, START, World

HOUR = 3_600_000


def test_a_regulator_freezes_parts_alone_and_without_end() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world)
    put_batch(world, (1, 10, "held", alice))
    events = world.accept(office, freezing("parts", BATCH, parts=((3, 4), (8, 8))))
    (freeze,) = all_of(world, Freeze)
    frozen = [(row.start, row.end) for row in all_of(world, Interval) if row.freezes]
    assert frozen == [(3, 4), (8, 8)]
    assert world.get(Batch, BATCH).freezes == ()
    assert (freeze.duty, freeze.by, freeze.until, freeze.height) == ("regulator", office, None, 1)
    assert events == [
        {
            "event": "registry.Frozen", "op": 0, "freeze": freeze.id, "scope": "parts",
            "subject": BATCH, "by": office, "reason": "court order 7", "until": None,
            "allow_retire": False,
        }
    ]  # fmt: skip
    assert is_tradable(world.draft(), BATCH)


def test_a_part_in_custody_freezes_its_batch() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 10, "custody", ""))
    world.grant(world.person("alice"), BATCH, 10_000_000)
    world.accept(office, freezing("parts", BATCH))
    assert len(world.get(Batch, BATCH).freezes) == 1
    assert not is_tradable(world.draft(), BATCH)


def test_what_is_final_is_passed_by() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world)
    put_batch(world, (1, 5, "held", alice), (6, 10, "cancelled", alice))
    world.accept(office, freezing("parts", BATCH, parts=((4, 7),)))
    assert rows_of(world)[-1] == (6, 10, "cancelled", alice)
    assert len(rows_of(world)) == 3


def test_batch_project_and_class_carry_their_freeze() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 10, "held", world.person("alice")))
    for scope, subject in (("batch", BATCH), ("project", PROJECT), ("class", CLASS)):
        world.accept(office, freezing(scope, subject))
    carriers = [world.get(Batch, BATCH), world.get(Project, PROJECT), world.get(Class, CLASS)]
    assert [len(carrier.freezes) for carrier in carriers] == [1, 1, 1]


def test_a_registrar_freezes_for_72_hours_and_then_it_ends() -> None:
    world = World()
    alice, bob, office = world.person("alice"), world.person("bob"), registrar(world)
    put_batch(world, (1, 10, "held", alice))
    until = START + 72 * HOUR
    world.accept(office, freezing("parts", BATCH, until=until))
    world.refuse(alice, Frozen, Transfer(BATCH, ((1, 1),), bob))
    assert world.machine.next_due() == until
    world.later(72 * HOUR)
    hooks = world.empty_block()
    assert [event["event"] for event in hooks[0]["events"]] == ["registry.FreezeEnded"]
    world.accept(alice, Transfer(BATCH, ((1, 1),), bob))
    assert world.machine.next_due() is None


def test_refuses_a_registrar_above_72_hours_or_without_end() -> None:
    world = World()
    office = registrar(world)
    put_batch(world, (1, 10, "held", world.person("alice")))
    world.refuse(office, FreezeTooLong, freezing("batch", BATCH))
    # The block is one second after the start.
    too_late = START + 1_000 + 72 * HOUR + 1_001
    world.refuse(office, FreezeTooLong, freezing("batch", BATCH, until=too_late))


def test_refuses_a_registrar_the_same_subject_within_30_days() -> None:
    world = World()
    first, second = registrar(world), registrar(world, "second")
    put_batch(world, (1, 10, "held", world.person("alice")))
    world.accept(first, freezing("batch", BATCH, until=START + HOUR))
    again = freezing("parts", BATCH, until=START + 2 * HOUR)
    world.refuse(second, FreezeRepeated, again)
    world.later(30 * DAY)
    world.accept(second, freezing("parts", BATCH, until=START + 30 * DAY + HOUR))


def test_refuses_a_fifth_freeze_of_the_same() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 10, "held", world.person("alice")))
    for _ in range(4):
        world.accept(office, freezing("batch", BATCH))
        world.accept(office, freezing("parts", BATCH))
    world.refuse(office, FreezeRepeated, freezing("batch", BATCH))
    world.refuse(office, FreezeRepeated, freezing("parts", BATCH))


def test_a_final_serial_that_carries_four_freezes_leaves_room_for_its_neighbours() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world)
    put_batch(world, (1, 10, "held", alice))
    for _ in range(4):
        world.accept(office, freezing("parts", BATCH, allow_retire=True))
    world.refuse(office, FreezeRepeated, freezing("parts", BATCH, parts=((1, 10),)))
    world.accept(alice, retiring(source="held", parts=((1, 1),)))
    world.accept(office, freezing("parts", BATCH, parts=((1, 10),)))
    carried = {row.start: len(row.freezes) for row in all_of(world, Interval)}
    assert carried == {1: 4, 2: 1}


def test_refuses_parts_out_of_order_or_out_of_place() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 10, "held", world.person("alice")))
    world.refuse_at_door(office, PartsInvalid, freezing("parts", BATCH, parts=()))
    world.refuse_at_door(office, PartsInvalid, freezing("parts", BATCH, parts=((2, 1),)))
    world.refuse_at_door(office, PartsInvalid, freezing("class", CLASS, parts=((1, 1),)))
    world.refuse(office, PartsInvalid, freezing("parts", BATCH, parts=((11, 11),)))


def test_refuses_an_authority_of_another_class_and_everybody_else() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world, scope="ccer")
    put_batch(world, (1, 10, "held", alice))
    world.refuse(office, NotAuthority, freezing("batch", BATCH))
    world.refuse(alice, NotAuthority, freezing("batch", BATCH))


def test_refuses_an_unknown_subject() -> None:
    world = World()
    office = regulator(world)
    world.refuse(office, BatchNotFound, freezing("batch", BATCH))
    world.refuse(office, BatchNotFound, freezing("parts", BATCH))
    world.refuse(office, ProjectNotFound, freezing("project", PROJECT))
    world.refuse(office, ClassNotFound, freezing("class", CLASS))


def test_refuses_an_end_that_has_passed() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 10, "held", world.person("alice")))
    world.refuse(office, BadPeriod, freezing("batch", BATCH, until=START))


def test_crosses_256_intervals_and_ends_over_two_blocks_when_they_were_cut_since() -> None:
    world = World()
    alice, bob, office = world.person("alice"), world.person("bob"), regulator(world)
    put_batch(world, *[(2 * n - 1, 2 * n, "held", alice) for n in range(1, 301)])
    world.refuse(office, TooManyIntervals, freezing("parts", BATCH, parts=((1, 513),)))
    op = freezing("parts", BATCH, parts=((1, 512),), until=START + HOUR)
    world.accept(office, op)
    cuts = tuple((n, n) for n in range(1, 39, 2))
    world.accept(office, freezing("parts", BATCH, parts=cuts, until=START + HOUR))
    world.later(HOUR)
    world.empty_block()
    first = next(f for f in all_of(world, Freeze) if f.parts == ((1, 512),))
    assert first.ended is None
    assert first.cursor > 0
    world.empty_block()
    assert all(freeze.ended is not None for freeze in all_of(world, Freeze))
    assert all(row.freezes == () for row in all_of(world, Interval))
    world.accept(alice, Transfer(BATCH, ((512, 512),), bob))


@given(st.integers(1, 10), st.integers(0, 5), st.integers(1, 10))
@settings(max_examples=20)
def test_exactly_the_frozen_serials_stand_still(start: int, more: int, serial: int) -> None:
    world = World()
    alice, bob, office = world.person("alice"), world.person("bob"), regulator(world)
    put_batch(world, (1, 4, "held", alice), (5, 10, "held", alice))
    end = min(10, start + more)
    world.accept(office, freezing("parts", BATCH, parts=((start, end),)))
    op = Transfer(BATCH, ((serial, serial),), bob)
    if start <= serial <= end:
        world.refuse(alice, Frozen, op)
    else:
        world.accept(alice, op)

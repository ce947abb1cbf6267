"""Seizing serials that a regulator holds frozen (registry.md 9)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import NotAuthority
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.registry.enforce_transfer import EnforceTransfer, NotHeldFrozen
from ctn.modules.registry.intervals import Frozen, NotYours, PartsInvalid, TooManyIntervals
from ctn.modules.registry.lift_freeze import LiftFreeze
from ctn.modules.registry.records import Batch, BatchNotFound, Freeze, Interval
from ctn.modules.registry.transfer import Transfer
from tests.modules.registry.worlds import (
    BATCH,
    all_of,
    counts_of,
    freeze_of,
    freezing,
    put_batch,
    registrar,
    regulator,
    rows_of,
)
from tests.worlds import DAY, World

CASE = "ab" * 32


def seizing(to: str, *parts: tuple[int, int]) -> EnforceTransfer:
    """Serials of the example batch to somebody."""
    return EnforceTransfer(BATCH, parts, to, CASE)


def frozen(world: World, *parts: tuple[int, int]) -> tuple[str, str, str]:
    """Two people and a regulator, who froze parts of serials 1-100, which the first holds."""
    ann, ben, office = world.person("ann"), world.person("ben"), regulator(world)
    put_batch(world, (1, 100, "held", ann))
    world.accept(office, freezing("parts", BATCH, parts=parts))
    return ann, ben, office


def test_the_council_moves_frozen_serials_and_the_freeze_stays_on_them() -> None:
    world = World()
    ann, ben, _office = frozen(world, (11, 20))
    events = world.council(seizing(ben, (13, 15)))
    world.recount()
    assert events[0] == {
        "event": "registry.TransferEnforced", "op": 0, "batch": BATCH, "parts": ((13, 15),),
        "to": ben, "case_hash": CASE,
    }  # fmt: skip
    assert (13, 15, "held", ben) in rows_of(world)
    assert counts_of(world) == {"held": 100}
    marked = [(row.start, row.end, row.owner) for row in all_of(world, Interval) if row.freezes]
    assert marked == [(11, 12, ann), (13, 15, ben), (16, 20, ann)]
    world.refuse(ben, Frozen, Transfer(BATCH, ((13, 13),), ann))


@pytest.mark.parametrize("scope", ["batch", "project", "class"])
def test_a_freeze_of_what_is_above_holds_the_serials(scope: str) -> None:
    world = World()
    ann, ben = world.person("ann"), world.person("ben")
    put_batch(world, (1, 10, "held", ann))
    freeze_of(world, scope)
    world.council(seizing(ben, (1, 10)))
    assert rows_of(world) == [(1, 10, "held", ben)]


def test_a_freeze_that_is_being_lifted_still_holds_and_one_that_ended_does_not() -> None:
    world = World()
    _ann, ben, office = frozen(world, (1, 10))
    (freeze,) = all_of(world, Freeze)
    world.accept(office, LiftFreeze(freeze.id))
    world.council(seizing(ben, (1, 2)))
    world.later(3 * DAY)
    world.empty_block()
    world.council_refuse(NotHeldFrozen, seizing(ben, (3, 4)))


def test_moves_what_several_owners_hold() -> None:
    world = World()
    ann, ben, eve = [world.person(name) for name in ("ann", "ben", "eve")]
    put_batch(world, (1, 10, "held", ann), (11, 20, "held", eve))
    freeze_of(world, "batch")
    world.council(seizing(ben, (5, 15)))
    assert rows_of(world) == [
        (1, 4, "held", ann), (5, 10, "held", ben), (11, 15, "held", ben), (16, 20, "held", eve),
    ]  # fmt: skip


def test_refuses_when_a_serial_is_not_frozen_by_a_regulator() -> None:
    world = World()
    issuer = registrar(world)
    _ann, ben, _office = frozen(world, (11, 20))
    world.council_refuse(NotHeldFrozen, seizing(ben, (20, 21)))
    day = freezing("parts", BATCH, parts=((31, 40),), until=world.time + DAY)
    world.accept(issuer, day)
    world.council_refuse(NotHeldFrozen, seizing(ben, (31, 31)))


def test_refuses_when_a_serial_is_not_held() -> None:
    world = World()
    ann, ben = world.person("ann"), world.person("ben")
    put_batch(world, (1, 10, "held", ann), (11, 20, "cancelled", ann))
    freeze_of(world, "batch")
    world.council_refuse(NotYours, seizing(ben, (10, 11)))


def test_refuses_when_the_target_may_receive_nothing() -> None:
    world = World()
    visitor = world.stranger("visitor")
    frozen(world, (1, 10))
    world.council_refuse(RecipientNotVerified, seizing(visitor, (1, 1)))


def test_refuses_when_the_parts_are_out_of_order_or_were_never_issued() -> None:
    world = World()
    ann, ben, _office = frozen(world, (1, 10))
    world.refuse_at_door(ann, PartsInvalid, seizing(ben, (2, 3), (1, 1)))
    world.council_refuse(PartsInvalid, seizing(ben, (100, 101)))


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    world.council_refuse(BatchNotFound, seizing(world.person("ben"), (1, 1)))


def test_crosses_256_intervals_and_no_more() -> None:
    world = World()
    ann, ben = world.person("ann"), world.person("ben")
    put_batch(world, *[(n, n, "held", ann) for n in range(1, 301)])
    freeze_of(world, "batch")
    world.council_refuse(TooManyIntervals, seizing(ben, (1, 257)))
    world.council(seizing(ben, (1, 256)))


def test_refuses_everybody_but_the_council() -> None:
    world = World()
    ann, ben, office = frozen(world, (1, 10))
    for sender in (ann, office):
        world.refuse(sender, NotAuthority, seizing(ben, (1, 1)))
    world.council_refuse(NotAuthority, seizing(ben, (1, 1)), sender=GOV_PUBLIC)


@settings(max_examples=25)
@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 100), st.integers(1, 100))
def test_moves_exactly_what_is_frozen_and_no_tonne_more(a: int, b: int, c: int, d: int) -> None:
    world = World()
    held, wanted = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    _ann, ben, _office = frozen(world, held)
    is_inside = held[0] <= wanted[0] and wanted[1] <= held[1]
    if is_inside:
        world.council(seizing(ben, wanted))
    else:
        world.council_refuse(NotHeldFrozen, seizing(ben, wanted))
    given_to = sum(end - start + 1 for start, end, _status, owner in rows_of(world) if owner == ben)
    assert given_to == (wanted[1] - wanted[0] + 1 if is_inside else 0)
    assert world.get(Batch, BATCH).issued == 100
    world.recount()

"""Transfer of held serials."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAnOwner
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.registry.intervals import Frozen, NotYours, PartsInvalid, TooManyIntervals
from ctn.modules.registry.records import BatchNotFound
from ctn.modules.registry.transfer import Transfer, TransferNotAllowed
from tests.modules.registry.worlds import (
    BATCH,
    counts_of,
    freeze_of,
    put_batch,
    rows_of,
)
from tests.worlds import World


def test_gives_parts_and_leaves_the_rest() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice))
    events = world.accept(alice, Transfer(BATCH, ((11, 20), (31, 31)), bob))
    assert rows_of(world) == [
        (1, 10, "held", alice),
        (11, 20, "held", bob),
        (21, 30, "held", alice),
        (31, 31, "held", bob),
        (32, 100, "held", alice),
    ]
    assert [(event["start"], event["end"]) for event in events] == [(11, 20), (31, 31)]
    assert events[0]["from_owner"] == alice
    assert events[0]["to_owner"] == bob
    assert counts_of(world) == {"held": 100}


def test_crosses_256_intervals_and_no_more() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, *[(n, n, "held", alice) for n in range(1, 301)])
    facts = world.refuse(alice, TooManyIntervals, Transfer(BATCH, ((1, 100), (120, 300)), bob))
    assert facts == {"possible_t": 256}
    world.accept(alice, Transfer(BATCH, ((1, 100), (120, 275)), bob))


def test_refuses_when_the_parts_are_out_of_order() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice))
    for parts in (((5, 4),), ((5, 6), (6, 7)), ((5, 6), (1, 2))):
        world.refuse_at_door(alice, PartsInvalid, Transfer(BATCH, parts, bob))


def test_refuses_when_the_serials_were_never_issued() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice))
    world.refuse(alice, PartsInvalid, Transfer(BATCH, ((100, 101),), bob))


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.refuse(alice, BatchNotFound, Transfer(BATCH, ((1, 1),), bob))


def test_refuses_when_the_class_changes_owner_by_trade_only() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice), transfer="non_trade")
    world.refuse(alice, TransferNotAllowed, Transfer(BATCH, ((1, 1),), bob))


def test_refuses_when_a_serial_is_not_held_by_the_sender() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "held", alice), (11, 20, "held", bob), (21, 30, "bridging", alice))
    facts = world.refuse(alice, NotYours, Transfer(BATCH, ((10, 11),), bob))
    assert facts == {"start": 11, "end": 11, "status": "held", "owner": bob}
    world.refuse(alice, NotYours, Transfer(BATCH, ((21, 21),), bob))


def test_refuses_when_serials_batch_project_or_class_are_frozen() -> None:
    for scope in ("parts", "batch", "project", "class"):
        world = World()
        alice, bob = world.person("alice"), world.person("bob")
        put_batch(world, (1, 10, "held", alice))
        freeze_of(world, scope, allow_retire=True)
        world.refuse(alice, Frozen, Transfer(BATCH, ((1, 1),), bob))


def test_refuses_a_recipient_that_cannot_own() -> None:
    world = World()
    alice, visitor = world.person("alice"), world.stranger("visitor")
    put_batch(world, (1, 10, "held", alice))
    world.refuse(alice, RecipientNotVerified, Transfer(BATCH, ((1, 1),), visitor))
    world.refuse(alice, NotAnOwner, Transfer(BATCH, ((1, 1),), "fund:treasury"))


@given(st.lists(st.integers(1, 60), min_size=2, max_size=12, unique=True))
@settings(max_examples=20)
def test_the_tonnes_given_are_the_tonnes_received(edges: list[int]) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    parts = tuple((edges[n], edges[n + 1]) for n in range(0, len(edges), 2))
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 20, "held", alice), (21, 60, "held", alice))
    world.accept(alice, Transfer(BATCH, parts, bob))
    given_t = sum(end - start + 1 for start, end in parts)
    held = {alice: 0, bob: 0}
    for start, end, _status, owner in rows_of(world):
        held[owner] += end - start + 1
    assert held == {alice: 60 - given_t, bob: given_t}

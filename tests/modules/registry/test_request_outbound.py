"""`registry.request_outbound`: held serials stand still until they leave; foreign ones go home."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import RoleTooLow
from ctn.modules.registry.bridges import DeadlineOutOfRange, TooManyRequests
from ctn.modules.registry.intervals import Frozen, NotYours, PartsInvalid, TooManyIntervals
from ctn.modules.registry.records import Batch, BatchNotFound, Blocklist
from ctn.modules.registry.request_outbound import NotEligible, NotHome
from tests.modules.registry.bridge_worlds import (
    FOREIGN,
    HASH,
    HOME_BATCH,
    BridgeWorld,
    verra,
)
from tests.worlds import DAY, START


def home(world: BridgeWorld, *parts: tuple[int, int], **changes: Any) -> Any:
    """A request that serials of the home batch leave."""
    return world.outbound(*parts, **{"batch": HOME_BATCH} | changes)


def test_held_serials_become_bridging() -> None:
    world = BridgeWorld()
    events = world.accept(world.alice, home(world, (3, 5), (8, 8)))
    assert [event["event"] for event in events] == [
        "registry.UnitsMoved", "registry.UnitsMoved", "registry.BridgeRequested"
    ]  # fmt: skip
    assert events[-1]["tonnes"] == 4
    serials = world.serials(HOME_BATCH)
    assert [n for n, owned in serials.items() if owned == ("bridging", world.alice)] == [3, 4, 5, 8]
    assert world.get(Batch, HOME_BATCH).counts.bridging == 4


@pytest.mark.parametrize("parts", [((5, 3),), ((1, 3), (3, 4)), ((7, 8), (1, 2)), ((99, 101),)])
def test_refuses_parts_out_of_order_or_never_issued(parts: tuple[tuple[int, int], ...]) -> None:
    world = BridgeWorld()
    world.refuse(world.alice, PartsInvalid, home(world, *parts))


def test_refuses_a_batch_that_is_not_there() -> None:
    world = BridgeWorld()
    world.refuse(world.alice, BatchNotFound, world.outbound((1, 1)))


def test_refuses_a_21st_open_request() -> None:
    world = BridgeWorld()
    for number in range(1, 21):
        world.ask(home(world, (number, number)))
    world.refuse(world.alice, TooManyRequests, home(world, (21, 21)))


@pytest.mark.parametrize("days", [0, 61])
def test_refuses_a_deadline_that_is_not_1_to_60_days_ahead(days: int) -> None:
    world = BridgeWorld()
    op = home(world, (1, 1), deadline=world.time + 1_000 + days * DAY)
    world.refuse(world.alice, DeadlineOutOfRange, op)


def test_refuses_serials_of_another_or_under_way() -> None:
    world = BridgeWorld()
    world.refuse(world.bob, NotYours, home(world, (1, 1)))
    world.ask(home(world, (1, 5)))
    facts = world.refuse(world.alice, NotYours, home(world, (4, 9)))
    assert (facts["start"], facts["end"], facts["status"]) == (4, 5, "bridging")


def test_refuses_frozen_serials() -> None:
    world = BridgeWorld()
    world.freeze(HOME_BATCH)
    world.refuse(world.alice, Frozen, home(world, (1, 5)))


def test_refuses_a_blocked_methodology_and_vintage() -> None:
    world = BridgeWorld()
    world.put(Blocklist("vmr0006", ((2024, 2025),), HASH, START - 1))
    world.refuse(world.alice, NotEligible, home(world, (1, 5)))


def test_foreign_units_may_only_go_home() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    assert world.refuse(world.alice, NotHome, world.outbound((1, 5), registry="gs")) == {
        "home": "verra"
    }
    world.ask(world.outbound((1, 5)))


def test_own_units_that_are_locked_elsewhere_may_only_go_there() -> None:
    world = BridgeWorld()
    world.release(world.ask(home(world, (1, 5))), verra(1, 5))
    world.bring_in(verra(2, 3), project="ccer-00042", vintage=2025)
    world.refuse(world.alice, NotHome, home(world, (3, 3), registry="gs"))
    world.ask(home(world, (3, 3)))
    world.ask(home(world, (6, 9), registry="gs"))


def test_refuses_to_cross_more_than_256_intervals() -> None:
    world = BridgeWorld()
    for number in range(1, 258):
        world.put_project(f"ccer-{number:05d}")
    world.put_class("phr", "ctn")
    world.put_project("phr-00001")
    batch = "phr-00001-2025-001"
    world.put_batch(batch, 600, world.alice)
    interval = world._records.pop(("interval", f"{batch}/{1:020d}"))
    for start in range(1, 601, 2):
        world.put(interval.replace(start=start, end=start + 1))
    world.refuse(world.alice, TooManyIntervals, world.outbound((1, 513), batch=batch))
    # 256 intervals, two of them cut, within the stated work; so is the way back and out.
    request = world.ask(world.outbound((2, 511), batch=batch))
    world.release(request, verra(1, 510))
    world.bring_in(verra(100, 200), project="phr-00001", vintage=2025)
    assert world.get(Batch, FOREIGN) is None


def test_refuses_a_visitor() -> None:
    world = BridgeWorld()
    world.refuse(world.stranger("visitor"), RoleTooLow, home(world, (1, 1)))


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 20)), min_size=1, max_size=5))
@settings(max_examples=30)
def test_bridging_serials_are_those_of_open_requests(asked: list[tuple[int, int]]) -> None:
    world = BridgeWorld()
    away: set[int] = set()
    for start, more in asked:
        end = min(100, start + more)
        numbers = set(range(start, end + 1))
        if numbers & away:
            world.refuse(world.alice, NotYours, home(world, (start, end)))
        else:
            world.ask(home(world, (start, end)))
            away |= numbers
    serials = world.serials(HOME_BATCH)
    assert {n for n, (status, _owner) in serials.items() if status == "bridging"} == away

"""`registry.request_inbound`: what may be asked; a request alone blocks nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import Malformed, RoleTooLow
from ctn.modules.registry.bridges import DeadlineOutOfRange, TooManyRequests
from ctn.modules.registry.external import SerialMalformed, SerialOverlap, SourceRetired
from ctn.modules.registry.intervals import NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.records import ClassNotFound, ExternalPair, ProjectNotFound
from ctn.modules.registry.request_inbound import SerialMismatch
from tests.modules.registry.bridge_worlds import (
    HOME_BATCH,
    ISO_PROJECT,
    PROJECT,
    BridgeWorld,
    iso,
    record,
    row,
    verra,
)
from tests.worlds import DAY


def test_a_request_is_noted_and_blocks_no_number() -> None:
    world = BridgeWorld()
    (event,) = world.accept(world.alice, world.inbound(verra(1, 10), verra(21, 30)))
    assert event["tonnes"] == 20
    bridge = world.bridge(event["request"])
    assert (bridge.direction, bridge.status, bridge.project) == ("in", "open", PROJECT)
    assert world.externals() == []
    world.ask(world.inbound(verra(1, 10)), world.bob)


def test_of_6242_kilograms_only_6000_can_enter() -> None:
    world = BridgeWorld()
    changes = {"registry": "iso", "project": ISO_PROJECT}
    facts = world.refuse(world.alice, NotWholeTonnes, world.inbound(iso(1, 6_242), **changes))
    assert (facts["start"], facts["end"]) == (1, 6_242)
    assert world.accept(world.alice, world.inbound(iso(1, 6_000), **changes))[0]["tonnes"] == 6


@pytest.mark.parametrize(
    ("unit", "changes"),
    [
        ("no serial", {}),
        (verra(9, 1), {}),
        (verra(1, 9), {"registry": "gs"}),
        ("iss_0123456789abcdef", {"registry": "iso"}),
        ("iss_0123456789abcdef 1-x", {"registry": "iso"}),
        ("iss_0123456789abcdef 0-999", {"registry": "iso"}),
        ("CTN-VCS-00001-2022-001-1-5", {}),
    ],
)
def test_refuses_what_is_no_serial_of_the_registry(unit: str, changes: dict[str, Any]) -> None:
    world = BridgeWorld()
    facts = world.refuse(world.alice, SerialMalformed, world.inbound(verra(1, 2), unit, **changes))
    assert facts["row"] == (0 if changes else 1)


@pytest.mark.parametrize("project", ["vcs-00002", "vcs-00003"])
def test_refuses_a_project_that_is_not_there_or_not_registered(project: str) -> None:
    world = BridgeWorld()
    world.put_project("vcs-00003", ExternalPair("verra", "5141"), status="suspended")
    world.refuse(world.alice, ProjectNotFound, world.inbound(verra(1, 9), project=project))


def test_refuses_a_class_that_is_closed_until_it_is_opened_again() -> None:
    world = BridgeWorld()
    world.close_class("vcs")
    facts = world.refuse(world.alice, ClassNotFound, world.inbound(verra(1, 9)))
    assert facts == {"class_id": "vcs"}
    changes = {"registry": "iso", "project": ISO_PROJECT}
    world.ask(world.inbound(iso(1, 1_000), **changes))
    world.close_class("vcs", "active")
    world.ask(world.inbound(verra(1, 9)))


def test_refuses_a_21st_open_request() -> None:
    world = BridgeWorld()
    for _ in range(20):
        world.ask(world.inbound(verra(1, 9)))
    facts = world.refuse(world.alice, TooManyRequests, world.inbound(verra(1, 9)))
    assert facts == {"open": 20, "most": 20}
    world.ask(world.inbound(verra(1, 9)), world.bob)


def test_refuses_above_ten_million_tonnes() -> None:
    world = BridgeWorld()
    world.ask(world.inbound(verra(1, 10**7)))
    world.refuse(world.alice, TooManyRequests, world.inbound(verra(0, 10**7)))


@pytest.mark.parametrize(("days", "is_accepted"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_deadline_is_1_to_60_days_ahead(days: int, is_accepted: bool) -> None:
    world = BridgeWorld()
    # The block comes one second after the last one.
    op = world.inbound(verra(1, 9), deadline=world.time + 1_000 + days * DAY)
    if is_accepted:
        world.accept(world.alice, op)
    else:
        world.refuse(world.alice, DeadlineOutOfRange, op)


def test_refuses_a_number_named_twice() -> None:
    world = BridgeWorld()
    facts = world.refuse(world.alice, SerialOverlap, world.inbound(verra(5, 9), verra(1, 6)))
    assert (facts["row"], facts["start"], facts["end"]) == (0, 5, 6)


def test_refuses_numbers_inbound_or_immobilised_in_another_spelling() -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 10)))
    world.lock(request)
    again = world.inbound("19403-00010-12-VCU-262-VER-IN-3-2941-10042022-31122022-0")
    facts = world.refuse(world.bob, SerialOverlap, again)
    assert facts == {"row": 0, "line": "VERRA", "start": 10, "end": 10, "state": "inbound"}
    world.admit(request)
    facts = world.refuse(world.bob, SerialOverlap, again)
    assert facts["state"] == "immobilised"


def test_refuses_numbers_that_ended_there() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(5, 6), "retired")))
    facts = world.refuse(world.alice, SourceRetired, world.inbound(verra(1, 10)))
    assert facts == {"row": 0, "line": "VERRA", "start": 5, "end": 6}


@pytest.mark.parametrize(
    "changes",
    [
        {"units": verra(1, 9, project=5141)},
        {"units": verra(1, 9, year=2023)},
        {"vintage": 2023},
        {"project": "ccer-00042"},
        {"project": "vcs-00003"},
    ],
)
def test_refuses_another_project_or_vintage_than_the_serial_shows(
    changes: dict[str, Any],
) -> None:
    world = BridgeWorld()
    world.put_project("vcs-00003", ExternalPair("gs", "2941"))
    unit = changes.pop("units", verra(1, 9))
    world.refuse(world.alice, SerialMismatch, world.inbound(unit, **changes))


def test_letters_and_zeros_of_a_project_id_make_no_other_project() -> None:
    world = BridgeWorld()
    world.put_class("acr", "acr")
    world.put_project("acr-00001", ExternalPair("acr", "ACR0104"))
    changes = {"registry": "acr", "project": "acr-00001"}
    other, mine = [f"ACR-US-{n}-2022-7-1 to 9" for n in (140, 104)]
    world.refuse(world.alice, SerialMismatch, world.inbound(other, **changes))
    world.ask(world.inbound(mine, **changes))


def test_numbers_that_left_here_come_back_to_their_project_only() -> None:
    world = BridgeWorld()
    leave = world.outbound((1, 10), batch=HOME_BATCH)
    world.release(world.ask(leave), verra(101, 110, project=7, year=2019))
    unit = verra(101, 110, project=7, year=2019)
    world.refuse(world.alice, SerialMismatch, world.inbound(unit))
    world.ask(world.inbound(unit, project="ccer-00042", vintage=2025))


def test_refuses_half_of_a_tonne_that_left_here() -> None:
    world = BridgeWorld()
    leave = world.outbound((1, 2), batch=HOME_BATCH, registry="iso")
    world.release(world.ask(leave), iso(1, 2_000), sender=world.everywhere)
    back = {"registry": "iso", "project": "ccer-00042", "vintage": 2025}
    world.refuse(world.alice, NotWholeTonnes, world.inbound(iso(501, 1_500), **back))
    world.ask(world.inbound(iso(1_001, 2_000), **back))


def test_refuses_to_cross_more_than_256_intervals() -> None:
    world = BridgeWorld()
    for first in (1, 101, 201):
        rows = [row(verra(2 * n, 2 * n)) for n in range(first, first + 100)]
        world.accept(world.registrar, record(*rows))
    world.refuse(world.alice, TooManyIntervals, world.inbound(verra(1, 600)))
    world.ask(world.inbound(verra(2, 2 * 256)))


def test_refuses_no_unit_more_than_20_and_a_visitor() -> None:
    world = BridgeWorld()
    visitor = world.stranger("visitor")
    for count in (0, 21):
        with pytest.raises(Malformed):
            world.tx(world.alice, world.inbound(*[verra(n, n) for n in range(count)]))
    world.refuse(visitor, RoleTooLow, world.inbound(verra(1, 9)))
    world.ask(world.inbound(*[verra(n, n) for n in range(20)]))


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_request_is_accepted_exactly_when_no_number_is_named_twice(
    ranges: list[tuple[int, int]],
) -> None:
    world = BridgeWorld()
    numbers = [n for start, length in ranges for n in range(start, start + length + 1)]
    op = world.inbound(*[verra(start, start + length) for start, length in ranges])
    if len(set(numbers)) < len(numbers):
        world.refuse(world.alice, SerialOverlap, op)
    else:
        assert world.accept(world.alice, op)[0]["tonnes"] == len(numbers)

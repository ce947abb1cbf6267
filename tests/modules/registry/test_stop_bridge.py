"""`registry.stop_bridge` and the deadline: a request that ends gives back the state before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.refusal import RoleTooLow
from ctn.modules.registry.bridges import NotCustodian, RequestClosed, RequestNotFound
from ctn.modules.registry.intervals import Frozen
from ctn.modules.registry.stop_bridge import StopBridge
from tests.modules.registry.bridge_worlds import (
    FOREIGN,
    HOME_BATCH,
    BridgeWorld,
    record,
    row,
    verra,
)
from tests.worlds import DAY


def stop(request: str) -> StopBridge:
    """Stop a request."""
    return StopBridge(request, "no longer wanted")


def leaving(world: BridgeWorld, *parts: tuple[int, int], days: int = 14) -> str:
    """A request that serials of the home batch leave."""
    deadline = world.time + days * DAY
    return world.ask(world.outbound(*parts, batch=HOME_BATCH, deadline=deadline))


def test_serials_under_way_are_held_again() -> None:
    world = BridgeWorld()
    request = leaving(world, (3, 5), (9, 9))
    event = world.accept(world.alice, stop(request))[-1]
    assert (event["by"], event["direction"]) == (world.alice, "out")
    assert set(world.serials(HOME_BATCH).values()) == {("held", world.alice)}
    assert world.bridge(request).status == "stopped"


def test_locked_numbers_become_what_they_were() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 5))
    world.release(world.ask(world.outbound((1, 2))))
    world.accept(world.registrar, record(row(verra(6, 7))))
    before = world.line()
    request = world.ask(world.inbound(verra(1, 2), verra(6, 9)), world.bob)
    world.lock(request)
    assert world.line() != before
    world.accept(world.registrar, stop(request))
    assert world.line() == before
    assert world.mapping()[(FOREIGN, 1)] == ("returned", 1, 1)


@pytest.mark.parametrize("who", ["alice", "custodian", "registrar"])
def test_requester_custodian_and_registrar_may_stop_before_the_attestation(who: str) -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 5)))
    world.accept(getattr(world, who), stop(request))
    assert world.externals() == []


def test_the_requester_may_not_stop_after_the_attestation() -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 5)))
    world.lock(request)
    world.refuse(world.alice, RequestClosed, stop(request))
    world.accept(world.custodian, stop(request))


def test_refuses_what_is_no_request() -> None:
    world = BridgeWorld()
    world.refuse(world.alice, RequestNotFound, stop("b-" + "0" * 24))


def test_refuses_others() -> None:
    world = BridgeWorld()
    gold = world.authority("gold", DutyKind.CUSTODIAN, "gs")
    visitor = world.stranger("visitor")
    request = world.ask(world.inbound(verra(1, 5)))
    world.refuse(world.bob, NotCustodian, stop(request))
    world.refuse(gold, NotCustodian, stop(request))
    world.refuse(visitor, RoleTooLow, stop(request))


def test_a_registrar_stops_what_its_class_is_for_and_nothing_else() -> None:
    world = BridgeWorld()
    verras = world.authority("verras", DutyKind.REGISTRAR, "vcs")
    homes = world.authority("homes", DutyKind.REGISTRAR, "ccer")
    inbound = world.ask(world.inbound(verra(1, 5)))
    world.lock(inbound)
    outbound = leaving(world, (1, 5))
    assert world.refuse(homes, NotCustodian, stop(inbound)) == {"registry": "verra"}
    world.refuse(verras, NotCustodian, stop(outbound))
    world.accept(verras, stop(inbound))
    world.accept(homes, stop(outbound))


def test_a_registrar_of_another_class_still_stops_its_own_request() -> None:
    world = BridgeWorld()
    firm = world.authority("firm", DutyKind.REGISTRAR, "ccer")
    other = world.authority("other", DutyKind.CUSTODIAN, "gs")
    for sender in (firm, other):
        request = world.ask(world.inbound(verra(1, 5)), sender)
        world.accept(sender, stop(request))


def test_refuses_what_has_ended() -> None:
    world = BridgeWorld()
    request = leaving(world, (1, 5))
    world.accept(world.alice, stop(request))
    world.refuse(world.alice, RequestClosed, stop(request))
    done = world.bring_in(verra(1, 5))
    world.refuse(world.registrar, RequestClosed, stop(done))


def test_refuses_while_the_serials_are_frozen() -> None:
    world = BridgeWorld()
    request = leaving(world, (1, 5))
    world.freeze(HOME_BATCH)
    world.refuse(world.alice, Frozen, stop(request))


def test_stopping_is_a_safety_op() -> None:
    assert StopBridge.lane == SAFETY_LANE


def test_the_deadline_stops_what_is_open_in_order_of_deadlines() -> None:
    world = BridgeWorld()
    late, soon = leaving(world, (1, 5), days=20), leaving(world, (6, 9), days=10)
    locked = world.ask(world.inbound(verra(1, 5)))
    world.lock(locked)
    assert world.machine.next_due() == world.bridge(soon).deadline
    world.later(9 * DAY)
    assert world.empty_block() == []
    world.later(12 * DAY)
    items = world.empty_block()
    assert [item["item"] for item in items] == [soon, locked, late]
    assert [item["events"][-1]["by"] for item in items] == ["deadline"] * 3
    assert set(world.serials(HOME_BATCH).values()) == {("held", world.alice)}
    assert world.externals() == []
    assert world.machine.next_due() is None


def test_a_timeout_of_frozen_serials_waits_for_the_lifting() -> None:
    world = BridgeWorld()
    frozen = leaving(world, (1, 5))
    other = world.ask(world.inbound(verra(1, 5), deadline=world.time + 20 * DAY))
    world.freeze(HOME_BATCH)
    world.later(15 * DAY)
    assert world.empty_block() == []
    assert world.machine.next_due() == world.bridge(other).deadline
    assert world.bridge(frozen).status == "open"
    world.lift(HOME_BATCH)
    assert [item["item"] for item in world.empty_block()] == [frozen]


@given(st.lists(st.tuples(st.integers(2, 60), st.booleans()), min_size=1, max_size=10))
@settings(max_examples=20)
def test_every_request_ends_once_and_all_serials_are_held_again(
    asked: list[tuple[int, bool]],
) -> None:
    world = BridgeWorld()
    requests: list[tuple[str, bool]] = []
    for number, (days, is_stopped) in enumerate(asked, 1):
        requests.append((leaving(world, (number, number), days=days), is_stopped))
    for request, is_stopped in requests:
        if is_stopped:
            world.accept(world.alice, stop(request))
    world.later(70 * DAY)
    items = [item["item"] for item in world.empty_block()]
    assert sorted(items) == sorted(request for request, stopped in requests if not stopped)
    assert set(world.serials(HOME_BATCH).values()) == {("held", world.alice)}

"""`registry.attest_inbound`: the custodian's word locks numbers, whatever was asked before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.bridges import (
    Conflicted,
    NotCustodian,
    RequestClosed,
    RequestNotFound,
)
from ctn.modules.registry.external import SerialOverlap, SourceRetired
from ctn.modules.registry.intervals import NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.stop_bridge import StopBridge
from tests.modules.registry.bridge_worlds import (
    HASH,
    HOME_BATCH,
    ISO_LINE,
    BridgeWorld,
    iso,
    record,
    row,
    verra,
)
from tests.worlds import DAY


def attest(request: str) -> AttestInbound:
    """The custodian's word."""
    return AttestInbound(request, "L-1", HASH)


def test_numbers_become_inbound_and_what_was_before_is_noted() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(4, 6)), row(verra(9, 20))))
    request = world.ask(world.inbound(verra(1, 10)))
    (event,) = world.lock(request)
    assert (event["custodian"], event["direction"]) == (world.custodian, "in")
    bridge = world.bridge(request)
    assert bridge.status == "attested"
    assert bridge.before == (("VERRA", 4, 6, "seen"), ("VERRA", 9, 10, "seen"))
    assert world.line() == [
        (1, 3, "inbound"), (4, 6, "inbound"), (7, 8, "inbound"), (9, 10, "inbound"),
        (11, 20, "seen"),
    ]  # fmt: skip


def test_two_units_may_lie_in_one_interval() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(1, 20))))
    world.lock(world.ask(world.inbound(verra(12, 15), verra(3, 5))))
    assert world.line() == [
        (1, 2, "seen"), (3, 5, "inbound"), (6, 11, "seen"), (12, 15, "inbound"), (16, 20, "seen")
    ]  # fmt: skip


def test_refuses_what_is_no_inbound_request() -> None:
    world = BridgeWorld()
    world.refuse(world.custodian, RequestNotFound, attest("b-" + "0" * 24))
    leave = world.ask(world.outbound((1, 2), batch=HOME_BATCH))
    world.refuse(world.custodian, RequestNotFound, attest(leave))


def test_refuses_the_custodian_of_another_registry_and_one_without_the_duty() -> None:
    world = BridgeWorld()
    other = world.authority("gold", DutyKind.CUSTODIAN, "gs")
    request = world.ask(world.inbound(verra(1, 10)))
    assert world.refuse(other, NotCustodian, attest(request)) == {"registry": "verra"}
    world.refuse(world.registrar, NotAuthority, attest(request))


def test_refuses_the_custodian_of_an_affiliates_units() -> None:
    world = BridgeWorld()
    sister = world.person("sister", owner="custodian")
    request = world.ask(world.inbound(verra(1, 10)), sister)
    world.refuse(world.custodian, Conflicted, attest(request))


def test_refuses_a_second_word_and_one_after_the_end() -> None:
    world = BridgeWorld()
    first, second, third = [world.ask(world.inbound(verra(n, n))) for n in (1, 2, 3)]
    world.lock(first)
    world.refuse(world.custodian, RequestClosed, attest(first))
    world.accept(world.alice, StopBridge(second, "changed my mind"))
    world.refuse(world.custodian, RequestClosed, attest(second))
    # In the block of the deadline the hook has not run yet, but it is too late.
    world.time = world.bridge(third).deadline - 1_000
    assert world.run(world.custodian, attest(third)).refusal == "registry.RequestClosed"


def test_refuses_what_was_locked_since_the_request() -> None:
    world = BridgeWorld()
    first = world.ask(world.inbound(verra(1, 10)))
    second = world.ask(world.inbound(verra(10, 12)), world.bob)
    world.lock(first)
    facts = world.refuse(world.custodian, SerialOverlap, attest(second))
    assert facts == {"row": 0, "line": "VERRA", "start": 10, "end": 10, "state": "inbound"}


def test_refuses_what_ended_since_the_request() -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 10)))
    world.accept(world.registrar, record(row(verra(5, 6), "retired")))
    world.refuse(world.custodian, SourceRetired, attest(request))


def test_refuses_when_a_file_cut_a_tonne_since_the_request() -> None:
    world = BridgeWorld()
    project = {"registry": "iso", "project": "iso-00001"}
    request = world.ask(world.inbound(iso(1, 2_000), **project))
    world.accept(world.registrar, record(row(ISO_LINE, "seen", 1, 500), registry="iso"))
    world.refuse(world.everywhere, NotWholeTonnes, attest(request))


def test_refuses_to_make_more_than_256_intervals() -> None:
    world = BridgeWorld()
    rows = [row(verra(2 * n, 2 * n)) for n in range(1, 131)]
    world.accept(world.registrar, record(*rows))
    # 128 are crossed and 129 made between and around them.
    request = world.ask(world.inbound(verra(1, 257)))
    world.refuse(world.custodian, TooManyIntervals, attest(request))
    # 128 crossed, 128 made: the most, within the stated work.
    world.lock(world.ask(world.inbound(verra(2, 257))))


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), max_size=8),
    st.integers(1, 50),
    st.integers(0, 20),
)
@settings(max_examples=30)
def test_locking_changes_the_asked_numbers_only_and_a_stop_gives_all_back(
    seen: list[tuple[int, int]], start: int, length: int
) -> None:
    world = BridgeWorld()
    if seen:
        world.accept(world.registrar, record(*[row(verra(a, a + more)) for a, more in seen]))
    before = numbers(world)
    request = world.ask(world.inbound(verra(start, start + length)))
    world.lock(request)
    asked = dict.fromkeys(range(start, start + length + 1), "inbound")
    assert numbers(world) == before | asked
    world.later(15 * DAY)
    world.empty_block()
    assert numbers(world) == before
    assert world.bridge(request).status == "stopped"


def numbers(world: BridgeWorld) -> dict[int, str]:
    """The state of each number of the line."""
    return {n: state for start, end, state in world.line() for n in range(start, end + 1)}

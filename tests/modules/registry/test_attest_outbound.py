"""`registry.attest_outbound`: serials that left stand for numbers there, one to one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import AccountFrozen
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.compliance.freeze import Freeze
from ctn.modules.registry.attest_outbound import AttestOutbound
from ctn.modules.registry.bridges import (
    Conflicted,
    NotCustodian,
    RequestClosed,
    RequestNotFound,
)
from ctn.modules.registry.external import SerialMalformed, SerialOverlap, SourceRetired
from ctn.modules.registry.intervals import Frozen, NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.request_inbound import SerialMismatch
from tests.modules.registry.bridge_worlds import (
    FOREIGN,
    HASH,
    HOME_BATCH,
    BridgeWorld,
    iso,
    record,
    row,
    verra,
)
from tests.worlds import DAY


def attest(request: str, *units: str) -> AttestOutbound:
    """The custodian's word."""
    return AttestOutbound(request, units, "R-1", HASH)


def leaving(world: BridgeWorld, *parts: tuple[int, int], registry: str = "verra") -> str:
    """A request that serials of the home batch leave."""
    return world.ask(world.outbound(*parts, batch=HOME_BATCH, registry=registry))


def test_foreign_units_are_returned_and_their_serials_bridged() -> None:
    world = BridgeWorld()
    world.bring_in(verra(101, 110), verra(201, 210))
    events = world.release(world.ask(world.outbound((3, 4), (9, 12))))
    assert (events[-1]["direction"], events[-1]["custodian"]) == ("out", world.custodian)
    assert world.line() == [
        (101, 102, "immobilised"), (103, 104, "returned"), (105, 108, "immobilised"),
        (109, 110, "returned"), (201, 202, "returned"), (203, 210, "immobilised"),
    ]  # fmt: skip
    assert world.mapping()[(FOREIGN, 12)] == ("returned", 202, 202)
    assert world.serials(FOREIGN)[12] == ("bridged", "bridge:verra")


def test_own_units_are_mapped_to_their_serials_there_in_order() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(502, 503))))
    request = leaving(world, (11, 13), (21, 22))
    world.release(request, verra(901, 901), verra(501, 504))
    assert world.mapping() == {
        (HOME_BATCH, 11): ("seen", 901, 901),
        (HOME_BATCH, 12): ("seen", 501, 501),
        (HOME_BATCH, 13): ("seen", 502, 502),
        (HOME_BATCH, 21): ("seen", 503, 503),
        (HOME_BATCH, 22): ("seen", 504, 504),
    }
    assert world.bridge(request).status == "done"


def test_refuses_what_is_no_outbound_request() -> None:
    world = BridgeWorld()
    world.refuse(world.custodian, RequestNotFound, attest("b-" + "0" * 24))
    inbound = world.ask(world.inbound(verra(1, 5)))
    world.refuse(world.custodian, RequestNotFound, attest(inbound))


def test_refuses_the_custodian_of_another_registry() -> None:
    world = BridgeWorld()
    other = world.authority("gold", DutyKind.CUSTODIAN, "gs")
    world.refuse(other, NotCustodian, attest(leaving(world, (1, 5)), verra(1, 5)))


def test_refuses_the_custodian_of_an_affiliates_units() -> None:
    world = BridgeWorld()
    sister = world.person("sister", owner="custodian")
    world.put_batch("ccer-00042-2024-001", 5, sister)
    request = world.ask(world.outbound((1, 5), batch="ccer-00042-2024-001"), sister)
    world.refuse(world.custodian, Conflicted, attest(request, verra(1, 5)))


def test_refuses_a_second_word_and_one_after_the_deadline() -> None:
    world = BridgeWorld()
    request = leaving(world, (1, 5))
    world.release(request, verra(1, 5))
    world.refuse(world.custodian, RequestClosed, attest(request, verra(1, 5)))
    late = leaving(world, (6, 6))
    world.later(15 * DAY)
    world.empty_block()
    world.refuse(world.custodian, RequestClosed, attest(late, verra(6, 6)))


def test_refuses_while_the_serials_are_frozen() -> None:
    world = BridgeWorld()
    request = leaving(world, (1, 5))
    world.freeze(HOME_BATCH)
    world.refuse(world.custodian, Frozen, attest(request, verra(1, 5)))


def test_refuses_numbers_with_another_story() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 5))
    world.release(leaving(world, (11, 15)), verra(11, 15))
    world.accept(world.registrar, record(row(verra(21, 25), "retired")))
    request = leaving(world, (1, 5))
    world.refuse(world.custodian, SerialOverlap, attest(request, verra(1, 5)))
    facts = world.refuse(world.custodian, SerialOverlap, attest(request, verra(11, 15)))
    assert facts["state"] == "seen"
    world.refuse(world.custodian, SourceRetired, attest(request, verra(21, 25)))
    world.refuse(world.custodian, SerialMalformed, attest(request, "no serial"))
    world.refuse(world.custodian, SerialOverlap, attest(request, verra(31, 33), verra(33, 34)))


def test_refuses_other_tonnes_than_leave_and_numbers_for_foreign_units() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 5))
    request = leaving(world, (1, 5))
    for units in ((), (verra(31, 34),), (verra(31, 36),)):
        world.refuse(world.custodian, SerialMismatch, attest(request, *units))
    home = world.ask(world.outbound((1, 5)))
    facts = world.refuse(world.custodian, SerialMismatch, attest(home, verra(31, 35)))
    assert facts == {"named_t": 5, "needed_t": 0}


def test_refuses_half_a_tonne() -> None:
    world = BridgeWorld()
    request = leaving(world, (1, 2), registry="iso")
    world.refuse(world.everywhere, NotWholeTonnes, attest(request, iso(1, 1_999)))
    world.release(request, iso(1, 2_000), sender=world.everywhere)


def test_refuses_to_make_more_than_256_intervals() -> None:
    world = BridgeWorld()
    world.put_batch("ccer-00042-2024-001", 600, world.alice)
    rows = [row(verra(2 * n, 2 * n)) for n in range(1, 131)]
    world.accept(world.registrar, record(*rows))
    request = world.ask(world.outbound((1, 257), batch="ccer-00042-2024-001"))
    world.refuse(world.custodian, TooManyIntervals, attest(request, verra(1, 257)))
    fits = world.ask(world.outbound((258, 513), batch="ccer-00042-2024-001"))
    world.release(fits, verra(2, 257))


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
)
@settings(max_examples=30)
def test_the_nth_tonne_that_leaves_is_the_nth_number_named(
    parts_t: list[int], units_t: list[int]
) -> None:
    world = BridgeWorld()
    parts = [(10 * n + 1, 10 * n + t) for n, t in enumerate(parts_t)]
    ranges = [(1_000 - 10 * n, 1_000 - 10 * n + t - 1) for n, t in enumerate(units_t)]
    request = leaving(world, *parts)
    op = attest(request, *[verra(start, end) for start, end in ranges])
    if sum(parts_t) != sum(units_t):
        world.refuse(world.custodian, SerialMismatch, op)
        return
    world.accept(world.custodian, op)
    serials = [serial for start, end in parts for serial in range(start, end + 1)]
    numbers = [number for start, end in ranges for number in range(start, end + 1)]
    assert world.mapping() == {
        (HOME_BATCH, serial): ("seen", number, number)
        for serial, number in zip(serials, numbers, strict=True)
    }


@pytest.mark.parametrize("how", ["frozen", "locked"])
def test_nothing_of_a_halted_owner_leaves(how: str) -> None:
    world = BridgeWorld()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    request = leaving(world, (1, 50))
    if how == "frozen":
        world.accept(regulator, Freeze("account", world.alice, "court", "aa" * 32, False))
        world.refuse(world.custodian, AccountFrozen, attest(request, verra(1, 50)))
    else:
        world.accept(world.alice, Lock(world.alice))
        world.refuse(world.custodian, AccountLocked, attest(request, verra(1, 50)))
    assert world.serials(HOME_BATCH)[1][0] != "bridged"

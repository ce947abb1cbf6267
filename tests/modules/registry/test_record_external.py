"""`registry.record_external`: what files say of numbers, in any order and spelling."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.codec import encode
from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.external import External, SerialMalformed, SerialOverlap, SourceRetired
from ctn.modules.registry.intervals import TooManyIntervals
from tests.modules.registry.bridge_worlds import (
    FILE,
    FOREIGN,
    HASH,
    HOME_BATCH,
    ISO_LINE,
    BridgeWorld,
    iso,
    record,
    row,
    verra,
)


def test_a_held_row_is_seen_and_an_ended_one_retired() -> None:
    world = BridgeWorld()
    events = world.accept(world.registrar, record(row(verra(1, 10)), row(verra(11, 20), "retired")))
    assert world.line() == [(1, 10, "seen"), (11, 20, "retired")]
    assert [event["state"] for event in events] == ["seen", "retired"]
    known = world.get(External, "verra/" + f"{1:020d}")
    assert known == External("VERRA", 1, 10, "seen", "verra", 10**6, None, None, FILE, known.since)


def test_the_json_field_is_from() -> None:
    assert b'"from":1' in encode(record(row(ISO_LINE, "seen", 1, 5), registry="iso"))


def test_a_number_of_isometric_is_a_kilogram() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(ISO_LINE, "seen", 1, 6_242), registry="iso"))
    (known,) = world.externals()
    assert (known.grams_per_number, known.tonnes) == (1_000, 6)


@pytest.mark.parametrize("state", ["seen", "retired"])
def test_the_same_facts_again_change_nothing(state: str) -> None:
    world = BridgeWorld()
    op = record(row(verra(1, 10), state))
    world.accept(world.registrar, op)
    before = world.externals()
    assert world.accept(world.registrar, op) == []
    assert world.accept(world.registrar, record(row(verra(3, 7), state))) == []
    assert world.externals() == before


def test_another_spelling_is_the_same_number() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(1, 10))))
    other = "19403-0001-010-VCU-262-VER-IN-3-2941-10042022-31122022-0"
    assert world.accept(world.registrar, record(row(other.lower()))) == []


def test_retired_splits_what_was_seen() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(1, 10))))
    world.accept(world.registrar, record(row(verra(4, 6), "retired")))
    assert world.line() == [(1, 3, "seen"), (4, 6, "retired"), (7, 10, "seen")]


def test_seen_over_retired_keeps_what_is_retired_and_adds_the_rest() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, record(row(verra(4, 6), "retired")))
    world.accept(world.registrar, record(row(verra(1, 10))))
    assert world.line() == [(1, 3, "seen"), (4, 6, "retired"), (7, 10, "seen")]


def test_seen_over_inbound_immobilised_and_returned_changes_nothing() -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 10)))
    world.lock(request)
    world.accept(world.registrar, record(row(verra(1, 10))))
    assert world.line() == [(1, 10, "inbound")]
    world.admit(request)
    world.accept(world.registrar, record(row(verra(1, 10))))
    assert world.line() == [(1, 10, "immobilised")]
    world.release(world.ask(world.outbound((1, 4))))
    assert world.accept(world.registrar, record(row(verra(1, 10)))) == []
    assert world.line() == [(1, 4, "returned"), (5, 10, "immobilised")]


def test_what_went_home_ends_there_and_never_enters_again() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((1, 8))))
    (event,) = world.accept(world.registrar, record(row(verra(3, 6), "retired")))
    assert (event["start"], event["end"], event["state"]) == (3, 6, "retired")
    assert world.line() == [
        (1, 2, "returned"), (3, 6, "retired"), (7, 8, "returned"), (9, 10, "immobilised")
    ]  # fmt: skip
    assert world.mapping()[(FOREIGN, 3)] == ("retired", 3, 3)
    facts = world.refuse(world.alice, SourceRetired, world.inbound(verra(1, 8)))
    assert (facts["start"], facts["end"]) == (3, 6)
    world.bring_in(verra(1, 2), verra(7, 8))
    assert world.serials(FOREIGN)[1] == world.serials(FOREIGN)[8] == ("held", world.alice)
    assert world.serials(FOREIGN)[3] == ("bridged", "bridge:verra")


def test_what_went_home_ends_beside_other_rows_of_the_file_and_once() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((1, 10))))
    op = record(row(verra(1, 10), "retired"), row(verra(11, 20)), row(verra(50, 60), "retired"))
    world.accept(world.registrar, op)
    assert world.line() == [(1, 10, "retired"), (11, 20, "seen"), (50, 60, "retired")]
    assert world.accept(world.registrar, op) == []


def test_a_request_that_was_asked_before_its_numbers_ended_is_not_attested() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((1, 10))))
    request = world.ask(world.inbound(verra(1, 10)))
    world.accept(world.registrar, record(row(verra(10, 10), "retired")))
    world.refuse(world.custodian, SourceRetired, AttestInbound(request, "L-2", HASH))


@pytest.mark.parametrize("state", ["inbound", "immobilised", "inbound again"])
def test_refuses_retired_over_what_a_bridge_holds_and_the_whole_op(state: str) -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 10)))
    world.lock(request)
    if state != "inbound":
        world.admit(request)
    if state == "inbound again":
        world.release(world.ask(world.outbound((1, 10))))
        world.lock(world.ask(world.inbound(verra(1, 10))))
        state = "inbound"
    op = record(row(verra(50, 60)), row(verra(5, 20), "retired"))
    facts = world.refuse(world.registrar, SerialOverlap, op)
    assert facts == {"row": 1, "line": "VERRA", "start": 5, "end": 10, "state": state}


@pytest.mark.parametrize(
    "op",
    [
        record(row("no serial")),
        record(row(verra(10, 1))),
        record(row(verra(1, 10), "seen", 1, 9)),
        record(row(verra(1, 10)), registry="gs"),
        record(row(ISO_LINE), registry="iso"),
        record(row("CTN-CCER-00042-2025-001-1-5"), registry="ccer"),
    ],
)
def test_refuses_a_text_that_is_no_serial_of_the_registry(op: Any) -> None:
    world = BridgeWorld()
    assert world.refuse(world.registrar, SerialMalformed, op)["row"] == 0


def test_refuses_to_end_a_part_of_a_tonne_that_is_one_of_our_serials() -> None:
    world = BridgeWorld()
    request = world.ask(world.outbound((1, 2), batch=HOME_BATCH, registry="iso"))
    world.release(request, iso(1, 2_000), sender=world.everywhere)
    half = record(row(ISO_LINE, "retired", 1, 500), registry="iso")
    world.refuse(world.registrar, SerialOverlap, half)
    world.accept(world.registrar, record(row(ISO_LINE, "retired", 1_001, 2_000), registry="iso"))
    assert world.mapping() == {
        (HOME_BATCH, 1): ("seen", 1, 1_000),
        (HOME_BATCH, 2): ("retired", 1_001, 2_000),
    }


def test_200_rows_are_the_most_and_keep_within_the_stated_work() -> None:
    world = BridgeWorld()
    rows = [row(verra(10 * number, 10 * number + 9)) for number in range(1, 201)]
    world.accept(world.registrar, record(*rows))
    assert len(world.externals()) == 200
    with pytest.raises(Malformed):
        world.tx(world.registrar, record(*rows, rows[0]))


def test_refuses_to_cross_more_than_256_intervals() -> None:
    world = BridgeWorld()
    for first in (1, 129):
        rows = [row(verra(10 * n, 10 * n), "retired") for n in range(first, first + 128)]
        world.accept(world.registrar, record(*rows))
    facts = world.refuse(
        world.registrar, TooManyIntervals, record(row(verra(1, 5)), row(verra(10, 9_999)))
    )
    assert facts == {"possible_t": 5}
    # 128 crossed, and 128 gaps before, between and after them, of which 127 are made.
    world.accept(world.registrar, record(row(verra(10, 1_280))))


def test_refuses_one_who_is_no_registrar() -> None:
    world = BridgeWorld()
    world.refuse(world.alice, NotAuthority, record(row(verra(1, 2))))
    world.refuse(world.custodian, NotAuthority, record(row(verra(1, 2))))


def test_refuses_a_registrar_of_a_class_of_another_registry() -> None:
    world = BridgeWorld()
    home = world.authority("home", DutyKind.REGISTRAR, "ccer")
    nowhere = world.authority("nowhere", DutyKind.REGISTRAR, "nope")
    verras = world.authority("verras", DutyKind.REGISTRAR, "vcs")
    for office in (home, nowhere):
        facts = world.refuse(office, NotAuthority, record(row(verra(1, 2), "retired")))
        assert facts == {"needs": ["registrar"], "scope": "verra"}
    world.refuse(verras, NotAuthority, record(row(ISO_LINE, "seen", 1, 2), registry="iso"))
    world.accept(verras, record(row(verra(1, 2), "retired")))


ROWS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 12), st.sampled_from(["seen", "retired"])),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_line_equals_a_number_by_number_model_in_any_order(
    facts: list[tuple[int, int, str]], random: Any
) -> None:
    model: dict[int, str] = {}
    for start, length, state in facts:
        for number in range(start, start + length + 1):
            model[number] = "retired" if "retired" in (state, model.get(number)) else "seen"
    for _ in range(2):
        random.shuffle(facts)
        world = BridgeWorld()
        rows = [row(verra(start, start + length), state) for start, length, state in facts]
        world.accept(world.registrar, record(*rows[:5]), *([record(*rows[5:])] if rows[5:] else []))
        seen = {
            number: state for start, end, state in world.line() for number in range(start, end + 1)
        }
        assert seen == model

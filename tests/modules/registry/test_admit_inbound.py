"""`registry.admit_inbound`: locked numbers become serials, one to one, by two authorities."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.registry.admit_inbound import AdmitInbound
from ctn.modules.registry.anchor_import import AnchorImport
from ctn.modules.registry.bridges import Conflicted, RequestClosed, RequestNotFound
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.intervals import Frozen
from ctn.modules.registry.mutators import BatchFull
from ctn.modules.registry.put_foreign_project import PutForeignProject
from ctn.modules.registry.records import (
    Batch,
    ClassNotFound,
    ExternalPair,
    Project,
    ProjectNotFound,
)
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.stop_bridge import StopBridge
from tests.modules.registry.bridge_worlds import (
    FILE,
    FOREIGN,
    HASH,
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

ROWS = Path(__file__).parents[3] / "ctn" / "demo" / "verra_units.csv"


def admission(request: str, *labels: str) -> AdmitInbound:
    """The registrar's word."""
    return AdmitInbound(request, "2022-04-10", "2022-12-31", labels)


def locked(world: BridgeWorld, *units: str) -> str:
    """An attested request of Alice."""
    request = world.ask(world.inbound(*units))
    world.lock(request)
    return request


def test_serials_are_appended_and_mapped_in_the_order_of_the_request() -> None:
    world = BridgeWorld()
    request = locked(world, verra(21, 30), verra(1, 5))
    event = world.admit(request, "ccp")[-1]
    assert (event["batch"], event["start"], event["end"]) == (FOREIGN, 1, 15)
    assert world.line() == [(1, 5, "immobilised"), (21, 30, "immobilised")]
    assert world.mapping()[(FOREIGN, 1)] == ("immobilised", 21, 21)
    assert world.mapping()[(FOREIGN, 11)] == ("immobilised", 1, 1)
    assert world.serials(FOREIGN) == dict.fromkeys(range(1, 16), ("held", world.alice))
    batch = world.get(Batch, FOREIGN)
    assert (batch.start, batch.end, batch.labels) == ("2022-04-10", "2022-12-31", ("ccp",))
    bridge = world.bridge(request)
    assert (bridge.status, bridge.batch, bridge.parts) == ("done", FOREIGN, ((1, 15),))


def test_same_labels_go_into_the_same_batch_and_others_into_another() -> None:
    world = BridgeWorld()
    for number, labels in enumerate([(), ("ccp",), ()]):
        world.admit(locked(world, verra(number, number)), *labels)
    assert world.get(Batch, FOREIGN).issued == 2
    assert world.get(Batch, "vcs-00001-2022-002").issued == 1


def test_a_thousand_kilograms_of_isometric_are_one_serial() -> None:
    world = BridgeWorld()
    world.bring_in(iso(1, 6_000), registry="iso", project=ISO_PROJECT)
    mapping = world.mapping()
    assert mapping[("iso-00001-2022-001", 6)] == ("immobilised", 5_001, 6_000)
    assert len(mapping) == 6


def test_numbers_that_had_left_come_back_as_their_old_serials() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((3, 6))))
    assert world.serials(FOREIGN)[3] == ("bridged", "bridge:verra")
    # Two that left, and two that are new here.
    request = world.ask(world.inbound(verra(6, 6), verra(3, 3), verra(11, 12)), world.bob)
    world.lock(request)
    event = world.admit(request)[-1]
    assert (event["start"], event["end"], event["returned_t"]) == (11, 12, 2)
    serials = world.serials(FOREIGN)
    assert [serials[n][1] for n in (3, 4, 6, 11)] == [
        world.bob, "bridge:verra", world.bob, world.bob
    ]  # fmt: skip
    assert world.mapping()[(FOREIGN, 6)] == ("immobilised", 6, 6)


def test_our_own_units_come_back_as_their_old_serials() -> None:
    world = BridgeWorld()
    leave = world.outbound((11, 20), batch=HOME_BATCH)
    world.release(world.ask(leave), verra(501, 510, project=7))
    back: dict[str, Any] = {"project": "ccer-00042", "vintage": 2025}
    request = world.bring_in(verra(503, 504, project=7), **back)
    assert world.bridge(request).batch is None
    serials = world.serials(HOME_BATCH)
    assert [serials[n][0] for n in (12, 13, 14, 15)] == ["bridged", "held", "held", "bridged"]
    # They stay locked there, so they may leave again by the same numbers only.
    again = world.ask(world.outbound((13, 13), batch=HOME_BATCH))
    world.release(again)
    assert world.mapping()[(HOME_BATCH, 13)] == ("returned", 503, 503)
    world.bring_in(verra(503, 503, project=7), **back)


def test_refuses_what_is_no_inbound_request() -> None:
    world = BridgeWorld()
    world.refuse(world.registrar, RequestNotFound, admission("b-" + "0" * 24))


def test_refuses_before_the_attestation_and_twice() -> None:
    world = BridgeWorld()
    request = world.ask(world.inbound(verra(1, 5)))
    world.refuse(world.registrar, RequestClosed, admission(request))
    world.lock(request)
    world.accept(world.registrar, admission(request))
    world.refuse(world.registrar, RequestClosed, admission(request))


def test_refuses_a_registrar_who_is_affiliated_with_the_custodian() -> None:
    world = BridgeWorld()
    sister = world.authority("sister", DutyKind.CUSTODIAN, "verra")
    place = ("attestation", f"{sister}/{0:020d}")
    mine = world._records[("attestation", f"{world.registrar}/{0:020d}")]
    world._records[place] = world._records[place].replace(affiliates=mine.owners)
    request = world.ask(world.inbound(verra(1, 5)))
    world.lock(request, sister)
    world.refuse(world.registrar, Conflicted, admission(request))


def test_refuses_one_who_is_no_registrar_or_one_of_another_class() -> None:
    world = BridgeWorld()
    other = world.authority("other", DutyKind.REGISTRAR, "ccer")
    request = locked(world, verra(1, 5))
    world.refuse(world.custodian, NotAuthority, admission(request))
    world.refuse(other, NotAuthority, admission(request))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2022-12-31", "2022-04-10"), ("2022-02-30", "2022-12-31"), ("2023-01-01", "2023-12-31"),
        ("2020-01-01", "2021-12-31"),
    ],
)  # fmt: skip
def test_refuses_a_period_that_is_none_or_misses_the_vintage(start: str, end: str) -> None:
    world = BridgeWorld()
    request = locked(world, verra(1, 5))
    world.refuse(world.registrar, BadPeriod, AdmitInbound(request, start, end, ()))


def test_refuses_a_project_that_was_suspended_since() -> None:
    world = BridgeWorld()
    request = locked(world, verra(1, 5))
    world.write(world.get(Project, PROJECT).replace(status="suspended"))
    world.refuse(world.registrar, ProjectNotFound, admission(request))


def test_refuses_a_class_that_was_closed_since_and_the_deadline_frees_the_numbers() -> None:
    world = BridgeWorld()
    request = locked(world, verra(1, 5))
    world.close_class("vcs")
    world.refuse(world.registrar, ClassNotFound, admission(request))
    world.later(15 * DAY)
    world.empty_block()
    assert (world.bridge(request).status, world.line()) == ("stopped", [])


def test_units_that_are_here_move_and_leave_after_their_class_closed() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 5))
    world.close_class("vcs")
    world.release(world.ask(world.outbound((1, 5))))


def test_refuses_while_the_batch_is_frozen() -> None:
    world = BridgeWorld()
    world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((1, 5))))
    new, old = locked(world, verra(11, 12)), locked(world, verra(2, 3))
    world.freeze(FOREIGN)
    world.refuse(world.registrar, Frozen, admission(new))
    world.refuse(world.registrar, Frozen, admission(old))
    world.lift(FOREIGN)
    world.accept(world.registrar, admission(new), admission(old))


def test_refuses_when_no_batch_has_room() -> None:
    world = BridgeWorld()
    for number in range(1, 1_000):
        world.put_batch(f"vcs-00001-2022-{number:03d}", 1, world.bob, labels=("x:other",))
    request = locked(world, verra(1, 5))
    world.refuse(world.registrar, BatchFull, admission(request))


def test_refuses_a_label_that_is_none_and_a_17th() -> None:
    world = BridgeWorld()
    request = locked(world, verra(1, 5))
    for labels in (("best",), tuple(f"x:{n}" for n in range(17))):
        with pytest.raises(Malformed):
            world.tx(world.registrar, admission(request, *labels))


def test_256_intervals_keep_within_the_stated_work() -> None:
    world = BridgeWorld()
    for first in (1, 129):
        rows = [row(verra(n, n)) for n in range(first, first + 128)]
        world.accept(world.registrar, record(*rows))
    world.bring_in(verra(1, 256))
    assert len(world.mapping()) == 256


def test_128_numbers_and_their_128_old_serials_keep_within_the_stated_work() -> None:
    world = BridgeWorld()
    for first in (1, 101):
        rows = [row(verra(n, n)) for n in range(first, first + 100)]
        world.accept(world.registrar, record(*rows))
    world.bring_in(verra(1, 128))
    world.release(world.ask(world.outbound((1, 128))))
    world.bring_in(verra(1, 128))
    assert set(world.serials(FOREIGN).values()) == {("held", world.alice)}


def test_the_real_rows_of_the_demo_go_the_whole_way_to_grams() -> None:
    world = BridgeWorld()
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [cells["Serial Number"] for cells in rows]
    world.accept(world.registrar, record(*[row(text) for text in texts]))
    world.accept(world.registrar, AnchorImport(FILE, "verra.units", len(rows), len(rows), HASH))
    projects = {"2941": PROJECT}
    for cells in rows:
        if cells["ID"] not in projects:
            projects[cells["ID"]] = f"vcs-9{len(projects):04d}"
            world.accept(world.registrar, _foreign_project(projects[cells["ID"]], cells))
    for cells in rows:
        year = int(cells["Vintage Start"][:4])
        world.bring_in(cells["Serial Number"], project=projects[cells["ID"]], vintage=year)
    batches = [batch for _place, batch in world.all_of(Batch) if batch.class_id == "vcs"]
    total = 0
    for batch in batches:
        assert batch.counts.held == batch.issued
        world.accept(world.alice, Deposit(batch.id, ((1, batch.issued),)))
        total += world.balance(world.alice, batch.id)
    tonnes = sum(int(cells["Quantity Issued"].replace(",", "")) for cells in rows)
    assert total == tonnes * 1_000_000
    assert {state for _start, _end, state in world.line()} == {"immobilised"}
    # The file again changes nothing.
    assert world.accept(world.registrar, record(*[row(text) for text in texts])) == []


def _foreign_project(project: str, cells: dict[str, str]) -> PutForeignProject:
    """The project of a row, as the registrar puts it."""
    return PutForeignProject(
        project, None, (), cells["Name"][:80], "IN", "", None, None, ("vmr0006",), "2010-01-01",
        "2039-12-31", 1_000_000, ExternalPair("verra", cells["ID"]), HASH,
    )  # fmt: skip


STEPS = st.lists(
    st.tuples(st.sampled_from(["in", "out", "stop"]), st.integers(1, 30), st.integers(0, 9)),
    min_size=1,
    max_size=8,
)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_any_sequence_of_bridges_keeps_numbers_and_serials_one_to_one(
    steps: list[tuple[str, int, int]],
) -> None:
    world = BridgeWorld()
    home: dict[int, int] = {}
    here: dict[int, bool] = {}
    for what, first, more in steps:
        numbers = range(first, first + more + 1)
        if what == "in":
            if any(here.get(n) for n in numbers):
                continue
            world.bring_in(verra(first, first + more))
            for n in numbers:
                home.setdefault(n, len(home) + 1)
                here[n] = True
        else:
            serials = sorted(home[n] for n in numbers if here.get(n))
            parts = tuple([(serial, serial) for serial in serials[:20]])
            if not parts:
                continue
            request = world.ask(world.outbound(*parts))
            if what == "stop":
                world.accept(world.alice, StopBridge(request, "stays"))
            else:
                world.release(request)
                for n in numbers:
                    here[n] = here.get(n, False) and home[n] not in serials[:20]
    expected = {
        (FOREIGN, serial): ("immobilised" if here[n] else "returned", n, n)
        for n, serial in home.items()
    }
    assert world.mapping() == expected

"""Methodologies are put by the registrar."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.put_methodology import PutMethodology
from ctn.modules.registry.records import Methodology, MethodologyNotActive
from tests.modules.registry.worlds import DOC, METHODOLOGY, put_methodology, registrar
from tests.worlds import START, World


def putting(**changes: Any) -> PutMethodology:
    fields: dict[str, Any] = {
        "id": "acm0002", "name": "Grid-connected renewables", "type": "renewables",
        "sector": "energy", "unit_type": "avoidance_technical", "supersedes": None, "doc": DOC,
        "active_from": START, "grace_until": None,
    }  # fmt: skip
    return PutMethodology(**(fields | changes))


def test_is_remembered_with_what_it_supersedes() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    events = world.accept(office, putting(supersedes=METHODOLOGY))
    record = world.get(Methodology, "acm0002")
    assert (record.type, record.supersedes) == ("renewables", METHODOLOGY)
    assert events == [
        {
            "event": "registry.MethodologyPut", "op": 0, "methodology": "acm0002",
            "active_from": START,
        }
    ]  # fmt: skip


def test_refuses_an_unknown_predecessor() -> None:
    world = World()
    world.refuse(registrar(world), MethodologyNotActive, putting(supersedes="acm0001"))


def test_refuses_anyone_but_a_registrar() -> None:
    world = World()
    world.refuse(world.person("alice"), NotAuthority, putting())


@given(st.integers(0, 10), st.integers(0, 10), st.one_of(st.none(), st.integers(0, 10)))
@settings(max_examples=30)
def test_is_active_from_its_day_until_it_is_withdrawn(
    active_from: int, time: int, grace_until: int | None
) -> None:
    record = Methodology(
        "x1", "X", "x", "x", "undetermined", None, DOC, active_from, grace_until
    )  # fmt: skip
    assert record.is_active(time) == (time >= active_from and grace_until is None)

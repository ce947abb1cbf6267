"""Projects of foreign registries."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.registry.put_foreign_project import ProjectKnown, PutForeignProject
from ctn.modules.registry.records import (
    ClassNotFound,
    ExternalPair,
    MethodologyNotActive,
    Party,
    Project,
)
from ctn.modules.registry.retirement import BadCountry, BadPeriod
from tests.modules.registry.worlds import (
    DOC,
    METHODOLOGY,
    PROJECT,
    put_class,
    put_methodology,
    put_project,
    registrar,
)
from tests.worlds import START, World


def putting(**changes: Any) -> PutForeignProject:
    fields: dict[str, Any] = {
        "id": PROJECT, "proponent": None, "parties": (), "name": "Soil carbon", "country": "KE",
        "region": "Nakuru", "lat_e6": 89_700_000, "lon_e6": 216_080_000,
        "methodologies": (METHODOLOGY,), "period_start": "2020-01-01",
        "period_end": "2039-12-31", "annual_t": 50_000,
        "external": ExternalPair("verra", "1764"), "doc": DOC,
    }  # fmt: skip
    return PutForeignProject(**(fields | changes))


def ready(**changes: Any) -> tuple[World, str]:
    """A world with a registrar, a class of Verra and an active methodology."""
    world = World()
    put_class(world, **changes)
    put_methodology(world)
    return world, registrar(world)


def test_is_registered_at_once_with_the_type_of_its_methodology() -> None:
    world, office = ready()
    alice = world.person("alice")
    party = Party("developer", alice, "Alice", None)
    events = world.accept(office, putting(proponent=alice, parties=(party,)))
    record = world.get(Project, PROJECT)
    assert (record.status, record.type, record.class_id) == ("registered", "soil", "vcs")
    assert (record.since, record.parties) == (world.time, (party,))
    assert events == [
        {
            "event": "registry.ForeignProjectPut", "op": 0, "project": PROJECT,
            "registry": "verra", "external_project": "1764",
        }
    ]  # fmt: skip


def test_a_new_description_keeps_its_age_and_its_pair() -> None:
    world, office = ready()
    world.accept(office, putting())
    since = world.time
    world.accept(office, putting(name="Soil carbon II", methodologies=(METHODOLOGY,)))
    record = world.get(Project, PROJECT)
    assert (record.name, record.since) == ("Soil carbon II", since)


def test_refuses_half_a_place() -> None:
    world, office = ready()
    world.refuse_at_door(office, Malformed, putting(lat_e6=None))


def test_refuses_a_country_or_a_period_that_is_none() -> None:
    world, office = ready()
    world.refuse_at_door(office, BadCountry, putting(country="XX"))
    world.refuse_at_door(office, BadPeriod, putting(period_end="2019-12-31"))


def test_refuses_a_registrar_of_another_class_and_everybody_else() -> None:
    world, _office = ready()
    alice, other = world.person("alice"), registrar(world, "other", scope="ccer")
    world.refuse(other, NotAuthority, putting())
    world.refuse(alice, NotAuthority, putting())


def test_refuses_a_class_that_is_unknown_closed_or_issues_here() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    world.refuse(office, ClassNotFound, putting())
    for changes in ({"status": "closed"}, {"registry": "ctn"}, {"registry": "gs"}):
        world, office = ready(**changes)
        world.refuse(office, ClassNotFound, putting())


@pytest.mark.parametrize("spelling", ["VCS1764", "1764", "01764", "vcs_1764"])
def test_refuses_a_pair_of_another_project_in_any_spelling(spelling: str) -> None:
    world, office = ready()
    world.accept(office, putting(external=ExternalPair("verra", "vcs1764")))
    op = putting(id="vcs-00002", external=ExternalPair("verra", spelling))
    assert world.refuse(office, ProjectKnown, op) == {"project": PROJECT}
    world.accept(office, putting(external=ExternalPair("verra", spelling)))


def test_refuses_a_pair_that_stands_in_genesis_in_another_spelling() -> None:
    world = World()
    office = registrar(world)
    put_project(world, external=(ExternalPair("verra", "VCS1764"),))
    op = putting(id="vcs-00002", external=ExternalPair("verra", "1764"))
    world.refuse(office, ProjectKnown, op)


@pytest.mark.parametrize(
    ("registry", "first", "second", "is_one"),
    [
        ("iso", "prj_0A1", "PRJ_0a1", True),
        ("iso", "PRJ_0A1", "PRJ_01", False),
        ("arb", "CAFR0001", "CALS0001", False),
        ("acr", "ACR0104", "104", True),
        ("acr", "ACR104", "ACR1040", False),
        ("itl", "IN-0104", "in104", True),
        ("itl", "IN-104", "CN-104", False),
        ("verra", "0", "00", True),
        ("verra", "pilot", "PILOT", True),
        ("verra", "pilot", "other", False),
    ],
)
def test_only_spellings_of_one_id_are_one_project(
    registry: str, first: str, second: str, is_one: bool
) -> None:
    world, office = ready(registry=registry)
    world.accept(office, putting(external=ExternalPair(registry, first)))  # type: ignore[arg-type]
    op = putting(id="vcs-00002", external=ExternalPair(registry, second))  # type: ignore[arg-type]
    if is_one:
        world.refuse(office, ProjectKnown, op)
    else:
        world.accept(office, op)


def test_refuses_another_pair_for_a_known_project() -> None:
    world, office = ready()
    world.accept(office, putting())
    world.refuse(office, ProjectKnown, putting(external=ExternalPair("verra", "1765")))


def test_refuses_a_methodology_that_is_not_active_unless_the_project_has_it() -> None:
    world = World()
    office = registrar(world)
    put_project(world, external=(ExternalPair("verra", "1764"),))
    put_methodology(world, grace_until=START)
    put_methodology(world, "later", active_from=START * 2)
    other = ExternalPair("verra", "9")
    world.refuse(office, MethodologyNotActive, putting(id="vcs-00002", external=other))
    for methodology in ("unknown", "later"):
        op = putting(methodologies=(METHODOLOGY, methodology))
        world.refuse(office, MethodologyNotActive, op)
    world.accept(office, putting())


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=8))
@settings(max_examples=20)
def test_pairs_and_projects_stay_one_to_one(tries: list[tuple[int, int]]) -> None:
    world, office = ready()
    known: dict[int, int] = {}
    for project, external in tries:
        op = putting(id=f"vcs-{project:05d}", external=ExternalPair("verra", str(external)))
        owner = next((p for p, e in known.items() if e == external), project)
        if known.get(project, external) == external and owner == project:
            world.accept(office, op)
            known[project] = external
        else:
            world.refuse(office, ProjectKnown, op)

"""Blocking vintages of a methodology."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.reads import is_eligible
from ctn.modules.registry.records import Blocklist, MethodologyNotActive
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.set_blocklist import SetBlocklist
from tests.modules.registry.worlds import (
    BATCH,
    DOC,
    METHODOLOGY,
    put_batch,
    put_methodology,
    registrar,
)
from tests.worlds import World


def blocking(first: int, last: int, *, blocked: bool = True) -> SetBlocklist:
    return SetBlocklist(METHODOLOGY, first, last, blocked, DOC)


def test_a_blocked_vintage_is_eligible_no_more_until_it_is_unblocked() -> None:
    world = World()
    office = registrar(world)
    put_batch(world, (1, 1, "held", world.person("alice")))
    assert is_eligible(world.draft(), BATCH)
    events = world.accept(office, blocking(2015, 2021))
    assert not is_eligible(world.draft(), BATCH)
    assert events[0]["blocked"] is True
    world.accept(office, blocking(2020, 2021, blocked=False))
    assert is_eligible(world.draft(), BATCH)
    assert world.get(Blocklist, METHODOLOGY).ranges == ((2015, 2019),)


def test_unblocking_all_leaves_no_record() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    world.accept(office, blocking(2015, 2021))
    world.accept(office, blocking(2000, 2030, blocked=False))
    assert world.get(Blocklist, METHODOLOGY) is None
    world.accept(office, blocking(2000, 2030, blocked=False))


def test_every_second_year_can_be_blocked() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    world.accept(office, blocking(1900, 2199))
    ops = [blocking(year, year, blocked=False) for year in range(1901, 2200, 2)]
    for at in range(0, len(ops), 15):
        world.accept(office, *ops[at : at + 15])
    assert len(world.get(Blocklist, METHODOLOGY).ranges) == 150


def test_refuses_vintages_out_of_order() -> None:
    world = World()
    world.refuse_at_door(registrar(world), BadPeriod, blocking(2021, 2020))


def test_refuses_an_unknown_methodology() -> None:
    world = World()
    world.refuse(registrar(world), MethodologyNotActive, blocking(2020, 2020))


def test_refuses_anyone_but_a_registrar() -> None:
    world = World()
    put_methodology(world)
    world.refuse(world.person("alice"), NotAuthority, blocking(2020, 2020))


YEARS = st.integers(2010, 2025)


@given(st.lists(st.tuples(YEARS, YEARS, st.booleans()), max_size=6))
@settings(max_examples=20)
def test_a_year_is_blocked_as_the_last_word_on_it_said(
    words: list[tuple[int, int, bool]],
) -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    expected: dict[int, bool] = {}
    for one, other, blocked in words:
        first, last = min(one, other), max(one, other)
        world.accept(office, blocking(first, last, blocked=blocked))
        expected |= dict.fromkeys(range(first, last + 1), blocked)
    record = world.get(Blocklist, METHODOLOGY)
    ranges = record.ranges if record else ()
    found = [year for start, end in ranges for year in range(start, end + 1)]
    assert found == sorted(year for year, blocked in expected.items() if blocked)

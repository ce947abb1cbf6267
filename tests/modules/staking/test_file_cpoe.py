"""Filing: tonnes of a project and a period, with serials that nobody used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.modules.registry.external import SerialMalformed
from ctn.modules.registry.records import MethodologyNotActive, ProjectNotFound
from ctn.modules.staking.cpoes import CPOE_OPEN_MAX, CpoeAffiliated, CpoeDuplicate, NotVerifier
from ctn.modules.staking.file_cpoe import BadPeriod, CpoeSum
from ctn.modules.staking.reads import OperatorNotAdmitted, TooManyLots
from tests.modules.registry.worlds import PROJECT, put_project
from tests.modules.staking.worlds import OLD, StakeWorld, quarter_end, serial
from tests.worlds import DAY, START

OTHER = "vcs-00002"


def ready() -> tuple[StakeWorld, str]:
    """An operator and a second project."""
    world = StakeWorld()
    put_project(world, OTHER)
    return world, world.operator("north")


def test_a_record_waits_for_its_verifier() -> None:
    world, north = ready()
    (event,) = world.accept(north, world.filing(1_000))
    record = world.cpoe(event["cpoe"])
    assert event == {
        "event": "staking.CpoeFiled", "op": 0, "cpoe": record.id, "owner": north,
        "project": PROJECT, "tonnes": 1_000, "verifier": world.verifier,
    }  # fmt: skip
    assert (record.status, record.filed, record.attested) == ("filed", world.time, None)
    assert [(start, end) for _line, start, end in record.uses] == [(1, 1_000)]


def test_serials_of_several_registries_add_up_with_their_own_units() -> None:
    world, north = ready()
    verra = "9735-111110271-111110280-VCS-VCU-262-VER-CN-14-1529-01012015-31122015-0"
    isometric = "iss_0123456789ABCDEF 1-6000"
    world.accept(north, world.filing(16, serials=(verra, isometric)))


def test_refuses_a_period_too_short_too_long_or_not_over() -> None:
    world, north = ready()
    end = quarter_end(world.time)
    for start in (end - 28 * DAY + 1, end - 366 * DAY - 1, end + 1):
        filing = world.filing(period_start=start, period_end=end)
        world.refuse_at_door(north, BadPeriod, filing)
    future = world.filing(period_start=START, period_end=START + 40 * DAY)
    world.refuse(north, BadPeriod, future)
    for length in (28 * DAY, 366 * DAY):
        filing = world.filing(
            period_start=end - length, period_end=end, first=length, project=PROJECT
        )
        world.tx(north, filing)


def test_refuses_a_text_that_is_no_serial() -> None:
    world, north = ready()
    facts = world.refuse_at_door(north, SerialMalformed, world.filing(serials=("tonnes",)))
    assert facts["row"] == 0


@pytest.mark.parametrize("tonnes", [0, 999, 1_001])
def test_refuses_serials_that_are_not_the_tonnes(tonnes: int) -> None:
    world, north = ready()
    filing = world.filing(tonnes, serials=(serial(1, 1_000),))
    facts = world.refuse_at_door(north, CpoeSum, filing)
    assert facts == {"grams": 1_000_000_000, "tonnes": tonnes}


def test_refuses_a_serial_twice_in_one_record() -> None:
    world, north = ready()
    filing = world.filing(15, serials=(serial(1, 10), serial(10, 14)))
    world.refuse_at_door(north, CpoeDuplicate, filing)


def test_refuses_who_is_not_admitted() -> None:
    world, _north = ready()
    world.refuse(world.firm("south"), OperatorNotAdmitted, world.filing())


def test_refuses_a_fifth_unsettled_record() -> None:
    world, north = ready()
    end = quarter_end(world.time)
    for number in range(CPOE_OPEN_MAX + 1):
        start = end - (number + 1) * 30 * DAY
        filing = world.filing(1, first=number + 1, period_start=start, period_end=start + 28 * DAY)
        if number < CPOE_OPEN_MAX:
            world.accept(north, filing)
        else:
            world.refuse(north, TooManyLots, filing)


def test_refuses_an_unknown_project_methodology_and_verifier() -> None:
    world, north = ready()
    other = world.authority("other", DutyKind.VERIFIER, scope="gs")
    world.refuse(north, ProjectNotFound, world.filing(project="vcs-00009"))
    world.refuse(north, MethodologyNotActive, world.filing(methodology="vm0001"))
    world.refuse(north, NotVerifier, world.filing(verifier=world.reserve))
    world.refuse(north, NotVerifier, world.filing(verifier=other))


def test_refuses_a_verifier_that_is_an_affiliate() -> None:
    world, _north = ready()
    place = ("attestation", f"{world.verifier}/{0:020d}")
    owners = world._records[place].owners
    south = world.operator("south")
    mine = ("attestation", f"{south}/{0:020d}")
    world._records[mine] = world._records[mine].replace(affiliates=owners)
    world.refuse(south, CpoeAffiliated, world.filing())


def test_refuses_evidence_a_serial_or_a_period_used_before() -> None:
    world, north = ready()
    south = world.operator("south")
    world.filed(north, tonnes=1_000, first=1)
    used = world.filing(1_000, first=1).evidence
    world.refuse(south, CpoeDuplicate, world.filing(5, first=9_000, evidence=used, project=OTHER))
    for first in (1_000, 1):
        facts = world.refuse(south, CpoeDuplicate, world.filing(10, first=first, project=OTHER,
                                                                evidence="aa" * 32))  # fmt: skip
        assert facts["start"] == first
    overlap = world.filing(10, first=9_000)
    world.refuse(south, CpoeDuplicate, overlap)
    earlier = overlap.period_start - 90 * DAY
    for end, kind in ((overlap.period_start, CpoeDuplicate), (overlap.period_start - 1, None)):
        filing = world.filing(10, first=9_000, period_start=earlier, period_end=end)
        if kind is None:
            world.accept(south, filing)
        else:
            world.refuse(south, kind, filing)
    # One beyond the last serial is free.
    world.accept(south, world.filing(10, first=1_001, project=OTHER))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 9)), min_size=1, max_size=4))
def test_no_serial_is_ever_used_twice(ranges: list[tuple[int, int]]) -> None:
    world, north = ready()
    used: set[int] = set()
    for number, (first, tonnes) in enumerate(ranges):
        put = quarter_end(world.time) - number * 30 * DAY
        filing = world.filing(
            tonnes, first=first, evidence=f"{number:064x}", period_start=put - 29 * DAY,
            period_end=put - 1, serials=(serial(first, first + tonnes - 1, OLD),),
        )  # fmt: skip
        wanted = set(range(first, first + tonnes))
        if wanted & used:
            world.refuse(north, CpoeDuplicate, filing)
        else:
            world.accept(north, filing)
            used |= wanted

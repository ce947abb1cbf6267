"""Freezing an account, a pool or a bridge: who may, how long, and what it stops."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_COUNCIL, DutyKind
from ctn.modules.accounts.freezes import FreezeFlag
from ctn.modules.compliance.freeze import (
    Freeze,
    FreezeNotAllowed,
    FreezeRepeated,
    NotRegulator,
)
from ctn.modules.compliance.records import MEMBER_MS, MEMBER_PAUSE_MS, ComplianceFreeze
from tests.modules.compliance.worlds import ComplianceWorld, freezing


def flag(world: ComplianceWorld, subject: str, scope: str = "account") -> FreezeFlag | None:
    """The flag of a subject."""
    found: FreezeFlag | None = world.get(FreezeFlag, f"{scope}/{subject}")
    return found


def test_the_regulator_freezes_alone_and_without_end() -> None:
    world = ComplianceWorld()
    events = world.accept(world.regulator, freezing(world.ann))
    assert events[0]["duty"] == "regulator"
    freeze = world.get(ComplianceFreeze, events[0]["freeze"])
    assert (freeze.subject, freeze.until, freeze.by) == (world.ann, None, world.regulator)
    assert flag(world, world.ann) == FreezeFlag("account", world.ann, (freeze.id,), False)


def test_a_member_of_the_council_freezes_for_72_hours() -> None:
    world = ComplianceWorld()
    freeze = world.frozen(world.members[0])
    assert world.get(ComplianceFreeze, freeze).until == world.time + MEMBER_MS
    world.later(MEMBER_MS - 1_001)
    world.empty_block()
    assert flag(world, world.ann) is not None
    items = world.empty_block()
    assert items[0]["events"][0]["event"] == "compliance.Unfrozen"
    assert flag(world, world.ann) is None


@pytest.mark.parametrize(("scope", "subject"), [("pool", "cea24-cny.p30"), ("bridge", "verra")])
def test_pools_and_bridges_are_frozen_too(scope: str, subject: str) -> None:
    world = ComplianceWorld()
    world.accept(world.regulator, freezing(subject, scope))
    assert flag(world, subject, scope) is not None


def test_the_council_freezes_whom_nobody_else_may() -> None:
    world = ComplianceWorld()
    for subject in (world.regulator, world.members[0]):
        events = world.council(freezing(subject))
        assert (events[0]["by"], events[0]["duty"]) == (GOV_COUNCIL, "council")
        assert flag(world, subject) is not None


def test_refuses_when_the_sender_is_no_authority() -> None:
    world = ComplianceWorld()
    other = world.authority("registrar", DutyKind.REGISTRAR)
    world.refuse(world.ben, NotRegulator, freezing(world.ann))
    world.refuse(other, NotRegulator, freezing(world.ann))


@pytest.mark.parametrize("subject", ["order:1", "fund:treasury", "ann"])
def test_refuses_when_it_is_no_account_of_a_key(subject: str) -> None:
    world = ComplianceWorld()
    world.refuse(world.regulator, FreezeNotAllowed, freezing(subject))
    world.council_refuse(FreezeNotAllowed, freezing(subject))


def test_refuses_a_holding_account_under_any_name() -> None:
    world = ComplianceWorld()
    world.refuse(world.regulator, FreezeNotAllowed, freezing("pool:cea24-cny.p30", "pool"))


def test_refuses_when_it_is_the_councils_or_a_regulators_account() -> None:
    world = ComplianceWorld()
    second = world.authority("second", DutyKind.REGULATOR)
    world.refuse(world.regulator, FreezeNotAllowed, freezing(world.members[4]))
    world.refuse(world.regulator, FreezeNotAllowed, freezing(second))
    world.refuse(world.members[0], FreezeNotAllowed, freezing(world.members[1]))


def test_refuses_when_a_member_froze_the_same_within_thirty_days() -> None:
    world = ComplianceWorld()
    world.frozen(world.members[0])
    world.later(MEMBER_MS)
    world.empty_block()
    world.refuse(world.members[0], FreezeRepeated, freezing(world.ann))
    world.refuse(world.members[1], FreezeRepeated, freezing(world.ann))
    world.accept(world.members[1], freezing(world.ben))
    world.accept(world.regulator, freezing(world.ann))
    world.later(MEMBER_PAUSE_MS - MEMBER_MS)
    world.accept(world.members[0], freezing(world.ann))


def test_refuses_a_fifth_freeze_of_the_same() -> None:
    world = ComplianceWorld()
    for _ in range(4):
        world.frozen()
    world.refuse(world.regulator, FreezeRepeated, freezing(world.ann))


def test_a_retirement_needs_the_leave_of_every_freeze() -> None:
    world = ComplianceWorld()
    world.frozen(allow_retire=True)
    found = flag(world, world.ann)
    assert found is not None
    assert found.allow_retire
    world.frozen(allow_retire=False)
    found = flag(world, world.ann)
    assert found is not None
    assert not found.allow_retire


Step = tuple[int, int, bool]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5 * 24), st.booleans()), max_size=8))
def test_the_flag_says_what_is_live(steps: list[Step]) -> None:
    world = ComplianceWorld()
    for who, hours, allow in steps:
        op: Freeze = freezing(world.ann, allow_retire=allow)
        sender = (world.regulator, world.members[0], world.members[1])[who]
        world.run(sender, op)
        world.later(hours * 3_600_000)
        world.empty_block()
        rows = world.draft().scan(ComplianceFreeze, "", 100)
        live = [freeze for _place, freeze in rows if freeze.ended is None]
        found = flag(world, world.ann)
        assert sorted(freeze.id for freeze in live) == sorted(found.freezes if found else ())
        if found:
            assert found.allow_retire == all(freeze.allow_retire for freeze in live)
        world.recount()

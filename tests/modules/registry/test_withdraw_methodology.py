"""Withdrawing a methodology."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.registry.records import Methodology, MethodologyNotActive
from ctn.modules.registry.withdraw_methodology import WithdrawMethodology
from tests.modules.registry.worlds import METHODOLOGY, put_methodology, registrar
from tests.worlds import START, World


def test_ends_new_projects_at_once_and_issuance_later() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    events = world.accept(office, WithdrawMethodology(METHODOLOGY, START + 7))
    record = world.get(Methodology, METHODOLOGY)
    assert record.grace_until == START + 7
    assert not record.is_active(START)
    assert events[0]["grace_until"] == START + 7


def test_refuses_one_that_is_unknown_or_withdrawn() -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    world.refuse(office, MethodologyNotActive, WithdrawMethodology("acm0001", START))
    world.accept(office, WithdrawMethodology(METHODOLOGY, START))
    world.refuse(office, MethodologyNotActive, WithdrawMethodology(METHODOLOGY, START))


def test_refuses_anyone_but_a_registrar() -> None:
    world = World()
    put_methodology(world)
    world.refuse(world.person("alice"), NotAuthority, WithdrawMethodology(METHODOLOGY, START))


@given(st.integers(0, 2**63 - 1))
@settings(max_examples=20)
def test_nothing_but_the_grace_changes(grace_until: int) -> None:
    world = World()
    office = registrar(world)
    put_methodology(world)
    before = world.get(Methodology, METHODOLOGY)
    world.accept(office, WithdrawMethodology(METHODOLOGY, grace_until))
    assert world.get(Methodology, METHODOLOGY) == before.replace(grace_until=grace_until)

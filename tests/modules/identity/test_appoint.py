"""identity.appoint: duties are given by governance alone (people.md 5.2)."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC, DutyKind
from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.accounts.records import INSTITUTION
from ctn.modules.identity.appoint import Appoint, DutyExists, OneDutyPerAccount
from ctn.modules.identity.levels import ExpiryOutOfRange, LevelKindMismatch
from ctn.modules.identity.reads import has_duty
from ctn.modules.identity.records import Duty, DutyName
from tests.modules.identity.worlds import attestation
from tests.worlds import START, World

LATER = START + 10**9


def _appoint(address: str, kind: Any, scope: str = "", expires: int | None = None) -> Appoint:
    return Appoint(address, kind, scope, expires)


def _world() -> tuple[World, str]:
    world = World()
    return world, world.person("agency", kind=INSTITUTION)


def test_names_every_duty() -> None:
    assert get_args(DutyName) == tuple([kind.value for kind in DutyKind])


def test_an_institution_holds_the_duty_for_its_scope() -> None:
    world, agency = _world()
    events = world.council(_appoint(agency, "payment_institution", "cny", LATER))
    assert events == [
        {"event": "identity.DutyGiven", "op": 0, "address": agency,
         "kind": "payment_institution", "scope": "cny", "expires": LATER}
    ]  # fmt: skip
    ledger = world.draft()
    assert has_duty(ledger, agency, DutyKind.PAYMENT_INSTITUTION, "cny")
    assert not has_duty(ledger, agency, DutyKind.PAYMENT_INSTITUTION, "usd")
    assert world.get(Duty, f"{agency}/payment_institution").since == world.time


def test_an_appointed_attestor_attests_and_a_public_vote_may_appoint() -> None:
    world, agency = _world()
    new = world.stranger("new")
    world.refuse(agency, NotAuthority, attestation(new))
    world.council(_appoint(agency, "attestor"), sender=GOV_PUBLIC)
    world.accept(agency, attestation(new))


def test_nobody_appoints_by_signature() -> None:
    world, agency = _world()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    for sender in (agency, regulator):
        world.refuse(sender, NotAuthority, _appoint(agency, "verifier"))


def test_refuses_an_expiry_that_has_passed() -> None:
    world, agency = _world()
    op = _appoint(agency, "verifier", expires=world.time + 1_000)
    world.council_refuse(ExpiryOutOfRange, op)


@pytest.mark.parametrize("kind", [kind.value for kind in DutyKind])
def test_the_holder_is_of_the_kind_that_the_duty_asks(kind: str) -> None:
    world = World()
    holders = {
        "institution": world.person("agency", kind=INSTITUTION),
        "enterprise": world.enterprise("firm"),
        "person": world.person("alice"),
        "visitor": world.stranger("visitor"),
    }
    wanted = ["enterprise"] if kind in ("validator", "platform") else ["institution"]
    wanted += ["person"] if kind in ("expert", "moderator") else []
    for name, address in holders.items():
        if name in wanted:
            world.council(_appoint(address, kind))
        else:
            world.council_refuse(LevelKindMismatch, _appoint(address, kind))


def test_an_expert_person_needs_level_two() -> None:
    world = World()
    attestor, new = world.authority("attestor", DutyKind.ATTESTOR), world.stranger("new")
    world.accept(attestor, attestation(new, level=1))
    world.council_refuse(LevelKindMismatch, _appoint(new, "expert"))
    world.accept(attestor, attestation(new, level=2))
    world.council(_appoint(new, "expert"))


def test_refuses_the_same_duty_twice_while_it_lives() -> None:
    world, agency = _world()
    world.council(_appoint(agency, "verifier", expires=world.time + 60_000))
    world.council_refuse(DutyExists, _appoint(agency, "verifier", "vcm"))
    world.later(60_000)
    world.council(_appoint(agency, "verifier", "vcm"))


def test_refuses_a_second_duty() -> None:
    world, agency = _world()
    world.council(_appoint(agency, "verifier"))
    world.council_refuse(OneDutyPerAccount, _appoint(agency, "arbitrator"))


def test_a_firm_may_be_validator_and_platform() -> None:
    world = World()
    firm = world.enterprise("firm")
    world.council(_appoint(firm, "validator"), _appoint(firm, "platform"))


@pytest.mark.parametrize("scope", ["", "cny", "CN", "ccer", "eu-ets.2024"])
def test_a_scope_is_a_code(scope: str) -> None:
    world, agency = _world()
    world.council(_appoint(agency, "party", scope))


@pytest.mark.parametrize("scope", [" ", "cny\n", "-x", "a/b", "x" * 97])
def test_refuses_a_scope_that_is_no_code(scope: str) -> None:
    world, agency = _world()
    with pytest.raises(Malformed):
        world.tx(agency, _appoint(agency, "party", scope))


@settings(max_examples=20)
@given(kinds=st.lists(st.sampled_from(get_args(DutyName)), min_size=1, max_size=6))
def test_no_account_ever_holds_two_duties_that_do_not_coincide(kinds: list[str]) -> None:
    world = World()
    for name, kind in (("agency", INSTITUTION), ("firm", "enterprise")):
        world.person(name, kind=kind)
    for address in list(world.people):
        for kind in kinds:
            world._execute((_appoint(address, kind),), "gov:council")
        held = {place for place, _duty in world.draft().scan(Duty, address + "/", 1_000)}
        both = {f"{address}/validator", f"{address}/platform"}
        assert len(held) <= 1 or held == both

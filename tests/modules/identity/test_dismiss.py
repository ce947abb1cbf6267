"""identity.dismiss: duties are taken by governance alone (people.md 5.2)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.refusal import NotAuthority
from ctn.modules.identity.appoint import Appoint
from ctn.modules.identity.dismiss import Dismiss, DutyNotFound
from ctn.modules.identity.reads import has_duty
from ctn.modules.identity.records import Duty
from tests.modules.identity.worlds import attestation
from tests.worlds import World

REASON = "44" * 32


def test_a_dismissed_attestor_attests_no_more() -> None:
    world = World()
    attestor, new = world.authority("attestor", DutyKind.ATTESTOR), world.stranger("new")
    events = world.council(Dismiss(attestor, "attestor", REASON))
    assert events == [
        {"event": "identity.DutyEnded", "op": 0, "address": attestor, "kind": "attestor",
         "reason": REASON}
    ]  # fmt: skip
    assert world.get(Duty, f"{attestor}/attestor") is None
    world.refuse(attestor, NotAuthority, attestation(new))


def test_another_duty_may_follow() -> None:
    world = World()
    agency = world.authority("agency", DutyKind.VERIFIER)
    world.council(Dismiss(agency, "verifier", REASON), Appoint(agency, "arbitrator", "", None))
    assert has_duty(world.draft(), agency, DutyKind.ARBITRATOR)


def test_refuses_when_the_account_holds_no_such_duty() -> None:
    world = World()
    agency = world.authority("agency", DutyKind.VERIFIER)
    world.council_refuse(DutyNotFound, Dismiss(agency, "auditor", REASON))


def test_nobody_dismisses_by_signature() -> None:
    world = World()
    agency = world.authority("agency", DutyKind.VERIFIER)
    world.refuse(agency, NotAuthority, Dismiss(agency, "verifier", REASON))


def test_travels_in_the_safety_lane() -> None:
    assert Dismiss.lane == SAFETY_LANE


@settings(max_examples=20)
@given(acts=st.lists(st.tuples(st.booleans(), st.sampled_from(["expert", "risk"])), max_size=8))
def test_a_duty_is_held_exactly_from_appointment_to_dismissal(
    acts: list[tuple[bool, Any]],
) -> None:
    world = World()
    agency = world.person("agency", kind="institution")
    held: str | None = None
    for is_appointing, kind in acts:
        if is_appointing and held is None:
            world.council(Appoint(agency, kind, "", None))
            held = kind
        elif not is_appointing and held == kind:
            world.council(Dismiss(agency, kind, REASON))
            held = None
        elif not is_appointing:
            world.council_refuse(DutyNotFound, Dismiss(agency, kind, REASON))
        for other in ("expert", "risk"):
            assert has_duty(world.draft(), agency, DutyKind(other)) == (other == held)

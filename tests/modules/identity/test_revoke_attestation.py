"""identity.revoke_attestation: the role falls at once (people.md 4.1, 4.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind, Role, Signer, Thresholds
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.refusal import NotAuthority, RoleTooLow
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.accounts.records import Guard
from ctn.modules.accounts.rules import is_lapsed
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.reads import accounts_of, roles
from ctn.modules.identity.records import Attestation
from ctn.modules.identity.revoke_attestation import (
    AttestationNotLive,
    NotYourAttestation,
    RevokeAttestation,
)
from tests.modules.identity.worlds import LATER, attestation, attestor_world
from tests.worlds import CNY, Person, World

REASONS = ("expired_document", "fraud", "sanction", "death", "request", "error")


def _attested() -> tuple[World, str, str, str]:
    world, attestor, new = attestor_world()
    world.person("bob")
    world.accept(attestor, attestation(new))
    return world, attestor, new, f"{new}/{0:020d}"


@pytest.mark.parametrize("reason", REASONS)
def test_the_role_falls_at_once_and_only_the_barred_cannot_leave(reason: str) -> None:
    world, attestor, new, place = _attested()
    events = world.accept(attestor, RevokeAttestation(place, reason))  # type: ignore[arg-type]
    assert events == [
        {"event": "identity.AttestationRevoked", "op": 0, "attestation": place, "subject": new,
         "revoked_by": attestor, "reason": reason}
    ]  # fmt: skip
    held = world.get(Attestation, place)
    assert (held.status, held.reason) == ("revoked", reason)
    assert roles(world.draft(), new) == (Role.VISITOR,)
    world.refuse(new, RoleTooLow, Transfer("cny", 1, attestor))
    world.refuse(attestor, RecipientNotVerified, Transfer("cny", 1, new))
    leaving = RequestRedemption("cny", 1, "33" * 32)
    guard = world.get(Guard, new)
    if reason in ("fraud", "sanction"):
        assert (guard.kind, guard.verified_until, is_lapsed(guard, world.time)) == (
            "person", 0, False,
        )  # fmt: skip
        world.refuse(new, RoleTooLow, leaving)
    else:
        assert is_lapsed(guard, world.time)
        world.accept(new, leaving)


def test_a_regulator_revokes_any_attestation() -> None:
    world, attestor, new = attestor_world()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    world.accept(attestor, attestation(new))
    world.accept(regulator, RevokeAttestation(f"{new}/{0:020d}", "sanction"))


def test_refuses_when_another_attestor_gave_it() -> None:
    world, attestor, new = attestor_world()
    other = world.authority("other", DutyKind.ATTESTOR)
    world.accept(attestor, attestation(new))
    world.refuse(other, NotYourAttestation, RevokeAttestation(f"{new}/{0:020d}", "error"))


def test_refuses_what_is_unknown_revoked_or_replaced() -> None:
    world, attestor, new, place = _attested()
    unknown = f"{new}/{7:020d}"
    world.refuse(attestor, AttestationNotLive, RevokeAttestation(unknown, "error"))
    world.accept(attestor, attestation(new))
    world.refuse(attestor, AttestationNotLive, RevokeAttestation(place, "error"))
    world.accept(attestor, RevokeAttestation(f"{new}/{1:020d}", "error"))
    world.refuse(attestor, AttestationNotLive, RevokeAttestation(f"{new}/{1:020d}", "error"))


def test_users_revoke_nothing() -> None:
    world, _attestor, new, place = _attested()
    world.refuse(new, NotAuthority, RevokeAttestation(place, "request"))


def test_the_revoked_can_be_attested_again() -> None:
    world, attestor, new, place = _attested()
    world.accept(attestor, RevokeAttestation(place, "fraud"))
    world.accept(attestor, attestation(new))
    assert world.get(Guard, new).verified_until == LATER
    assert Role.ORDINARY in roles(world.draft(), new)


def test_an_attestation_expired_by_itself_stays_lapsed_from_its_expiry() -> None:
    world, attestor, _new, _place = _attested()
    spare = next(key for key, person in world.people.items() if person.name == "newcomer")
    expires = world.time + 5_000
    world.accept(attestor, attestation(spare, expires=expires))
    world.later(10_000)
    world.accept(attestor, RevokeAttestation(f"{spare}/{1:020d}", "error"))
    assert world.get(Guard, spare).verified_until == expires


def test_travels_in_the_safety_lane() -> None:
    assert RevokeAttestation.lane == SAFETY_LANE


@settings(max_examples=20)
@given(acts=st.lists(st.booleans(), max_size=8))
def test_a_role_is_held_exactly_from_attestation_to_revocation(acts: list[bool]) -> None:
    world, attestor, new = attestor_world()
    number = -1
    is_live = False
    for is_attesting in acts:
        if is_attesting:
            world.accept(attestor, attestation(new))
            number += 1
            is_live = True
        else:
            op = RevokeAttestation(f"{new}/{max(number, 0):020d}", "request")
            if is_live:
                world.accept(attestor, op)
            else:
                world.refuse(attestor, AttestationNotLive, op)
            is_live = False
        assert (Role.ORDINARY in roles(world.draft(), new)) == is_live
        assert accounts_of(world.draft(), new) == [new]


@pytest.mark.parametrize("reason", ["fraud", "request"])
def test_an_organisation_keeps_its_second_approver_and_loses_its_duty(reason: str) -> None:
    """A thief with one key gains nothing by the owner's disgrace."""
    world = World()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    alice = world.person("alice")
    world.trust(bank, alice)
    minting = IssueMoney("cny", alice, 5 * CNY, "ref")
    world.accept(regulator, RevokeAttestation(f"{bank}/{0:020d}", reason))  # type: ignore[arg-type]
    world.refuse(bank, NotAuthority, minting)
    keys = (Signer(1, Person("thief").key.hex(), 1), Signer(1, Person("bank").key.hex(), 1))
    change = SetSigners(keys, Thresholds(1, 1, 1))
    (receipt,) = world.block(world.tx(bank, change, signers=[bank]))
    assert (receipt.status, receipt.refusal) == ("not_admitted", "kernel.SecondApproverNeeded")


def test_whoever_is_barred_from_leaving_does_not_leave_by_closing() -> None:
    world = World()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    alice, bob, other = [world.person(name) for name in ("alice", "bob", "other")]
    world.accept(regulator, RevokeAttestation(f"{alice}/{0:020d}", "sanction"))
    assert world.refuse(alice, RoleTooLow, Close(bob)) == {"needs": ["ordinary"]}
    world.accept(regulator, RevokeAttestation(f"{other}/{0:020d}", "request"))
    world.accept(other, Close(bob))

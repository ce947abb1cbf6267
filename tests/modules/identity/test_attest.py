"""identity.attest: from visitor to user on an attestor's word (people.md 4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind, Role, Signer, Thresholds
from ctn.kernel.country import COUNTRIES, is_country
from ctn.kernel.refusal import (
    AccountClosed,
    Malformed,
    NotAuthority,
    RoleTooLow,
    SecondApproverNeeded,
)
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.records import Guard, SignerLimit
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.attest import AttestorQuotaSpent, BadCountry, OwnerAccountsFull
from ctn.modules.identity.levels import ExpiryOutOfRange, LevelKindMismatch
from ctn.modules.identity.reads import accounts_of, is_affiliated, is_same_owner, owner_key, roles
from ctn.modules.identity.records import Attestation, AttestorDay
from tests.modules.accounts.worlds import guarded
from tests.modules.identity.worlds import LATER, attestation, attestor_world, commitment
from tests.worlds import DAY, Person, World


def test_makes_a_visitor_a_user() -> None:
    world, attestor, new = attestor_world()
    world.refuse(new, RoleTooLow, Transfer("cny", 1, attestor))
    events = world.accept(attestor, attestation(new))
    place = f"{new}/{0:020d}"
    assert events == [
        {"event": "identity.Attested", "op": 0, "attestation": place, "subject": new,
         "attestor": attestor, "level": 2, "kind": "person", "expires": LATER}
    ]  # fmt: skip
    assert world.get(Guard, new) == Guard(False, (), (), 0, "person", LATER)
    held = world.get(Attestation, place)
    assert (held.status, held.issued, held.reason) == ("live", world.time, None)
    world.accept(new, Transfer("cny", 1, attestor))


def test_refuses_an_account_that_was_closed_in_this_block_or_before() -> None:
    world, attestor, _new = attestor_world()
    new = world.person("leaver")
    closing, attesting = world.tx(new, Close(attestor)), world.tx(attestor, attestation(new))
    outcome = world.outcome([closing, attesting])
    assert b'"kernel.AccountClosed"' in outcome.receipts[1]
    world.empty_block()  # in which what was left of the account ends
    world.refuse(attestor, AccountClosed, attestation(new))
    assert world.get(Guard, new).kind is None


@pytest.mark.parametrize(
    ("level", "kind", "role"),
    [(1, "person", Role.ORDINARY), (3, "enterprise", Role.ENTERPRISE)],
)
def test_each_kind_has_its_role(level: int, kind: str, role: Role) -> None:
    world, attestor, new = attestor_world()
    world.second_signer(new)
    world.accept(attestor, attestation(new, level=level, kind=kind))
    held = roles(world.draft(), new)
    assert role in held
    assert (Role.ENTERPRISE in held) == (kind == "enterprise")


def test_an_organisation_sends_to_trusted_addresses_only_until_it_says_otherwise() -> None:
    world, attestor, new = attestor_world()
    world.second_signer(new)
    world.accept(attestor, attestation(new))
    assert not world.get(Guard, new).trusted_only
    firm = attestation(new, level=3, kind="enterprise")
    world.accept(attestor, firm)
    assert world.get(Guard, new) == Guard(True, (), (), 0, "enterprise", LATER)
    world.accept(new, SetGuard(False, (), (), 0))
    world.later(3 * DAY)
    world.empty_block()
    world.accept(attestor, firm)
    assert not world.get(Guard, new).trusted_only


def test_a_second_attestation_replaces_the_first_and_keeps_the_owner_key() -> None:
    world, attestor, new = attestor_world()
    world.accept(attestor, attestation(new, "zhang", "li"))
    key = owner_key(world.draft(), new)
    assert key == min(commitment("zhang"), commitment("li"))
    world.accept(attestor, attestation(new, "zhang", "li", "wang", level=1))
    assert world.get(Attestation, f"{new}/{0:020d}").status == "replaced"
    assert world.get(Attestation, f"{new}/{1:020d}").status == "live"
    assert owner_key(world.draft(), new) == key


def test_accounts_that_share_an_owner_belong_together() -> None:
    world, attestor, new = attestor_world()
    other, third = world.stranger("other"), world.stranger("third")
    world.accept(attestor, attestation(new, "zhang"))
    world.accept(attestor, attestation(other, "zhang", "li"))
    affiliates = (commitment("li"),)
    world.accept(attestor, attestation(third, "wang", affiliates=affiliates))
    ledger = world.draft()
    assert accounts_of(ledger, new) == sorted([new, other])
    assert is_same_owner(ledger, new, other)
    assert is_affiliated(ledger, other, third)
    assert not is_affiliated(ledger, new, third)


def test_only_an_attestor_attests() -> None:
    world, attestor, new = attestor_world()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    for sender in (world.person("alice"), regulator, new):
        world.refuse(sender, NotAuthority, attestation(new))
    world.accept(attestor, attestation(new))


@pytest.mark.parametrize(("level", "kind"), [(3, "person"), (1, "enterprise"), (2, "institution")])
def test_refuses_when_level_and_kind_do_not_match(level: int, kind: str) -> None:
    world, attestor, new = attestor_world()
    world.refuse_at_door(attestor, LevelKindMismatch, attestation(new, level=level, kind=kind))


@pytest.mark.parametrize("country", ["XX", "cn", "C ", "UK"])
def test_refuses_a_country_that_is_none(country: str) -> None:
    world, attestor, new = attestor_world()
    world.refuse_at_door(attestor, BadCountry, attestation(new, country=country))


def test_knows_249_countries() -> None:
    codes = COUNTRIES.split(" ")
    assert len(codes) == len(dict.fromkeys(codes)) == 249
    assert codes == sorted(codes)
    assert all(is_country(code) for code in codes)
    assert not any(is_country(code) for code in ("", " ", "D AE", "cn", "CHN"))


@pytest.mark.parametrize(
    ("level", "kind", "days"), [(1, "person", 731), (2, "person", 731), (3, "enterprise", 366)]
)
def test_an_expiry_lies_within_the_validity_of_the_level(level: int, kind: str, days: int) -> None:
    world, attestor, new = attestor_world()
    world.second_signer(new)
    last = world.time + 1_000 + days * DAY
    late = attestation(new, level=level, kind=kind, expires=last + 1)
    world.refuse(attestor, ExpiryOutOfRange, late)
    past = attestation(new, level=level, kind=kind, expires=world.time + 1_000)
    world.refuse(attestor, ExpiryOutOfRange, past)
    last = world.time + 1_000 + days * DAY
    world.accept(attestor, attestation(new, level=level, kind=kind, expires=last))


def test_refuses_an_organisation_that_cannot_bring_two_approvers() -> None:
    world, attestor, new = attestor_world()
    firm = attestation(new, level=3, kind="enterprise")
    world.refuse(attestor, SecondApproverNeeded, firm)
    world.accept(attestor, attestation(new))


def test_refuses_above_the_quota_of_a_day() -> None:
    world, attestor, new = attestor_world(attest_day_max=2)
    other = world.authority("other", DutyKind.ATTESTOR)
    world.accept(attestor, attestation(new), attestation(new))
    world.refuse(attestor, AttestorQuotaSpent, attestation(new))
    world.accept(other, attestation(new))
    world.later(DAY)
    world.accept(attestor, attestation(new))
    assert world.get(AttestorDay, attestor).count == 1


def test_an_owner_has_at_most_64_accounts() -> None:
    world, attestor, new = attestor_world()
    for number in range(63):
        world.person(f"account {number}", 0, "zhang")
    last = world.stranger("last")
    world.accept(attestor, attestation(new, "zhang"))
    facts = world.refuse(attestor, OwnerAccountsFull, attestation(last, "zhang", "li"))
    assert facts == {"accounts": 65, "limit": 64}
    world.accept(attestor, attestation(new, "zhang"))


def test_no_account_comes_to_share_owners_with_more_than_64() -> None:
    world, attestor, new = attestor_world()
    bridge, left, spare = [world.stranger(name) for name in ("bridge", "left", "spare")]
    for number in range(32):
        world.person(f"left {number}", 0, "left")
        world.person(f"right {number}", 0, "right")
    # The accounts of `left` would still be few, but those of `bridge` would be 65.
    world.accept(attestor, attestation(bridge, "left", "third"))
    for number in range(31):
        world.accept(attestor, attestation(_address(world, f"right {number}"), "right", "third"))
    world.refuse(attestor, OwnerAccountsFull, attestation(left, "left"))
    world.accept(attestor, attestation(spare, "right"))
    world.accept(attestor, attestation(new, "fourth"))


def _address(world: World, name: str) -> str:
    return next(key for key, person in world.people.items() if person.name == name)


def test_lists_have_their_limits() -> None:
    world, attestor, new = attestor_world()
    world.accept(attestor, attestation(new, *"abcd", affiliates=("22" * 32,) * 8))
    for op in (
        attestation(new, *"abcde"),
        attestation(new, owners=()),
        attestation(new, affiliates=("22" * 32,) * 9),
        attestation(new, level=0),
        attestation(new, level=4),
        attestation(new, country="CHN"),
        attestation(new, credential="AA" * 32),
    ):
        with pytest.raises(Malformed):
            world.tx(attestor, op)


@settings(max_examples=20)
@given(acts=st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("pqr")), max_size=8))
def test_at_most_one_attestation_of_a_subject_lives(acts: list[tuple[str, str]]) -> None:
    world = World()
    attestor = world.authority("attestor", DutyKind.ATTESTOR)
    people = {name: world.stranger(name, 0) for name in "xyz"}
    last: dict[str, str] = {}
    for name, owner in acts:
        world.accept(attestor, attestation(people[name], owner))
        last[name] = owner
    ledger = world.draft()
    for name, owner in last.items():
        mine = [people[other] for other, held in last.items() if held == owner]
        assert accounts_of(ledger, people[name]) == sorted(mine)
        live = [
            found
            for _place, found in ledger.scan(Attestation, people[name] + "/", 1_000)
            if found.status == "live"
        ]
        assert [found.owners for found in live] == [(commitment(owner),)]


@pytest.mark.parametrize("kind", ["enterprise", "institution"])
def test_an_organisation_is_never_attested_as_a_person(kind: str) -> None:
    """Else one attestor could take its second approver away."""
    world, attestor, new = attestor_world()
    world.second_signer(new)
    world.accept(attestor, attestation(new, level=3, kind=kind))
    facts = world.refuse(attestor, LevelKindMismatch, attestation(new))
    assert facts == {"level": 2, "kind": "person", "was": kind}


def test_a_limited_signer_makes_no_second_approver() -> None:
    world, attestor, new = attestor_world()
    world.second_signer(new)
    second = next(one for one in world.signers[new] if one != new)
    key = world.people[second].key.hex()
    world.put(SignerLimit(("trade",)), f"{new}/1-{key}")
    firm = attestation(new, level=3, kind="enterprise")
    assert world.refuse(attestor, SecondApproverNeeded, firm) == {"have": 1, "need": 2}


def test_no_organisation_comes_of_a_recovery_to_one_key() -> None:
    world, attestor, _new = attestor_world()
    new = world.person("alice")
    guards = [world.person(f"guard{number}") for number in range(2)]
    guarded(world, new, guardians=tuple(guards), guardian_threshold=2)
    world.second_signer(new)
    lone = Recover(new, (Signer(1, Person("lone").key.hex(), 1),), Thresholds(1, 1, 1))
    for guard in guards:
        world.accept(guard, lone)
    firm = attestation(new, level=3, kind="enterprise")
    assert world.refuse(attestor, SecondApproverNeeded, firm) == {"have": 1, "need": 2}

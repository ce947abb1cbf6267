"""Revealing what a certificate hides."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.registry.intervals import NotYours
from ctn.modules.registry.records import Beneficiary, Certificate, Opening
from ctn.modules.registry.retirement import (
    BadCountry,
    BadPeriod,
    LeiInvalid,
    commitment_of,
)
from ctn.modules.registry.reveal import CertificateNotFound, CommitmentMismatch, Reveal
from tests.modules.registry.worlds import (
    BATCH,
    TONNE,
    all_of,
    put_batch,
    retiring,
)
from tests.worlds import World

SALT = bytes(range(32)).hex()
NAME = Beneficiary("Ocean Tea", None, None, "CN")
HIDDEN_NAME = Opening(NAME, "", None, "", None, None)
SEALED = Opening(NAME, "the crew", "gift", "Thanks", "2026-01-01", "2026-12-31")


def hiding(privacy: str, opening: Opening) -> tuple[World, str, str]:
    """A world where alice has a certificate that hides an opening."""
    world = World()
    alice = world.person("alice")
    world.person("bob")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    commitment = commitment_of(opening, privacy, SALT)
    world.accept(alice, retiring(privacy=privacy, commitment=commitment))
    return world, alice, all_of(world, Certificate)[0].id


def opening_with(**changes: Any) -> Opening:
    fields: dict[str, Any] = {
        "beneficiary": NAME, "on_behalf_of": "", "purpose": None, "message": "",
        "period_start": None, "period_end": None,
    }  # fmt: skip
    return Opening(**(fields | changes))


def test_publishes_a_hidden_name_and_changes_nothing_else() -> None:
    world, alice, certificate = hiding("name_hidden", HIDDEN_NAME)
    before = world.get(Certificate, certificate)
    events = world.accept(alice, Reveal(certificate, SALT, HIDDEN_NAME))
    assert world.get(Certificate, certificate) == before.replace(opened=HIDDEN_NAME)
    assert events == [
        {"event": "registry.Revealed", "op": 0, "certificate": certificate, "holder": alice}
    ]


def test_publishes_all_that_was_sealed() -> None:
    world, alice, certificate = hiding("sealed", SEALED)
    world.accept(alice, Reveal(certificate, SALT, SEALED))
    assert world.get(Certificate, certificate).opened == SEALED


def test_refuses_fields_that_cannot_be() -> None:
    world, alice, certificate = hiding("sealed", SEALED)
    bad = opening_with(beneficiary=Beneficiary("x", None, None, "XX"))
    world.refuse_at_door(alice, BadCountry, Reveal(certificate, SALT, bad))
    bad = opening_with(beneficiary=Beneficiary("x", "A" * 18 + "00", None, None))
    world.refuse_at_door(alice, LeiInvalid, Reveal(certificate, SALT, bad))
    bad = opening_with(period_start="2026-01-01")
    world.refuse_at_door(alice, BadPeriod, Reveal(certificate, SALT, bad))


def test_refuses_an_unknown_certificate_and_one_that_hides_nothing() -> None:
    world, alice, certificate = hiding("name_hidden", HIDDEN_NAME)
    world.refuse(alice, CertificateNotFound, Reveal("r-" + "0" * 24, SALT, HIDDEN_NAME))
    world.accept(alice, Reveal(certificate, SALT, HIDDEN_NAME))
    world.refuse(alice, CertificateNotFound, Reveal(certificate, SALT, HIDDEN_NAME))
    world.accept(alice, retiring())
    public = next(c.id for c in all_of(world, Certificate) if c.privacy == "public")
    world.refuse(alice, CertificateNotFound, Reveal(public, SALT, HIDDEN_NAME))


def test_refuses_anyone_but_the_holder() -> None:
    world, _alice, certificate = hiding("name_hidden", HIDDEN_NAME)
    bob = next(p.address for p in world.people.values() if p.name == "bob")
    world.refuse(bob, NotYours, Reveal(certificate, SALT, HIDDEN_NAME))


def test_refuses_what_does_not_open_the_commitment() -> None:
    world, alice, certificate = hiding("name_hidden", HIDDEN_NAME)
    world.refuse(alice, CommitmentMismatch, Reveal(certificate, "00" * 32, HIDDEN_NAME))
    other = opening_with(on_behalf_of="x")
    world.refuse(alice, CommitmentMismatch, Reveal(certificate, SALT, other))


def test_refuses_to_add_what_was_never_hidden() -> None:
    world, alice, certificate = hiding("name_hidden", HIDDEN_NAME)
    for changes in ({"purpose": "gift"}, {"message": "x"}):
        more = opening_with(**changes)
        world.refuse(alice, CommitmentMismatch, Reveal(certificate, SALT, more))


@given(st.text("abcXYZ 汉字é", max_size=20), st.text("abc", max_size=9), st.integers(0, 255))
@settings(max_examples=20)
def test_only_the_very_opening_and_salt_open(name: str, behalf: str, byte: int) -> None:
    opening = Opening(Beneficiary(name, None, None, None), behalf, None, "", None, None)
    salt = bytes([byte] * 32).hex()
    known = commitment_of(opening, "name_hidden", salt)
    assert known == commitment_of(opening, "name_hidden", salt)
    assert known != commitment_of(opening, "sealed", salt)
    other = Opening(Beneficiary(name + "x", None, None, None), behalf, None, "", None, None)
    assert known != commitment_of(other, "name_hidden", salt)
    assert known != commitment_of(opening, "name_hidden", bytes([byte ^ 1] * 32).hex())

"""Worlds with an attestor, and an attestation to change one field of."""

import hashlib

from ctn.kernel.account import DutyKind
from ctn.modules.identity.attest import Attest
from tests.worlds import DAY, START, World

LATER = START + 300 * DAY


def commitment(name: str) -> str:
    """A hash that stands for an owner."""
    return hashlib.sha256(b"owner/" + name.encode()).hexdigest()


def attestation(subject: str, *owners: str, **changes: object) -> Attest:
    """The attestation of a person at level 2, in China, for 300 days, with some fields changed."""
    fields: dict[str, object] = {
        "subject": subject,
        "level": 2,
        "kind": "person",
        "country": "CN",
        "owners": tuple([commitment(owner) for owner in owners or ("zhang",)]),
        "affiliates": (),
        "credential": "11" * 32,
        "expires": LATER,
    }
    return Attest(**(fields | changes))  # type: ignore[arg-type]


def attestor_world(**params: int | str) -> tuple[World, str, str]:
    """A world, an attestor, and a newcomer without attestation."""
    world = World(**params)
    return world, world.authority("attestor", DutyKind.ATTESTOR), world.stranger("newcomer")

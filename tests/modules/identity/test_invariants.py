"""What the recount of identity finds: a guard that says other than the one live attestation."""

import pytest

from ctn.kernel.invariant import Breach
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.identity.records import Attestation
from tests.worlds import FOREVER, START, World


def test_finds_a_guard_without_attestation() -> None:
    world = World()
    world.put(Guard(False, (), (), 0, PERSON, FOREVER), world.stranger("alice"))
    with pytest.raises(Breach, match="guard-as-attested"):
        world.recount()


def test_finds_a_guard_unlike_its_attestation() -> None:
    for guard in (
        Guard(False, (), (), 0, PERSON, FOREVER - 1),
        Guard(False, (), (), 0, "enterprise", FOREVER),
        Guard(False, (), (), 0, None, 0),
    ):
        world = World()
        world.put(guard, world.person("alice"))
        with pytest.raises(Breach, match="guard-as-attested"):
            world.recount()


def test_finds_two_live_attestations_of_one_subject() -> None:
    world = World()
    alice = world.person("alice")
    second = Attestation(
        f"{alice}/{1:020d}", alice, alice, 2, PERSON, "CN", ("55" * 32,), (), "00" * 32, START,
        FOREVER, "live", None,
    )  # fmt: skip
    world.put(second)
    with pytest.raises(Breach, match="one-live-attestation"):
        world.recount()


def test_takes_a_lapsed_guard_without_a_live_attestation() -> None:
    world = World()
    world.put(Guard(False, (), (), 0, PERSON, START), world.stranger("alice"))
    world.recount()

"""Attestation: the named verifier vouches, and 30 days begin."""

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import NotAuthority
from ctn.modules.identity.records import Attestation, Duty
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.cpoes import CpoeAffiliated, CpoeNotOpen, NotVerifier
from tests.modules.staking.worlds import StakeWorld, named
from tests.worlds import DAY

HOUR = 3_600_000


def ready() -> tuple[StakeWorld, str, str]:
    """A filed record."""
    world = StakeWorld()
    north = world.operator("north")
    world.authority("second", DutyKind.VERIFIER)
    return world, north, world.filed(north)


def test_the_named_verifier_vouches() -> None:
    world, _north, cpoe = ready()
    (event,) = world.accept(world.verifier, AttestCpoe(cpoe))
    assert event == {
        "event": "staking.CpoeAttested", "op": 0, "cpoe": cpoe, "verifier": world.verifier
    }  # fmt: skip
    assert (world.cpoe(cpoe).status, world.cpoe(cpoe).attested) == ("attested", world.time)


def test_refuses_what_is_not_filed() -> None:
    world, _north, cpoe = ready()
    world.refuse(world.verifier, CpoeNotOpen, AttestCpoe("c-" + "0" * 24))
    world.accept(world.verifier, AttestCpoe(cpoe))
    assert world.refuse(world.verifier, CpoeNotOpen, AttestCpoe(cpoe)) == {
        "cpoe": cpoe, "status": "attested"
    }  # fmt: skip


def test_refuses_another_verifier_and_whoever_is_none() -> None:
    world = StakeWorld()
    north = world.operator("north")
    second = world.authority("second", DutyKind.VERIFIER)
    cpoe = world.filed(north)
    world.refuse(second, NotVerifier, AttestCpoe(cpoe))
    world.refuse(north, NotAuthority, AttestCpoe(cpoe))


def test_refuses_a_verifier_of_another_class_since_then() -> None:
    world, _north, cpoe = ready()
    place = f"{world.verifier}/verifier"
    world.write(world.get(Duty, place).replace(scope="gs"))
    world.refuse(world.verifier, NotVerifier, AttestCpoe(cpoe))


def test_refuses_a_verifier_that_has_become_an_affiliate() -> None:
    world, north, cpoe = ready()
    place = f"{north}/{0:020d}"
    theirs = world.get(Attestation, f"{world.verifier}/{0:020d}").owners
    world.write(world.get(Attestation, place).replace(affiliates=theirs), place)
    world.refuse(world.verifier, CpoeAffiliated, AttestCpoe(cpoe))


def test_a_record_that_nobody_attests_in_30_days_lapses_and_frees_what_it_used() -> None:
    world, north, cpoe = ready()
    world.later(29 * DAY)
    world.next_epoch()
    world.later(17 * HOUR)
    world.refuse(world.verifier, CpoeNotOpen, AttestCpoe(cpoe))
    (event,) = named(world.next_epoch(), "CpoeLapsed")
    assert (event["cpoe"], event["owner"]) == (cpoe, north)
    world.filed(north)

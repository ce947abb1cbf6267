"""Challenges: one, with a bond, within 30 days, by no affiliate of the owner."""

from ctn.kernel.refusal import InsufficientBalance, RoleTooLow
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.cpoes import (
    CHALLENGE_BOND,
    CpoeAffiliated,
    CpoeNotOpen,
    challenge_escrow,
)
from tests.modules.staking.worlds import DOCUMENT, StakeWorld, named
from tests.worlds import CNY, DAY

HOUR = 3_600_000


def ready() -> tuple[StakeWorld, str, str]:
    """An attested record, and who doubts it."""
    world = StakeWorld()
    north, alice = world.operator("north"), world.person("alice", cny=1_100)
    world.person("poor", cny=999)
    world.person("sister", cny=2_000, owner="north")
    cpoe = world.filed(north)
    world.accept(world.verifier, AttestCpoe(cpoe))
    return world, alice, cpoe


def test_a_bond_is_locked_until_the_council_rules() -> None:
    world, alice, cpoe = ready()
    (event,) = world.accept(alice, ChallengeCpoe(cpoe, DOCUMENT))
    assert event == {
        "event": "staking.CpoeChallenged", "op": 0, "cpoe": cpoe, "challenger": alice,
        "evidence": DOCUMENT,
    }  # fmt: skip
    record = world.cpoe(cpoe)
    assert (record.status, record.challenger, record.challenge) == ("challenged", alice, DOCUMENT)
    assert world.balance(challenge_escrow(cpoe)) == CHALLENGE_BOND == 1_000 * CNY


def test_without_a_ruling_the_challenge_falls_after_30_days() -> None:
    world, alice, cpoe = ready()
    world.later(29 * DAY)
    world.accept(alice, ChallengeCpoe(cpoe, DOCUMENT))
    before = world.balance(alice)
    for _ in range(29):
        assert not named(world.next_epoch(), "CpoeValid")
    world.later(2 * DAY)
    (event,) = named(world.next_epoch(), "CpoeValid")
    assert event["cpoe"] == cpoe
    assert world.balance(alice) == before + CHALLENGE_BOND
    assert world.cpoe(cpoe).status == "valid"


def test_refuses_what_is_not_attested_and_a_second_challenge() -> None:
    world, alice, cpoe = ready()
    world.refuse(alice, CpoeNotOpen, ChallengeCpoe("c-" + "0" * 24, DOCUMENT))
    world.accept(alice, ChallengeCpoe(cpoe, DOCUMENT))
    world.refuse(world.reserve, CpoeNotOpen, ChallengeCpoe(cpoe, DOCUMENT))


def test_refuses_after_30_days() -> None:
    world, alice, cpoe = ready()
    world.later(29 * DAY)
    world.next_epoch()
    world.later(17 * HOUR)
    world.refuse(alice, CpoeNotOpen, ChallengeCpoe(cpoe, DOCUMENT))


def test_refuses_the_owner_and_an_affiliate_who_would_lose_nothing() -> None:
    world, _alice, cpoe = ready()
    for address in (world.cpoe(cpoe).owner, named_address(world, "sister")):
        world.refuse(address, CpoeAffiliated, ChallengeCpoe(cpoe, DOCUMENT))


def test_refuses_a_visitor_and_who_cannot_pay_the_bond() -> None:
    world, _alice, cpoe = ready()
    poor = named_address(world, "poor")
    world.refuse(poor, InsufficientBalance, ChallengeCpoe(cpoe, DOCUMENT))
    world = StakeWorld()
    visitor = world.stranger("visitor", cny=2_000)
    world.refuse(visitor, RoleTooLow, ChallengeCpoe(cpoe, DOCUMENT))


def named_address(world: StakeWorld, name: str) -> str:
    """The address of a named person."""
    return next(address for address, known in world.people.items() if known.name == name)


def test_a_locked_account_puts_up_no_bond() -> None:
    world, alice, cpoe = ready()
    world.accept(alice, Lock(alice))
    world.refuse(alice, AccountLocked, ChallengeCpoe(cpoe, DOCUMENT))

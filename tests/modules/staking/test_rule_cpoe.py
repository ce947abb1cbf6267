"""Rulings: a valid record counts, a false one costs twice its tonnes and a year of bonus."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import NotAuthority
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.cpoes import CHALLENGE_BOND, CpoeNotOpen, challenge_escrow
from ctn.modules.staking.records import Evidence, slashed
from ctn.modules.staking.rule_cpoe import RuleCpoe
from ctn.modules.staking.unbond import Unbond
from tests.modules.registry.worlds import all_of
from tests.modules.staking.worlds import DOCUMENT, FRESH, OLD, TONNE, StakeWorld, named
from tests.worlds import DAY


def ready(tonnes: int = 3_000, claimed: int = 1_000) -> tuple[StakeWorld, str, str]:
    """A challenged record of a bonded operator."""
    world = StakeWorld()
    north = world.operator("north", tonnes=tonnes)
    cpoe = world.filed(north, tonnes=claimed)
    world.accept(world.verifier, AttestCpoe(cpoe))
    world.accept(world.reserve, ChallengeCpoe(cpoe, DOCUMENT))
    return world, north, cpoe


def test_ruled_valid_the_bond_goes_to_the_treasury_and_the_tonnes_count() -> None:
    world, north, cpoe = ready()
    (event,) = world.council(RuleCpoe(cpoe, True))
    assert event == {
        "event": "staking.CpoeValid", "op": 0, "cpoe": cpoe, "owner": north, "tonnes": 1_000
    }  # fmt: skip
    assert world.balance("fund:treasury") == CHALLENGE_BOND
    assert world.balance(challenge_escrow(cpoe)) == 0
    world.next_epoch()
    # 1,000 t of 101,000 t are 24 basis points, down.
    assert world.validator(north).bonus_bp == 2_500 * 1_000 // 101_000 == 24


def test_ruled_false_the_bond_comes_back_and_twice_the_tonnes_are_lost() -> None:
    world, north, cpoe = ready()
    before = world.balance(world.reserve)
    revoked, cost = world.council(RuleCpoe(cpoe, False))
    assert (revoked["event"], revoked["tonnes"]) == ("staking.CpoeRevoked", 1_000)
    assert cost["event"] == "staking.Slashed"
    assert cost["lots"] == ((FRESH, 2_000),)
    assert world.balance(world.reserve) == before + CHALLENGE_BOND
    assert world.lot(north) == 1_000
    (evidence,) = all_of(world, Evidence)
    assert world.balance(slashed(evidence.id), FRESH) == 2_000 * TONNE
    assert evidence.document == DOCUMENT


def test_for_365_days_no_record_of_the_owner_counts() -> None:
    world, north, cpoe = ready(tonnes=9_000)
    world.council(RuleCpoe(cpoe, True))
    world.next_epoch()
    assert world.validator(north).bonus_bp == 24
    world.council(RuleCpoe(cpoe, False))
    assert world.validator(north).barred_until == world.time + 365 * DAY
    world.next_epoch()
    assert world.validator(north).bonus_bp == 0


def test_the_slash_is_at_most_the_bond_and_takes_what_was_put_out_since() -> None:
    world, north, cpoe = ready(tonnes=1_500)
    world.accept(north, Unbond(FRESH, 700))
    (_revoked, cost) = world.council(RuleCpoe(cpoe, False))
    assert cost["lots"] == ((FRESH, 1_500),)
    assert world.lot(north) == 0
    assert world.balance(f"unbonding:{north}", FRESH) == 0


def test_what_was_put_out_before_the_record_was_filed_is_not_liable() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000)
    world.accept(north, Unbond(FRESH, 1_500))
    cpoe = world.filed(north, tonnes=1_000)
    world.accept(world.verifier, AttestCpoe(cpoe))
    (_revoked, cost) = world.council(RuleCpoe(cpoe, False))
    assert cost["lots"] == ((FRESH, 500),)


def test_who_has_nothing_bonded_loses_nothing_and_is_still_barred() -> None:
    world = StakeWorld()
    north = world.operator("north")
    cpoe = world.filed(north)
    world.accept(world.verifier, AttestCpoe(cpoe))
    (event,) = world.council(RuleCpoe(cpoe, False))
    assert event["event"] == "staking.CpoeRevoked"
    assert world.validator(north).barred_until > world.time


def test_a_revoked_record_frees_its_period_and_not_its_serials() -> None:
    world, north, cpoe = ready(tonnes=9_000)
    world.council(RuleCpoe(cpoe, False))
    world.filed(north, tonnes=10, first=7_000)
    assert world.cpoe(cpoe).status == "revoked"


def test_refuses_by_status() -> None:
    world, north, cpoe = ready(tonnes=9_000)
    world.refuse(north, NotAuthority, RuleCpoe(cpoe, True))
    world.council_refuse(CpoeNotOpen, RuleCpoe("c-" + "0" * 24, True))
    world.council(RuleCpoe(cpoe, True))
    world.council_refuse(CpoeNotOpen, RuleCpoe(cpoe, True))
    world.council(RuleCpoe(cpoe, False))
    world.council_refuse(CpoeNotOpen, RuleCpoe(cpoe, False))


def test_refuses_what_no_verifier_attested() -> None:
    world = StakeWorld()
    cpoe = world.filed(world.operator("north"))
    for valid in (True, False):
        world.council_refuse(CpoeNotOpen, RuleCpoe(cpoe, valid))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5_000), st.integers(1_000, 4_000), st.integers(0, 2_000))
def test_a_false_record_never_costs_more_than_twice_its_tonnes_or_the_bond(
    claimed: int, fresh: int, old: int
) -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=fresh)
    world.hold(north, old, OLD)
    cpoe = world.filed(north, tonnes=claimed, first=10_000)
    world.accept(world.verifier, AttestCpoe(cpoe))
    events = world.council(RuleCpoe(cpoe, False))
    taken = sum(tonnes for row in named(events, "Slashed") for _batch, tonnes in row["lots"])
    assert taken == min(2 * claimed, fresh)
    assert world.balance(north, OLD) == old * TONNE

"""Epochs: credit, jail, weights, churn, the least set, fees, and what is due between blocks."""

from ctn.kernel.ledger import Consensus
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.hooks import next_due
from ctn.modules.staking.power import target_powers, weigh
from ctn.modules.staking.records import ConsensusAddress, Liveness, Power
from ctn.modules.staking.rules import powers
from ctn.modules.staking.unbond import Unbond
from tests.modules.registry.worlds import METHODOLOGY, PROJECT, freeze_of
from tests.modules.staking.worlds import FRESH, OLD, UTC8, StakeWorld, named, quarter_end
from tests.worlds import DAY


def equal(count: int, **params: int) -> tuple[StakeWorld, list[str]]:
    """So many operators with equal lots and equal power in force."""
    world = StakeWorld(**params)
    share = 1_000_000 // count
    return world, [world.operator(f"op {n}", tonnes=2_000, power=share) for n in range(count)]


# --- weights


def test_weights_give_the_powers_of_the_worked_example() -> None:
    world = StakeWorld()
    names = "abcdefgh"
    tonnes = (100_000, 60_000, 40_000, 30_000, 20_000, 20_000, 20_000, 10_000)
    operators = [world.operator(n, tonnes=t) for n, t in zip(names, tonnes, strict=True)]
    world.next_epoch()
    found = [world.power(operator) for operator in operators]
    assert found == [150_000] * 4 + [114_285] * 3 + [57_142]


def test_a_weight_is_made_of_quality_age_bonus_and_credit_in_this_order() -> None:
    world = StakeWorld(quality_default_bp=8_000)
    north = world.operator("north", tonnes=1_234, batch=OLD, credit=9_500)
    found = weigh(world.draft(), world.validator(north))
    # Vintage 2021 in 2027 is 6 years old: 100 % less three times 10 %.
    stake = 1_234_000 * 8_000 // 10_000 * 7_000 // 10_000
    assert found == (stake, 0, stake * 9_500 // 10_000)


def test_a_frozen_batch_keeps_its_weight_and_an_impaired_one_loses_it() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000, batch=OLD)
    freeze_of(world, "batch")
    before = weigh(world.draft(), world.validator(north))
    assert before.weight > 0
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000, batch=OLD)
    world._records[("batch", OLD)] = world._records[("batch", OLD)].replace(status="impaired")
    assert weigh(world.draft(), world.validator(north)) == (0, 0, 0)


def test_own_credits_weigh_nothing() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000)
    place = ("project", PROJECT)
    world._records[place] = world._records[place].replace(proponent=north)
    assert weigh(world.draft(), world.validator(north)).stake == 0


def test_who_is_below_the_least_bond_suspended_or_jailed_weighs_nothing() -> None:
    world = StakeWorld()
    low = world.operator("low", tonnes=999)
    waiting = world.operator("waiting", tonnes=2_000, suspended=True, credit=7_000)
    jailed = world.operator("jailed", tonnes=2_000, jailed_until=99_999)
    poor = world.operator("poor", tonnes=2_000, credit=5_999, suspended=True)
    good = world.operator("good", tonnes=1_000)
    world.next_epoch()
    assert [world.power(one) for one in (low, waiting, jailed, poor)] == [0] * 4
    assert world.power(good) == 1_000_000


def test_only_records_of_the_last_four_quarters_raise_a_weight() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000)
    end = quarter_end(world.time)
    year = 365 * DAY
    ends = (end - 1, end - year, end - year - 1, end)
    for number, period_end in enumerate(ends):
        start = period_end - (28 + number) * DAY
        world.put(
            Cpoe(
                f"c-{number:024x}", north, PROJECT, start, period_end, 10**number, METHODOLOGY,
                world.verifier, f"{number:064x}", ("x",), (("ctn", number, number),), "valid",
                0, 0, None, None, None,
            )
        )  # fmt: skip
    world.next_epoch()
    proven = 1 + 10
    assert world.validator(north).bonus_bp == 2_500 * proven // (proven + 100_000)


# --- credit


def test_credit_follows_the_share_signed_and_the_cut_comes_at_6000() -> None:
    world, (first, second) = equal(2)
    world.write(world.validator(second).replace(credit=6_100))
    world.write(Liveness(first, 49, 49, 0))
    world.write(Liveness(second, 49, 20, 0))
    events = world.next_epoch()
    assert world.validator(first).credit == (9 * 8_000 + 10_000) // 10
    fallen = (9 * 6_100 + 21 * 10_000 // 50) // 10
    assert world.validator(second).credit == fallen < 6_000
    assert named(events, "CreditFell")[0] == {
        "event": "staking.CreditFell", "op": 0, "operator": second, "credit": fallen
    }  # fmt: skip
    assert world.validator(second).suspended
    while world.power(second):
        world.next_epoch()


def test_a_suspended_operator_comes_back_by_250_an_epoch_and_returns_at_8000() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=2_000, credit=7_400, suspended=True)
    world.operator("south", tonnes=2_000, power=1_000_000)
    seen = []
    for _ in range(3):
        events = world.next_epoch()
        seen.append(world.validator(north).credit)
    assert seen == [7_650, 7_900, 8_000]
    assert named(events, "CreditRestored")
    assert world.power(north) > 0


def test_counting_begins_anew_with_each_epoch_and_the_run_of_absence_goes_on() -> None:
    world, (first, second) = equal(2)
    world.heights(3, absent=[second])
    world.next_epoch(absent=[second])
    assert world.get(Liveness, first) == Liveness(first, 0, 0, 0)
    assert world.get(Liveness, second) == Liveness(second, 0, 0, 4)


# --- jail


def test_absent_heights_running_jail_at_once_until_a_whole_epoch_has_passed() -> None:
    world, operators = equal(4, absent_max=5)
    gone = operators[0]
    assert not named(world.heights(4, absent=[gone]), "Jailed")
    world.heights(1)
    assert not named(world.heights(4, absent=[gone]), "Jailed")
    events = world.heights(1, absent=[gone])
    assert named(events, "Jailed")[0]["reason"] == "absent"
    assert named(events, "PowerChanged")[0]["power"] == 0
    assert world.power(gone) == 0
    assert world.lot(gone) == 2_000
    world.next_epoch()
    assert world.power(gone) == 0
    world.next_epoch()
    assert world.validator(gone).jailed_until is None
    assert world.power(gone) > 0


def test_half_of_an_epoch_missed_jails_for_the_next_one() -> None:
    world, operators = equal(4)
    gone, kept = operators[0], operators[1]
    world.write(Liveness(gone, 99, 49, 0))
    world.write(Liveness(kept, 99, 50, 0))
    events = world.next_epoch(absent=[gone, kept])
    assert [event["operator"] for event in named(events, "Jailed")] == [gone]
    assert named(events, "Jailed")[0]["reason"] == "half_absent"
    assert world.power(gone) == 0
    world.next_epoch()
    assert world.power(gone) > 0


def test_less_than_100_heights_jail_nobody() -> None:
    world, operators = equal(4)
    world.write(Liveness(operators[0], 98, 0, 0))
    assert not named(world.next_epoch(absent=[operators[0]]), "Jailed")


def test_the_last_of_the_set_stays_whatever_it_missed() -> None:
    world, (only,) = equal(1, absent_max=2)
    events = world.heights(2, absent=[only])
    assert named(events, "Jailed")
    assert named(events, "SetTooSmall")[0]["left"] == 0
    assert world.power(only) == 1_000_000


# --- the set


def test_powers_move_by_a_sixth_of_all_and_arrive() -> None:
    world, (first, second) = equal(2)
    world.accept(second, Unbond(FRESH, 2_000))
    seen = [world.power(second)]
    while world.power(second):
        world.next_epoch()
        seen.append(world.power(second))
    # Each epoch moves 166,600 in all: half of it is taken here, half given there.
    assert seen == [500_000, 416_700, 333_400, 250_100, 166_800, 83_500, 200, 0]
    assert world.power(first) == 1_000_000


def test_too_small_a_set_stays_as_it_is() -> None:
    world, operators = equal(4, min_validators=4)
    world.accept(operators[0], Unbond(FRESH, 2_000))
    for _ in range(3):
        events = world.next_epoch()
    before = world.powers()
    while not named(events, "SetTooSmall"):
        before = world.powers()
        events = world.next_epoch()
    assert named(events, "SetTooSmall")[0] == {
        "event": "staking.SetTooSmall", "op": 0, "left": 3, "least": 4
    }  # fmt: skip
    assert world.powers() == before


def test_a_fifth_operator_enters_with_the_next_epoch() -> None:
    world = StakeWorld(min_validators=4)
    for number in range(4):
        world.operator(f"op {number}", tonnes=2_000, power=250_000)
    fifth = world.operator("fifth", tonnes=2_000)
    events = world.next_epoch()
    assert world.power(fifth) == 166_600 // 2
    (entered,) = [e for e in named(events, "PowerChanged") if e["operator"] == fifth]
    assert (entered["before"], entered["power"]) == (0, 83_300)
    assert named(events, "EpochEnded")[0]["validators"] == 5


def test_founders_of_consensus_are_the_set_until_bonds_say_otherwise() -> None:
    world = StakeWorld(min_validators=1)
    north = world.operator("north", tonnes=2_000)
    nobody = "ab" * 32
    founders = ((world.key(north), 10), (nobody, 30))
    world.consensus(Consensus(founders=founders))
    assert world.powers() == dict(founders)
    known = world.get(ConsensusAddress, consensus_address(nobody))
    assert (known.pubkey, known.operator) == (nobody, "")
    assert world.get(Power, world.key(north)).operator == north
    for _ in range(12):
        world.next_epoch()
    assert world.powers() == {world.key(north): 1_000_000}


def test_a_founder_that_declares_its_key_is_its_operator() -> None:
    world = StakeWorld()
    north = world.firm("north")
    world.consensus(Consensus(founders=((world.key(north), 10),)))
    world.accept(north, world.declaring(north))
    world.heights(1)
    assert world.get(Liveness, north) == Liveness(north, 1, 1, 0)


def test_the_first_set_of_bonds_alone_follows_from_their_weights() -> None:
    world = StakeWorld()
    north, south = world.operator("north", tonnes=1_000), world.operator("south", tonnes=5_000)
    keys = {world.key(north): 500_000, world.key(south): 500_000}
    assert target_powers(world.draft()) == keys
    assert powers({"a": 1, "b": 5}) == {"a": 500_000, "b": 500_000}


# --- fees


def test_fees_go_by_power_and_heights_signed_and_the_treasury_has_its_part() -> None:
    world = StakeWorld()
    first, second = [world.operator(name, tonnes=2_000, power=500_000) for name in "ab"]
    world.grant("fees:tx", "cny", 1_003)
    world.put(Liveness(first, 9, 9, 0))
    world.put(Liveness(second, 9, 4, 0))
    events = world.next_epoch(absent=[second])
    (shared,) = named(events, "FeesShared")
    fees = shared["fees"]
    pot = fees * 8_000 // 10_000
    assert shared["treasury"] == fees - pot == world.balance("fund:treasury")
    by = dict(shared["shares"])
    assert by == {first: pot * 10 // 14, second: pot * 4 // 14}
    assert world.balance("fees:tx") == pot - sum(by.values()) <= 1


def test_under_one_block_maker_the_treasury_has_all() -> None:
    world = StakeWorld()
    north = world.firm("north")
    world.accept(north, world.declaring(north))
    fees = world.balance("fees:tx")
    world.next_epoch()
    assert world.balance("fund:treasury") == fees > 0
    assert world.balance("fees:tx") == 0


# --- time


def test_the_next_work_is_due_when_an_epoch_begins_and_anyone_has_a_stake() -> None:
    world = StakeWorld()
    assert next_due(world.draft()) is None
    world, _operators = equal(2)
    world.consensus()
    due = next_due(world.draft())
    assert due is not None
    assert (due + UTC8) % DAY == 0
    assert 0 < due - world.time <= DAY


def test_an_epoch_of_a_minute_ends_each_minute() -> None:
    world = StakeWorld(epoch_ms=60_000)
    world.operator("north", tonnes=1_000)
    world.consensus()
    assert named(world.consensus(after=60_000), "EpochEnded")
    assert not named(world.consensus(), "EpochEnded")
    assert named(world.consensus(after=59_000), "EpochEnded")


def test_an_epoch_where_nobody_stakes_does_nothing() -> None:
    world = StakeWorld()
    world.grant("fees:tx", "cny", 100)
    assert world.next_epoch() == []
    assert world.balance("fees:tx") == 100

"""The arithmetic of stake against the text of engine.md 17, and against fractions.

The second implementation below keeps exact fractions and pours water instead of walking the sorted
list, so that it shares neither the rounding nor the loop of the first.
"""

import datetime
import random
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.staking import rules

SETS = 100_000
SEED = 17
EAST = datetime.timezone(datetime.timedelta(hours=8))

weights_st = st.lists(st.integers(1, 10**15), min_size=1, max_size=100)


def poured(weights: list[int]) -> Fraction:
    """The water level: the cap at which the largest holds exactly its share, by bisection."""
    count = len(weights)
    share = Fraction(max(1500, -(-10_000 // count)), 10_000)
    largest = max(weights)
    if largest <= share * sum(weights):
        return Fraction(largest)
    # Above the level the largest has more than its share of what is left, below it less.
    for over in range(1, count + 1):
        falling = sorted(weights, reverse=True)
        rest = sum(falling[over:])
        level = share * rest / (1 - over * share) if over * share < 1 else None
        if level is None:
            return Fraction(falling[-1])
        following = falling[over] if over < count else 0
        if following <= level <= falling[over - 1]:
            return level
    raise AssertionError("no level")


def test_the_worked_example() -> None:
    weights = dict(
        zip("abcdefgh", (100_000, 60_000, 40_000, 30_000, 20_000, 20_000, 20_000, 10_000),
            strict=True)
    )  # fmt: skip
    assert rules.weight_cap(list(weights.values())) == 26_250
    assert list(rules.powers(weights).values()) == [150_000] * 4 + [114_285] * 3 + [57_142]


def test_fractions_agree_on_many_random_sets() -> None:
    chance = random.Random(SEED)
    for _ in range(SETS):
        count = chance.randint(1, 12)
        weights = [chance.randint(1, 10 ** chance.randint(1, 12)) for _ in range(count)]
        level = poured(weights)
        cap = rules.weight_cap(weights)
        # The loop floors one quotient, and may stop a place later for that floor.
        assert level - 1 <= cap <= level, (weights, cap, level)


@given(weights_st)
def test_no_power_passes_the_share_by_more_than_rounding(weights: list[int]) -> None:
    named = {f"{place:03d}": weight for place, weight in enumerate(weights)}
    found = rules.powers(named)
    count = len(weights)
    share = max(1500, -(-10_000 // count))
    cut = [min(weight, rules.weight_cap(weights)) for weight in weights]
    total = sum(cut)
    assert all(power >= 1 for power in found.values())
    # One unit of weight is what the floor of the cap can move.
    assert max(cut) * 10_000 <= share * (total + count) + 10_000 * count


@given(weights_st)
def test_up_to_six_validators_have_equal_powers_whatever_their_bonds(weights: list[int]) -> None:
    few = {f"{place}": weight + 10**6 for place, weight in enumerate(weights[:6])}
    found = list(rules.powers(few).values())
    assert max(found) - min(found) <= max(found) * 12 // 10_000 + 1


def test_of_equal_weights_the_lower_address_is_taken() -> None:
    crowd = {f"{place:03d}": 5 for place in range(rules.TAKEN_MAX + 5)}
    assert list(rules.taken(crowd)) == [f"{place:03d}" for place in range(rules.TAKEN_MAX)]
    assert rules.taken({"a": 0}) == {}


def test_age_lowers_a_lot_from_the_fourth_year_to_half() -> None:
    rates = [rules.vintage_rate(2020, year) for year in (2019, 2020, 2023, 2024, 2028, 2040)]
    assert rates == [10_000, 10_000, 10_000, 9_000, 5_000, 5_000]


def test_a_lot_below_the_least_quality_weighs_nothing() -> None:
    assert rules.lot_weight(1_000, quality_bp=5_999, vintage_bp=10_000) == 0
    assert rules.lot_weight(1_000, quality_bp=6_000, vintage_bp=9_000) == 540
    # Two floors in the order written: 333 * 0.7 = 233, then 233 * 0.9 = 209.
    assert rules.lot_weight(333, quality_bp=7_000, vintage_bp=9_000) == 209


def test_the_bonus_is_half_at_a_hundred_thousand_tonnes_and_never_whole() -> None:
    assert rules.bonus_rate(0) == 0
    assert rules.bonus_rate(100_000) == 1_250
    assert rules.bonus_rate(10**12) == 2_499


def test_a_validator_under_the_least_credit_weighs_nothing() -> None:
    assert rules.validator_weight(1_000, bonus_bp=0, credit=5_999) == 0
    assert rules.validator_weight(1_000, bonus_bp=1_250, credit=8_000) == 900


@given(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 10**6), min_size=1),
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 10**6)),
)
def test_churn_is_bounded_and_reaches_the_target(
    sent: dict[str, int], target: dict[str, int]
) -> None:
    total = sum(sent.values())
    old = {key: max(1, power * 1_000_000 // total) for key, power in sent.items()}
    found = rules.churned(sent, target)
    moved = sum(abs(found.get(key, 0) - old.get(key, 0)) for key in {**old, **found})
    assert moved <= sum(old.values()) * 1_666 // 10_000
    assert all(power > 0 for power in found.values())
    assert list(found) == sorted(found)


def test_churn_takes_a_target_that_is_near_and_any_where_nothing_was_sent() -> None:
    assert rules.churned({}, {"b": 1, "a": 2}) == {"a": 2, "b": 1}
    sent = {"a": 500_000, "b": 500_000}
    assert rules.churned(sent, {"a": 580_000, "b": 420_000}) == {"a": 580_000, "b": 420_000}
    assert rules.churned(sent, {"a": 1_000_000}) == {"a": 583_300, "b": 416_700}


@given(st.integers(0, 10_000), st.integers(0, 1_000), st.integers(1, 1_000))
def test_credit_stays_in_its_range(credit: int, signed: int, blocks: int) -> None:
    after = rules.credit_after(credit, signed=min(signed, blocks), blocks=blocks)
    assert 0 <= after <= 10_000


def test_credit_moves_by_a_tenth_and_comes_back_by_steps() -> None:
    assert rules.credit_after(8_000, signed=0, blocks=100) == 7_200
    assert rules.credit_after(8_000, signed=100, blocks=100) == 8_200
    assert [rules.credit_regained(credit) for credit in (5_000, 7_900, 9_000)] == [
        5_250, 8_000, 9_000,
    ]  # fmt: skip


def test_a_suspended_validator_returns_at_eight_thousand() -> None:
    assert rules.is_suspended(5_999, was_suspended=False)
    assert not rules.is_suspended(6_000, was_suspended=False)
    assert rules.is_suspended(7_999, was_suspended=True)
    assert not rules.is_suspended(8_000, was_suspended=True)


def test_a_slash_takes_five_per_cent_rounded_up_and_at_least_a_tonne() -> None:
    assert [rules.slash(tonnes) for tonnes in (1, 20, 21, 1_000)] == [1, 1, 2, 50]


@given(
    st.integers(0, 10**12),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**9)),
)
def test_fees_shared_are_never_more_than_the_pot(fees: int, work: dict[str, int]) -> None:
    shares = rules.fee_shares(fees, validator_bp=8_000, work=work)
    assert sum(shares.values()) <= fees * 8_000 // 10_000
    if sum(work.values()):
        assert fees * 8_000 // 10_000 - sum(shares.values()) < max(1, len(work))


@given(st.integers(0, 4 * 10**12))
def test_year_and_month_are_those_of_the_calendar_at_utc_8(time: int) -> None:
    there = datetime.datetime.fromtimestamp(time // 1000, EAST)
    assert rules.year_month(time) == (there.year, there.month)


@given(st.integers(1970, 2199), st.integers(1, 12))
def test_a_month_begins_when_the_calendar_says(year: int, month: int) -> None:
    there = datetime.datetime(year, month, 1, tzinfo=EAST)
    assert rules.month_start(year, month) == int(there.timestamp()) * 1000


def test_the_window_is_the_last_four_complete_quarters() -> None:
    for month, first in ((1, 1), (3, 1), (4, 4), (12, 10)):
        for day in (1, 28):
            now = datetime.datetime(2027, month, day, 12, tzinfo=EAST)
            start, end = rules.proven_window(int(now.timestamp()) * 1000)
            assert start == rules.month_start(2026, first)
            assert end == rules.month_start(2027, first)


def test_epochs_begin_as_days_do_at_utc_8() -> None:
    day = 86_400_000
    for number in (20_000, 20_833):
        start = rules.epoch_start(number, day)
        assert datetime.datetime.fromtimestamp(start // 1000, EAST).hour == 0
        assert rules.epoch_number(start, day) == number
        assert rules.epoch_number(start - 1, day) == number - 1


def test_half_absence_counts_from_100_heights() -> None:
    assert rules.is_half_absent(signed=49, blocks=100)
    assert not rules.is_half_absent(signed=50, blocks=100)
    assert not rules.is_half_absent(signed=0, blocks=99)


def test_a_third_of_all_power_may_be_expelled_at_once_in_an_epoch() -> None:
    assert rules.may_expel_now(expelled=0, power=1, left=2)
    assert not rules.may_expel_now(expelled=0, power=100, left=199)
    assert rules.may_expel_now(expelled=200, power=100, left=600)
    assert not rules.may_expel_now(expelled=201, power=100, left=600)


def test_each_state_of_a_validator_has_its_word() -> None:
    def word(status: str = "admitted", **changes: Any) -> str:
        fields = {"jailed_until": None, "suspended": False, "power": 0, "weight": 0} | changes
        return rules.state_word(status, **fields)

    assert word("declared", power=1) == "declared"
    assert word("tombstoned", power=1) == "tombstoned"
    assert word(jailed_until=0, power=1) == "jailed"
    assert word(suspended=True, power=1) == "suspended"
    assert [word(power=1), word(weight=1), word()] == ["in_force", "candidate", "waiting"]

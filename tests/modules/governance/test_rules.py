"""Arithmetic of votes and epochs."""

from datetime import UTC, datetime, timedelta, timezone
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.governance import rules

UTC8 = timezone(timedelta(hours=8))
WEIGHTS = st.integers(0, 10**7)


@given(st.integers(0, 2**63 - 1))
def test_the_weight_is_the_root_rounded_down(tonnes: int) -> None:
    weight = rules.vote_weight(tonnes)
    assert weight * weight <= tonnes < (weight + 1) * (weight + 1)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_splitting_among_owners_never_weighs_less(left: int, right: int) -> None:
    assert rules.vote_weight(left) + rules.vote_weight(right) >= isqrt(left + right)


@given(WEIGHTS, WEIGHTS)
def test_two_thirds_carry_and_a_third_saves_the_bond(yes: int, no: int) -> None:
    assert rules.is_carried(yes, no) == (yes > 0 and yes * 3 >= (yes + no) * 2)
    assert rules.is_bond_due(yes, no) == (yes > 0 and 2 * yes >= no)
    assert rules.is_bond_due_early(yes, no) or no > 0


@pytest.mark.parametrize(
    ("owners", "tonnes", "bonded", "is_enough"),
    [
        (25, 10_000, 1_000_000, True), (24, 10_000, 0, False), (25, 9_999, 0, False),
        (25, 10_000, 1_000_001, False), (25, 10_001, 1_000_100, True),
    ],
)  # fmt: skip
def test_a_quorum_is_owners_tonnes_and_a_hundredth_of_what_is_bonded(
    owners: int, tonnes: int, bonded: int, is_enough: bool
) -> None:
    found = rules.has_quorum(owners, tonnes, quorum=25, least_t=10_000, bonded_t=bonded)
    assert found is is_enough


@given(st.integers(1, 15), st.integers(1, 15))
def test_a_changed_council_needs_four_or_all(threshold: int, members: int) -> None:
    need = rules.approvals_needed(threshold, members, 4)
    assert need >= threshold
    assert need >= min(4, members)
    assert need in (threshold, 4, members)


@given(st.integers(0, 4 * 10**12))
def test_month_and_day_are_those_of_the_calendar(ms: int) -> None:
    day = ms // 86_400_000
    date = datetime.fromtimestamp(day * 86_400, UTC)
    assert rules.month_and_day(day) == (date.month, date.day)


@given(st.integers(10**12, 4 * 10**12), st.sampled_from(["market", "identity", "privacy"]))
def test_the_next_epoch_is_the_first_start_after_now(ms: int, module: str) -> None:
    starts = rules.next_epoch(ms, module, 86_400_000)
    assert starts > ms
    local = datetime.fromtimestamp(starts // 1_000, UTC8)
    assert (local.hour, local.minute, local.second, starts % 1_000) == (0, 0, 0, 0)
    if module == "market":
        assert starts - ms <= 86_400_000
    if module == "identity":
        assert local.day in (1, 11, 21)
        assert starts - ms <= 11 * 86_400_000
    if module == "privacy":
        assert (local.day, local.month % 3) == (1, 1)
        assert starts - ms <= 92 * 86_400_000


@given(st.integers(10**12, 4 * 10**12), st.sampled_from([60_000, 3_600_000, 86_400_000]))
def test_the_engines_epoch_is_as_long_as_genesis_says(ms: int, epoch_ms: int) -> None:
    starts = rules.next_epoch(ms, "staking", epoch_ms)
    assert ms < starts <= ms + epoch_ms
    assert (starts + 28_800_000) % epoch_ms == 0

"""The checksum and the frames of market.md 13."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.market.feed import applied_rows, changed_rows, checksum

SIDE = st.dictionaries(st.integers(1, 60), st.integers(1, 9), max_size=30)


def test_the_checksum_of_the_document() -> None:
    bids = [(60_500, 900_000_000), (60_000, 120_000_000)]
    asks = [(61_500, 40_000_000), (62_000, 500_000_000)]
    assert checksum(bids, asks) == 2_353_058_364


def test_only_the_best_25_levels_count() -> None:
    rows = [(price, 1) for price in range(100, 60, -1)]
    assert checksum(rows, []) == checksum(rows[:25], [])
    assert checksum(rows, []) != checksum(rows[:24], [])


def test_a_level_that_is_gone_has_quantity_zero() -> None:
    assert changed_rows([(10, 5), (9, 4)], [(10, 6)]) == [(9, 0), (10, 6)]


@given(SIDE, SIDE, st.booleans())
def test_a_frame_makes_of_the_old_side_the_new_one(
    before: dict[int, int], after: dict[int, int], is_bid: bool
) -> None:
    old = sorted(before.items(), reverse=is_bid)
    new = sorted(after.items(), reverse=is_bid)
    assert applied_rows(old, changed_rows(old, new), is_bid=is_bid) == new

"""Close prices, bands, and the split of fees, against the formulas of the document."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.codec import INT_MAX
from ctn.modules.market.closing import band, close_price, to_tick
from ctn.modules.market.fees_split import fee_shares

TONNE = 1_000_000


@pytest.mark.parametrize(
    ("trades", "tick", "close"),
    [
        ([(600_000, 1)], 100, 600_000),
        ([(600_000, 1), (600_100, 1)], 100, 600_100),  # half a tick goes up
        ([(600_000, 2), (600_100, 1)], 100, 600_000),
        ([(600_000, 1), (600_100, 2)], 100, 600_100),
        ([(65_000, 3), (66_000, 1)], 500, 65_500),
    ],
)
def test_the_close_is_the_weighted_mean_half_up_to_a_tick(
    trades: list[tuple[int, int]], tick: int, close: int
) -> None:
    notional = sum(price * tonnes for price, tonnes in trades)
    quantity = sum(tonnes for _price, tonnes in trades) * TONNE
    assert close_price(notional, quantity, tick) == close


@settings(max_examples=100, deadline=None)
@given(
    trades=st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(1, 99_999)), min_size=1, max_size=20
    ),
    tick=st.sampled_from([1, 100, 500]),
)
def test_the_close_lies_within_the_prices_and_half_a_tick_of_the_mean(
    trades: list[tuple[int, int]], tick: int
) -> None:
    prices = [ticks * tick for ticks, _lots in trades]
    quantity = sum(lots for _ticks, lots in trades)
    notional = sum(ticks * tick * lots for ticks, lots in trades)
    close = close_price(notional, quantity * TONNE, tick)
    assert close % tick == 0
    assert min(prices) <= close <= max(prices)
    distance = Fraction(notional, quantity) - close
    assert -Fraction(tick, 2) <= distance < Fraction(tick, 2)


def test_the_band_is_on_tick_and_never_wider_than_stated() -> None:
    assert band(600_000, 1_000, 100) == (540_000, 660_000)
    assert band(600_100, 1_000, 100) == (540_100, 660_100)
    assert band(65_500, 2_000, 500) == (52_500, 78_500)


def test_no_band_allows_every_price_on_tick() -> None:
    low, high = band(600_000, 0, 100)
    assert low == 100
    assert high % 100 == 0
    assert high + 100 > INT_MAX


def test_a_band_of_the_whole_price_begins_at_one_tick() -> None:
    assert band(600_000, 10_000, 100) == (100, 1_200_000)


@settings(max_examples=100, deadline=None)
@given(
    ticks=st.integers(1, 100_000),
    band_bp=st.integers(1, 9_999),
    tick=st.sampled_from([1, 100, 500]),
)
def test_the_band_holds_the_reference(ticks: int, band_bp: int, tick: int) -> None:
    ref = ticks * tick
    low, high = band(ref, band_bp, tick)
    assert 0 < low <= ref <= high
    assert low % tick == high % tick == 0
    assert (low - tick) * 10_000 < ref * (10_000 - band_bp) <= low * 10_000
    assert high * 10_000 <= ref * (10_000 + band_bp) < (high + tick) * 10_000


def test_a_reference_moves_half_up_to_a_new_tick() -> None:
    assert to_tick(600_200, 500) == 600_000
    assert to_tick(600_250, 500) == 600_500
    assert to_tick(600_000, 100) == 600_000
    assert to_tick(1, 500) == 500


def test_the_remainder_of_the_fees_goes_to_the_treasury() -> None:
    shares = fee_shares(9, points_ppm=200_000, insurance_ppm=200_000, support_ppm=100_000)
    assert shares == (7, 1, 1, 0)


@settings(max_examples=100, deadline=None)
@given(fees=st.integers(0, INT_MAX), parts=st.tuples(*[st.integers(0, 333_333) for _ in range(3)]))
def test_the_shares_sum_to_the_fees_and_no_part_gets_more_than_its_rate(
    fees: int, parts: tuple[int, int, int]
) -> None:
    shares = fee_shares(fees, points_ppm=parts[0], insurance_ppm=parts[1], support_ppm=parts[2])
    assert sum(shares) == fees
    for share, part in zip(shares[1:], parts, strict=True):
        assert share * 1_000_000 <= fees * part < (share + 1) * 1_000_000

"""Arithmetic of market.md 3 and 11."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.market.rules import (
    FEE_SCALE,
    clip,
    fee,
    multiplier,
    notional,
    protection,
    reservation,
    tick_down,
    tick_up,
)

PRICES = st.integers(1, 10**7)
GRAMS = st.integers(1, 10**12)
RATES = st.integers(0, 50_000 * 10_000)


def test_a_price_is_money_per_tonne_and_a_quantity_grams() -> None:
    assert notional(62_500, 3_000_000) == 187_500


def test_the_fees_of_the_document_are_94_31_and_133() -> None:
    taker, maker = multiplier(500, 0), multiplier(300, 0)
    first, credit = fee(taker, 187_500, 0)
    second, credit = fee(taker, 62_500, credit)
    third, _credit = fee(maker, 441_000, credit)
    assert (first, second, third) == (94, 31, 133)


def test_a_discount_of_all_of_it_leaves_no_fee() -> None:
    assert fee(multiplier(500, 10_000), 187_500, 0) == (0, 0)


@given(st.lists(st.tuples(RATES, st.integers(1, 10**12)), min_size=1, max_size=30))
def test_all_fills_of_an_order_pay_the_sum_rounded_up_once(fills: list[tuple[int, int]]) -> None:
    paid = credit = 0
    for rate, amount in fills:
        charged, credit = fee(rate, amount, credit)
        assert charged >= 0
        assert 0 <= credit < FEE_SCALE
        paid += charged
    assert paid == -(-sum(rate * amount for rate, amount in fills) // FEE_SCALE)


TONNES = st.integers(1, 10**6)


@given(PRICES, TONNES, st.lists(TONNES, max_size=12), RATES, st.data())
def test_no_fills_need_more_than_the_reservation(
    price: int, rest: int, lots: list[int], cap: int, data: st.DataObject
) -> None:
    tonne = 1_000_000
    left = rest + sum(lots)
    credit = data.draw(st.integers(0, FEE_SCALE - 1))
    held = reservation(True, price, left * tonne, cap=cap, credit=credit)
    for lot in lots:
        paid = notional(data.draw(st.integers(1, price)), lot * tonne)
        charged, credit = fee(data.draw(st.integers(0, cap)), paid, credit)
        held -= paid + charged
        left -= lot
        need = reservation(True, price, left * tonne, cap=cap, credit=credit)
        assert held >= need
        held = need


@given(PRICES, GRAMS, RATES)
def test_a_seller_holds_the_grams(price: int, qty: int, cap: int) -> None:
    assert reservation(False, price, qty, cap=cap, credit=0) == qty


def test_nothing_open_holds_nothing() -> None:
    assert reservation(True, 60_000, 0, cap=3_000_000, credit=FEE_SCALE - 1) == 0


@given(PRICES, st.integers(1, 1_000), st.integers(1, 10_000))
def test_protection_is_on_tick_and_never_beyond_the_bound(base: int, tick: int, bp: int) -> None:
    worst_buy, worst_sell = protection(True, base, bp, tick), protection(False, base, bp, tick)
    assert worst_buy % tick == worst_sell % tick == 0
    assert worst_buy * 10_000 <= base * (10_000 + bp)
    assert worst_sell * 10_000 >= base * (10_000 - bp)
    assert (worst_buy + tick) * 10_000 > base * (10_000 + bp)
    assert (worst_sell - tick) * 10_000 < base * (10_000 - bp)


@given(PRICES, st.integers(1, 1_000))
def test_ticks_stand_on_both_sides_of_a_price(price: int, tick: int) -> None:
    assert tick_down(price, tick) <= price <= tick_up(price, tick)
    assert tick_up(price, tick) - tick_down(price, tick) in (0, tick)


@given(PRICES, PRICES, PRICES)
def test_a_clipped_price_is_the_nearest_in_the_band(price: int, one: int, other: int) -> None:
    low, high = min(one, other), max(one, other)
    clipped = clip(price, low, high)
    assert low <= clipped <= high
    assert clipped == price or not low <= price <= high

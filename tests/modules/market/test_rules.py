"""Arithmetic of market.md 3 and 11."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.market.rules import (
    FEE_SCALE,
    Clearing,
    clearing_price,
    clip,
    fee,
    multiplier,
    notional,
    protection,
    reservation,
    shared_lots,
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


def test_the_price_of_a_clearing_is_that_of_the_document() -> None:
    bids = [(62_500, 300), (61_000, 701), (60_500, 900)]
    asks = [(61_000, 320), (59_500, 350), (62_000, 500)]
    found = clearing_price(bids, asks, anchor=60_000, tick=500)
    assert found == Clearing(61_000, 670, 1_001, 670)
    assert shared_lots([400, 101], 170) == [136, 34]


def test_of_equal_clearings_the_nearest_to_the_last_price_is_taken_then_the_lower() -> None:
    assert clearing_price([(900, 5)], [(100, 5)], anchor=480, tick=100).price == 500
    assert clearing_price([(900, 5)], [(100, 5)], anchor=2_000, tick=100).price == 900
    assert clearing_price([(900, 5)], [(100, 5)], anchor=1, tick=100).price == 100
    assert clearing_price([(200, 5)], [(100, 5)], anchor=150, tick=100).price == 100
    # The least excess goes before the distance.
    assert clearing_price([(900, 5), (800, 5)], [(100, 5)], anchor=1, tick=100).price == 900


levels = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 50)), min_size=1, max_size=8)


@given(levels, levels, st.integers(1, 60))
def test_no_other_price_trades_more(
    bids: list[tuple[int, int]], asks: list[tuple[int, int]], anchor: int
) -> None:
    found = clearing_price(bids, asks, anchor=anchor, tick=1)
    for price in range(1, 61):
        demand = sum(grams for bid, grams in bids if bid >= price)
        supply = sum(grams for ask, grams in asks if ask <= price)
        worth = (-min(demand, supply), abs(demand - supply), abs(price - anchor), price)
        best = (-found.qty, abs(found.demand - found.supply), abs(found.price - anchor))
        assert (*best, found.price) <= worth or price not in range(
            min(one for one, _ in [*bids, *asks]), max(one for one, _ in [*bids, *asks]) + 1
        )


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=12), st.integers(0, 5_000))
def test_equals_share_all_that_there_is_and_nobody_gets_more_than_he_wants(
    opens: list[int], lots: int
) -> None:
    shares = shared_lots(opens, lots)
    assert sum(shares) == min(lots, sum(opens))
    assert all(0 <= share <= one for share, one in zip(shares, opens, strict=True))
    down = [min(lots, sum(opens)) * one // sum(opens) for one in opens]
    assert all(share - floor in (0, 1) for share, floor in zip(shares, down, strict=True))

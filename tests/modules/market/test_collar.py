"""The collar of market.md 14: no limit is worse than the base by more than `collar_bp`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.records import CALL_MS, OPEN_MAX
from ctn.modules.market.refusals import OutsideCollar
from tests.modules.market.worlds import (
    HIGH,
    LOW,
    REF,
    MarketWorld,
    buy,
    ends,
    market,
    named,
    replace,
    rested,
    sell,
    state,
)
from tests.worlds import START

COLLAR = 300


def two(**changes: object) -> tuple[MarketWorld, str, str]:
    """A seller and a buyer in a market with a collar of 3 %."""
    world = MarketWorld(collar_bp=COLLAR, **changes)
    return world, world.trader("ann", tonnes=20), world.trader("ben", tonnes=20)


def test_refuses_a_bid_worse_than_the_best_ask_by_more_than_the_collar() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(1, 60_000), sell(1, 61_000))
    facts = world.refuse(ben, OutsideCollar, buy(2, 61_900))
    assert facts == {"price": 61_900, "base": 60_000, "collar_bp": COLLAR}
    events = world.accept(ben, buy(2, 61_800))
    assert [event["price"] for event in named(events, "Traded")] == [60_000, 61_000]


def test_refuses_an_ask_worse_than_the_best_bid_by_more_than_the_collar() -> None:
    world, ann, ben = two()
    world.accept(ben, buy(1, 60_000))
    assert world.refuse(ann, OutsideCollar, sell(1, 58_100))["base"] == 60_000
    assert len(named(world.accept(ann, sell(1, 58_200)), "Traded")) == 1


def test_a_limit_better_for_its_owner_is_as_far_as_the_band_allows() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(1, HIGH))
    world.accept(ben, buy(1, LOW))


def test_without_an_opposite_order_the_base_is_the_last_price() -> None:
    world, _ann, ben = two()
    world.put(state(last=62_000))
    assert world.refuse(ben, OutsideCollar, buy(1, 63_900))["base"] == 62_000
    world.accept(ben, buy(1, 63_800))


def test_without_a_last_price_the_base_is_the_reference() -> None:
    world, _ann, ben = two()
    assert world.refuse(ben, OutsideCollar, buy(1, 61_900))["base"] == REF
    world.accept(ben, buy(1, 61_800))


def test_in_a_call_the_base_is_the_last_price_whatever_stands_opposite() -> None:
    world, ann, ben = two()
    world.put(state(last=62_000, phase="call", phase_end=START + CALL_MS))
    world.resting(rested(1, ann, "sell", 57_000))
    assert world.refuse(ben, OutsideCollar, buy(1, 63_900))["base"] == 62_000
    world.accept(ben, buy(1, 63_800))


def test_an_order_that_is_over_is_no_base() -> None:
    world, ann, ben = two()
    gone = world.trader("gone")
    world.resting(rested(1, gone, "sell", 58_000), rested(2, ann, "sell", 58_000),
                  rested(3, ann, "sell", 63_000))  # fmt: skip
    world.lapse(gone)
    assert world.refuse(ben, OutsideCollar, buy(1, 59_800))["base"] == 58_000
    # Only the first order is looked at, and nothing traded yet: the reference.
    assert world.refuse(ben, OutsideCollar, buy(1, 61_900, fills_max=0))["base"] == REF


def test_the_base_is_found_behind_many_that_are_over() -> None:
    world, ann, ben = two()
    gone = world.trader("gone", tonnes=0)
    orders = [rested(1 + no, gone, "sell", 58_000) for no in range(OPEN_MAX)]
    world.resting(*orders, rested(300, ann, "sell", 63_000))
    world.lapse(gone)
    world.accept(ben, buy(1, 61_900, fills_max=OPEN_MAX))
    assert world.refuse(ben, OutsideCollar, buy(1, 64_900, fills_max=300))["base"] == 63_000


def test_the_collar_binds_an_order_that_enters_again_and_not_one_that_shrinks() -> None:
    world, _ann, ben = two()
    world.resting(rested(1, ben, "buy", 64_000, qty=2_000_000, open=2_000_000, shown=2_000_000))
    world.refuse(ben, OutsideCollar, replace(1, qty=3))
    world.refuse(ben, OutsideCollar, replace(1, price=61_900))
    world.accept(ben, replace(1, qty=1))
    world.accept(ben, replace(1, price=61_800))


def test_a_market_order_is_bounded_by_its_protection_and_not_by_the_collar() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(1, 60_000), sell(1, 62_900))
    events = world.accept(ben, market("buy", 2, 500))
    assert [event["price"] for event in named(events, "Traded")] == [60_000, 62_900]
    assert ends(events) == []


def test_a_collar_of_nothing_is_none() -> None:
    world = MarketWorld(collar_bp=0)
    ben = world.trader("ben")
    world.accept(ben, buy(1, HIGH))


@settings(max_examples=25, deadline=None)
@given(
    collar_bp=st.integers(1, 2_000),
    best=st.integers(LOW // 100, HIGH // 100),
    price=st.integers(LOW // 100, HIGH // 100),
    is_buy=st.booleans(),
)
def test_a_limit_enters_exactly_when_it_is_within_the_collar(
    collar_bp: int, best: int, price: int, *, is_buy: bool
) -> None:
    world = MarketWorld(collar_bp=collar_bp)
    ann, ben = world.trader("ann", tonnes=5), world.trader("ben", tonnes=5)
    world.resting(rested(1, ann, "sell" if is_buy else "buy", best * 100))
    op = (buy if is_buy else sell)(1, price * 100)
    worse = price - best if is_buy else best - price
    if worse * 10_000 > collar_bp * best:
        world.refuse(ben, OutsideCollar, op)
    else:
        world.accept(ben, op)


@pytest.mark.parametrize("collar_bp", [1, 300])
def test_no_trade_is_beyond_the_collar_around_the_best_price(collar_bp: int) -> None:
    world = MarketWorld(collar_bp=collar_bp)
    ann, ben = world.trader("ann", tonnes=20), world.trader("ben")
    world.accept(ann, *[sell(1, 60_000 + 300 * step) for step in range(10)])
    # Down: the furthest tick within the collar.
    furthest = 60_000 * (10_000 + collar_bp) // 10_000 // 100 * 100
    events = world.accept(ben, buy(10, furthest))
    prices = [event["price"] for event in named(events, "Traded")]
    assert prices == [60_000 + 300 * step for step in range(10) if 300 * step <= furthest - 60_000]

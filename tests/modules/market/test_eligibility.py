"""Whoever holds none of the instrument's roles any more is no Trader there (market.md 1, 4)."""

from tests.modules.market.worlds import (
    CEA,
    TONNE,
    MarketWorld,
    buy,
    ends,
    named,
    rested,
    sell,
    state,
)
from tests.worlds import START


def test_a_maker_that_is_not_eligible_any_more_ends_for_freeze() -> None:
    world = MarketWorld(eligible=("enterprise",))
    ann, firm = world.trader("ann"), world.enterprise("firm", cny=10_000)
    other = world.enterprise("other", cny=10_000)
    world.resting(rested(1, ann, "sell", 60_000), rested(2, other, "sell", 60_100))
    events = world.accept(firm, buy(1, 60_100))
    assert ends(events) == [(1, "freeze")]
    assert [event["seller_ref"] for event in named(events, "Traded")] == ["order:2"]
    assert world.balance(ann, CEA) == TONNE


def test_a_role_that_is_lost_by_standing_ends_a_resting_order() -> None:
    world = MarketWorld(eligible=("advanced", "reputable"))
    ann, ben, cat = (world.trader(name) for name in ("ann", "ben", "cat"))
    for who in (ben, cat):
        world.standing(who, rank=1)
    world.resting(rested(1, ann, "buy", 60_000), rested(2, ben, "buy", 60_000))
    world.grant(cat, CEA, 2 * TONNE)
    events = world.accept(cat, sell(2, 60_000))
    assert ends(events) == [(1, "freeze")]
    assert [event["buyer_ref"] for event in named(events, "Traded")] == ["order:2"]


def test_in_a_call_an_order_of_nobody_eligible_ends_before_the_clearing() -> None:
    world = MarketWorld(eligible=("enterprise",))
    ann, firm = world.trader("ann"), world.enterprise("firm", cny=10_000)
    world.put(state(phase="call", phase_end=START))
    world.resting(rested(1, ann, "sell", 60_000), rested(2, firm, "buy", 60_000))
    events = [event for item in world.empty_block() for event in item["events"]]
    assert ends(events) == [(1, "freeze")]
    assert world.levels() == ([(60_000, 1)], [])

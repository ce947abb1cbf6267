"""`market.replace_order`: what keeps its place, what enters again, and every refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.block import Stuck
from ctn.kernel.refusal import InsufficientBalance, ScopeFrozen
from ctn.modules.market import refusals
from ctn.modules.market.records import Pace, Session
from ctn.modules.market.replace_order import ReplaceOrder, ReplaceTooSmall
from tests.modules.market.worlds import (
    CROWD,
    HIGH,
    NAME,
    TONNE,
    MarketWorld,
    buy,
    cancel,
    ends,
    named,
    replace,
    rested,
    sell,
    state,
)
from tests.worlds import DAY, START


def one_bid(**changes: object) -> tuple[MarketWorld, str, str]:
    """A buyer whose order 1, 5 t at 60,000, rests, and another person with 5 t."""
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=5), world.trader("ben", tonnes=5)
    world.accept(ann, buy(5, 60_000, **changes))
    return world, ann, ben


def place_of(world: MarketWorld, number: int = 1) -> tuple[int, int]:
    order = world.order(number)
    assert order is not None
    return order.seq, order.open // TONNE


def test_a_smaller_total_keeps_the_place_and_frees_the_surplus() -> None:
    world, ann, _ben = one_bid()
    events = world.accept(ann, replace(1, qty=3))
    assert place_of(world) == (1, 3)
    assert world.balance("order:1") == 180_000 + 54
    assert [event["event"] for event in events] == ["market.OrderChanged"]
    assert world.figures().feed_seq == 2


def test_an_earlier_expiry_keeps_the_place() -> None:
    world, ann, _ben = one_bid(tif="gtd", expires=START + 2 * DAY)
    world.accept(ann, replace(1, expires=START + DAY))
    order = world.order(1)
    assert order is not None
    assert (order.seq, order.expires) == (1, START + DAY)


@pytest.mark.parametrize("changes", [{"qty": 6}, {"price": 60_100}, {"price": 59_900}])
def test_a_larger_total_or_another_price_loses_the_place(changes: dict[str, int]) -> None:
    world, ann, _ben = one_bid()
    world.accept(ann, replace(1, **changes))
    seq, _open = place_of(world)
    assert seq == 2
    order = world.order(1)
    assert order is not None
    assert order.height == 2


def test_a_later_expiry_loses_the_place() -> None:
    world, ann, _ben = one_bid(tif="gtd", expires=START + DAY)
    world.accept(ann, replace(1, expires=START + 2 * DAY))
    assert place_of(world)[0] == 2


def test_the_total_counts_what_was_filled() -> None:
    world, ann, ben = one_bid()
    world.accept(ben, sell(2, 60_000))
    world.accept(ann, replace(1, qty=3))
    assert place_of(world) == (1, 1)
    world.accept(ann, replace(1, qty=8))
    assert place_of(world)[1] == 6


def test_a_new_price_may_trade_at_once_under_the_same_number() -> None:
    world, ann, ben = one_bid()
    world.accept(ben, sell(2, 61_000))
    events = world.accept(ann, replace(1, price=61_000))
    assert named(events, "Traded")[0]["buyer_ref"] == "order:1"
    assert place_of(world)[1] == 3
    assert [event["event"] for event in events] == ["market.OrderChanged", "market.Traded"]


def test_a_new_price_may_fill_the_order_whole() -> None:
    world, ann, ben = one_bid()
    world.accept(ben, sell(5, 61_000))
    events = world.accept(ann, replace(1, price=61_000))
    assert [row["price"] for row in named(events, "Traded")] == [61_000]
    assert world.order(1) is None


def test_a_fill_is_measured_by_what_the_order_asked_for_then() -> None:
    world, ann, ben = one_bid()
    world.accept(ben, sell(2, 61_000))
    events = world.accept(ann, replace(1, price=61_000), replace(1, price=59_000))
    assert [row["price"] for row in named(events, "Traded")] == [61_000]
    assert world.levels() == ([(59_000, 3)], [])


def test_the_rank_is_that_of_the_new_entry() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=5)
    world.standing(ann, rank=2)
    world.accept(ann, sell(5, 61_000))
    world.accept(ann, replace(1, price=61_100))
    order = world.order(1)
    assert order is not None
    assert order.rank == 2


def test_a_replaced_order_meets_its_owners_order_by_its_own_mode() -> None:
    world, ann, _ben = one_bid(stp="cancel_maker")
    world.accept(ann, sell(5, 61_000))
    assert ends(world.accept(ann, replace(1, price=61_000))) == [(2, "stp")]


def test_an_order_is_named_by_its_client_id_too() -> None:
    world, ann, _ben = one_bid(client_id="mine")
    world.accept(ann, replace(None, client_id="mine", qty=3))
    assert place_of(world) == (1, 3)


def test_a_smaller_total_is_taken_while_the_market_is_closed() -> None:
    world, ann = closed_bid()
    world.accept(ann, replace(1, qty=3))
    assert place_of(world) == (1, 3)


def closed_bid() -> tuple[MarketWorld, str]:
    """A buyer whose order 1 rests over the end of the session."""
    world = MarketWorld(sessions=(Session("book", 0, 540),))
    ann = world.trader("ann")
    world.accept(ann, buy(5, 60_000))
    world.later(DAY // 24)
    world.empty_block()
    assert world.figures().phase == "closed"
    return world, ann


def test_refuses_an_order_that_is_not_there_or_anothers() -> None:
    world, _ann, ben = one_bid()
    world.refuse(ben, refusals.OrderNotFound, replace(1, qty=3))
    world.refuse(ben, refusals.OrderNotFound, replace(9, qty=3))


def test_refuses_an_order_that_is_over() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann"), world.trader("ben")
    world.put(state(high=59_000))
    # The hooks of the block end ben's; ann's is over too, and stands.
    crowd = [rested(no, ben, "buy", 60_000) for no in range(1, CROWD + 1)]
    mine = rested(CROWD + 1, ann, "buy", 60_000, qty=5 * TONNE, open=5 * TONNE, shown=5 * TONNE)
    world.resting(*crowd, mine)
    receipt = world.run(ann, replace(CROWD + 1, qty=3))
    assert (receipt.refusal, receipt.facts) == ("market.OrderNotOpen", {"order": CROWD + 1})
    assert world.order(CROWD + 1) == mine


def test_refuses_an_order_of_an_instrument_that_a_bug_stopped() -> None:
    world, ann = found_bid()
    world.put(Stuck(NAME, 0), f"market/{NAME}")
    facts = world.refuse(ann, ScopeFrozen, replace(1, qty=3))
    assert facts == {"scope": NAME}
    world.accept(ann, cancel(1))


def test_an_order_on_the_far_side_of_a_new_band_stands_but_enters_no_more() -> None:
    world, ann = found_bid()
    world.put(state(low=60_100))
    world.accept(ann, replace(1, qty=3))
    world.refuse(ann, refusals.OutsideBand, replace(1, qty=6))


def found_bid(**changes: object) -> tuple[MarketWorld, str]:
    """A buyer whose order 1, 5 t at 60,000, rests since genesis."""
    world = MarketWorld(**changes)
    ann = world.trader("ann")
    five = {"qty": 5 * TONNE, "open": 5 * TONNE, "shown": 5 * TONNE}
    world.resting(rested(1, ann, "buy", 60_000, **five))
    return world, ann


@pytest.mark.parametrize("field", ["trigger", "display"])
def test_refuses_a_field_of_a_rule_that_is_not_there(field: str) -> None:
    world, ann, _ben = one_bid()
    facts = world.refuse_at_door(ann, refusals.OrderTypeNotAllowed, replace(1, **{field: 60_000}))
    assert facts == {"field": field}


def test_refuses_a_total_that_leaves_less_than_a_lot() -> None:
    world, ann, ben = one_bid()
    world.refuse(ann, ReplaceTooSmall, replace(1, qty=0))
    world.accept(ben, sell(2, 60_000))
    facts = world.refuse(ann, ReplaceTooSmall, replace(1, qty=2))
    assert facts["filled"] == 2 * TONNE


def test_refuses_a_new_price_while_the_market_is_closed() -> None:
    world, ann = closed_bid()
    world.refuse(ann, refusals.MarketClosed, replace(1, price=60_100))


def test_refuses_a_new_entry_of_an_owner_who_is_not_eligible_any_more() -> None:
    world, ann = found_bid(eligible=("enterprise",))
    world.refuse(ann, refusals.NotEligible, replace(1, qty=6))
    world.accept(ann, replace(1, qty=1))


def test_refuses_what_is_off_tick_off_lot_too_large_or_outside_the_band() -> None:
    world, ann, _ben = one_bid()
    world.refuse(ann, refusals.OffTick, replace(1, price=60_001))
    odd = ReplaceOrder(1, None, 6 * TONNE + 1, None, None, None, None, 0)
    world.refuse(ann, refusals.OffLot, odd)
    world.refuse(ann, refusals.QtyTooLarge, replace(1, qty=100_000))
    world.refuse(ann, refusals.OutsideBand, replace(1, price=HIGH + 100))


def test_refuses_an_expiry_that_is_past_or_not_for_this_order() -> None:
    world, ann, _ben = one_bid()
    world.refuse(ann, refusals.ExpiryInvalid, replace(1, expires=START + DAY))
    world, ann, _ben = one_bid(tif="gtd", expires=START + DAY)
    world.refuse(ann, refusals.ExpiryInvalid, replace(1, expires=START))
    world.refuse(ann, refusals.ExpiryInvalid, replace(1, expires=START + 91 * DAY))


def test_refuses_the_101st_in_a_block() -> None:
    world, ann = found_bid()
    world.put(Pace(1, 100), ann)
    world.refuse(ann, refusals.RateLimited, replace(1, qty=3))
    world.accept(ann, replace(1, qty=3))


def test_refuses_what_its_owner_cannot_pay_and_leaves_the_old_order() -> None:
    world = MarketWorld()
    ann = world.trader("ann", cny=31)
    world.accept(ann, buy(5, 60_000))
    world.refuse(ann, InsufficientBalance, replace(1, qty=6))
    assert place_of(world) == (1, 5)


def test_refuses_a_post_only_order_that_would_cross_now() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann"), world.trader("ben", tonnes=5)
    world.accept(ann, buy(5, 60_000, post_only=True))
    world.accept(ben, sell(5, 61_000))
    world.refuse(ann, refusals.WouldCross, replace(1, price=61_000))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(540, 660))
@settings(max_examples=20, deadline=None)
def test_a_replaced_order_holds_what_a_new_one_would(first: int, total: int, hundreds: int) -> None:
    price = 100 * hundreds
    world, fresh = MarketWorld(), MarketWorld()
    ann, ben = world.trader("ann"), fresh.trader("ben")
    world.accept(ann, buy(first, 60_000))
    world.accept(ann, replace(1, qty=total, price=price))
    fresh.accept(ben, buy(total, price))
    assert world.balance("order:1") == fresh.balance("order:1")
    assert world.levels() == fresh.levels()

"""`market.cancel_orders`."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.cancel_orders import CancelOrders
from tests.modules.market.worlds import (
    CEA,
    NAME,
    TONNE,
    MarketWorld,
    buy,
    ends,
    instrument,
    named,
    sell,
    state,
)


def test_all_orders_of_the_sender_end_and_no_others() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=5), world.trader("ben")
    world.accept(ann, sell(2, 61_000), buy(2, 59_000))
    world.accept(ben, buy(1, 59_000))
    events = world.accept(ann, CancelOrders(None, None))
    assert ends(events) == [(1, "user"), (2, "user")]
    assert named(events, "OrdersEnded")[0]["more"] is False
    assert world.levels() == ([(59_000, 1)], [])


def test_only_one_side_or_one_instrument_ends_when_named() -> None:
    world = MarketWorld()
    world.put(instrument(id="cea24-b", asset="cea24b"))
    world.put(state(instrument="cea24-b"))
    ann = world.trader("ann", tonnes=5)
    world.accept(ann, sell(2, 61_000), buy(2, 59_000), buy(2, 59_000, instrument="cea24-b"))
    assert ends(world.accept(ann, CancelOrders(NAME, "sell"))) == [(1, "user")]
    assert ends(world.accept(ann, CancelOrders("cea24-b", None))) == [(3, "user")]
    assert ends(world.accept(ann, CancelOrders(None, "buy"))) == [(2, "user")]


def test_nothing_to_cancel_is_applied_too() -> None:
    world = MarketWorld()
    ann = world.trader("ann")
    events = world.accept(ann, CancelOrders(None, None))
    assert ends(events) == []
    assert len(events) == 1


def test_the_lowest_200_end_and_the_event_says_that_more_remain() -> None:
    world = MarketWorld()
    firm = world.enterprise("firm", cny=10**7)
    for _ in range(21):
        world.block(world.tx(firm, *[buy(1, 54_000)] * 10))
    op = CancelOrders(None, None)
    events = world.accept(firm, op)
    assert [no for no, _reason in ends(events)] == list(range(1, 201))
    assert named(events, "OrdersEnded")[0]["more"] is True
    events = world.accept(firm, op)
    assert [no for no, _reason in ends(events)] == list(range(201, 211))
    assert named(events, "OrdersEnded")[0]["more"] is False


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5), st.integers(0, 9)), max_size=12))
@settings(max_examples=20, deadline=None)
def test_afterwards_everything_is_back(rows: list[tuple[bool, int, int]]) -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=60)
    money = world.balance(ann)
    for is_buy, tonnes, step in rows:
        make, price = (buy, 59_000 - 100 * step) if is_buy else (sell, 61_000 + 100 * step)
        world.accept(ann, make(tonnes, price))
    world.accept(ann, CancelOrders(None, None))
    assert world.balance(ann) + world.balance("fees:tx") == money
    assert world.balance(ann, CEA) == 60 * TONNE

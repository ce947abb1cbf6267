"""`market.cancel_order`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.op import SAFETY_LANE
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.refusals import OrderNotFound, OrderNotOpen
from tests.modules.market.worlds import (
    CEA,
    TONNE,
    MarketWorld,
    buy,
    cancel,
    ends,
    named,
    sell,
    state,
)
from tests.worlds import START


def test_a_cancelled_order_gives_everything_back() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=5)
    world.accept(ann, sell(5, 60_000))
    events = world.accept(ann, cancel(1))
    assert ends(events) == [(1, "user")]
    row = named(events, "OrdersEnded")[0]["orders"][0]
    assert (row["open"], row["state"], row["account"]) == (5 * TONNE, "cancelled", ann)
    assert world.balance(ann, CEA) == 5 * TONNE
    assert world.order(1) is None
    assert world.figures().feed_seq == 2


def test_an_order_is_named_by_its_client_id_too() -> None:
    world = MarketWorld()
    ann = world.trader("ann")
    world.accept(ann, buy(5, 60_000, client_id="mine"))
    assert ends(world.accept(ann, CancelOrder(None, "mine"))) == [(1, "user")]


@pytest.mark.parametrize("phase", ["closed", "suspended", "delisted"])
def test_an_order_can_be_cancelled_in_every_phase(phase: str) -> None:
    world = MarketWorld()
    ann = world.trader("ann")
    world.accept(ann, buy(5, 60_000))
    ledger = world.machine.draft(world.time + 1)
    ledger.put(state(phase=phase, feed_seq=1))
    world.machine.state.take(ledger.records, ledger.balances, {})
    cancel(1).apply(world.draft(), ann)


def test_a_user_whose_attestation_lapsed_may_still_cancel() -> None:
    world = MarketWorld()
    ann = world.trader("ann")
    world.verified_until(ann, START + 5_000)
    world.accept(ann, buy(5, 60_000))
    world.later(10_000)
    assert ends(world.accept(ann, cancel(1))) == [(1, "user")]


def test_cancels_go_first_in_a_block() -> None:
    assert CancelOrder.lane == SAFETY_LANE
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=5), world.trader("ben")
    world.accept(ann, sell(5, 60_000))
    receipts = world.block(
        world.tx(ben, buy(5, 60_000, tif="ioc")), world.tx(ann, cancel(1))
    )  # fmt: skip
    assert [receipt.status for receipt in receipts] == ["applied", "applied"]
    assert world.balance(ann, CEA) == 5 * TONNE


def test_refuses_an_order_that_is_not_there_or_anothers() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann"), world.trader("ben")
    world.accept(ann, buy(5, 60_000, client_id="mine"))
    world.refuse(ben, OrderNotFound, cancel(1))
    world.refuse(ben, OrderNotFound, cancel(9))
    world.refuse(ben, OrderNotFound, CancelOrder(None, "mine"))


@pytest.mark.parametrize("op", [CancelOrder(None, None), CancelOrder(1, "mine")])
def test_refuses_a_wish_that_does_not_name_one_order(op: CancelOrder) -> None:
    with pytest.raises(OrderNotFound):
        op.check()


def test_refuses_an_order_that_is_over() -> None:
    world = MarketWorld()
    ann = world.trader("ann")
    world.accept(ann, buy(5, 60_000, client_id="mine"))
    world.accept(ann, cancel(1))
    world.refuse(ann, OrderNotOpen, CancelOrder(None, "mine"))


@given(st.sampled_from(["buy", "sell"]), st.integers(1, 40), st.integers(540, 660))
@settings(max_examples=20, deadline=None)
def test_placing_and_cancelling_changes_nothing_but_the_network_fee(
    side: str, tonnes: int, hundreds: int
) -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=40)
    make = buy if side == "buy" else sell
    fees = 0
    money = world.balance(ann)
    world.accept(ann, make(tonnes, 100 * hundreds))
    world.accept(ann, cancel(1))
    fees = world.balance("fees:tx")
    assert world.balance(ann) + fees == money
    assert world.balance(ann, CEA) == 40 * TONNE

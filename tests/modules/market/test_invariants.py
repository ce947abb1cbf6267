"""Every invariant of the market finds the breach that is planted for it."""

import pytest

from ctn.hooks import Hooks
from ctn.kernel.block import Stuck
from ctn.kernel.invariant import Breach, Watch
from ctn.kernel.ledger import Ledger, delta_since
from ctn.modules.market.book import Books
from ctn.modules.market.invariants import (
    crossed_books,
    fills_add_up,
    recount,
    reservations_hold,
    trades_pay,
)
from ctn.modules.market.records import Order, Tape
from tests.modules.market.worlds import NAME, TONNE, MarketWorld, buy, sell


def traded() -> tuple[MarketWorld, str, str]:
    """Order 1 of a seller rests with 3 t, after order 2 took 2 t of it."""
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=9), world.trader("ben")
    world.accept(ann, sell(5, 60_000))
    world.accept(ben, buy(2, 60_000))
    return world, ann, ben


def resting(world: MarketWorld) -> Order:
    order = world.order(1)
    assert order is not None
    return order


def fill_of(world: MarketWorld, ben: str) -> Ledger:
    """A draft in which 1 t of order 1 was sold to order 3."""
    ledger = world.draft()
    op = buy(1, 60_000)
    ledger.begin(ledger.tx, "market", type(op).writes, op.work)
    op.apply(ledger, ben)
    ledger.end()
    return ledger


def test_finds_a_reservation_that_is_short() -> None:
    world, ann, _ben = traded()
    ledger = world.draft()
    mark = ledger.mark()
    ledger.move("cea24", 1, source="order:1", target=ann)
    with pytest.raises(Breach, match="I11"):
        reservations_hold(ledger, delta_since(ledger, mark))


def test_finds_a_reservation_that_outlives_its_order() -> None:
    world, _ann, _ben = traded()
    ledger = world.draft()
    mark = ledger.mark()
    ledger.drop(Order, resting(world).place())
    with pytest.raises(Breach, match="I11"):
        reservations_hold(ledger, delta_since(ledger, mark))


def test_finds_an_order_that_says_more_filled_than_its_trades() -> None:
    world, _ann, ben = traded()
    ledger = fill_of(world, ben)
    order = ledger.get(Order, f"{1:020d}")
    assert order is not None
    ledger.put(order.replace(open=order.open - TONNE))
    with pytest.raises(Breach, match="I21"):
        fills_add_up(ledger, delta_since(ledger, ledger.mark()._replace(log=0)))


def test_finds_a_trade_within_one_owner_or_beyond_a_limit() -> None:
    world, _ann, ben = traded()
    for change in ({"seller": ben}, {"price": 59_900}):
        ledger = fill_of(world, ben)
        tape = ledger.get(Tape, f"{0:020d}")
        assert tape is not None
        last = type(tape.trades[-1])(
            **{name: getattr(tape.trades[-1], name) for name in tape.trades[-1].__struct_fields__}
            | change
        )
        ledger.put(tape.replace(trades=(*tape.trades[:-1], last)))
        with pytest.raises(Breach, match="I21"):
            fills_add_up(ledger, delta_since(ledger, ledger.mark()._replace(log=0)))
        ledger.undo(ledger.mark()._replace(log=0, moves=0, events=0))


def test_finds_a_trade_that_is_not_told_or_beyond_what_was_told() -> None:
    world, _ann, ben = traded()
    ledger = fill_of(world, ben)
    everything = ledger.mark()._replace(log=0)
    fills_add_up(ledger, delta_since(ledger, everything))
    assert [event["event"] for event in ledger.events] == ["market.OrderPlaced", "market.Traded"]
    ledger.events[0]["price"] = 59_900
    with pytest.raises(Breach, match="I21"):
        fills_add_up(ledger, delta_since(ledger, everything))
    del ledger.events[1]
    with pytest.raises(Breach, match="I21"):
        fills_add_up(ledger, delta_since(ledger, everything))


def test_finds_a_trade_whose_fee_or_leg_is_missing() -> None:
    world, _ann, ben = traded()
    ledger = fill_of(world, ben)
    everything = ledger.mark()._replace(log=0, moves=0, events=0)
    trades_pay(ledger, delta_since(ledger, everything))
    ledger.move("cny", 1, source=f"fees:{NAME}", target=ben)
    with pytest.raises(Breach, match="I22"):
        trades_pay(ledger, delta_since(ledger, everything))
    ledger.undo(everything)
    ledger = fill_of(world, ben)
    ledger.moves = [move for move in ledger.moves if move[0] != "cea24"]
    with pytest.raises(Breach, match="I22"):
        trades_pay(ledger, delta_since(ledger, everything._replace(moves=0)))


def test_finds_a_crossed_book() -> None:
    world, _ann, _ben = traded()
    ledger = world.draft()
    assert list(crossed_books(ledger)) == []
    ledger.put(resting(world).replace(no=9, seq=9, side="buy"))
    (breached,) = crossed_books(ledger)
    assert breached.reason.startswith("I20")


def test_a_crossed_book_is_frozen_and_told_once() -> None:
    world, _ann, _ben = traded()
    ledger, alarms = world.draft(), list[str]()
    ledger.put(resting(world).replace(no=9, seq=9, side="buy"))
    hooks = Hooks(Watch(()), alarms, world.machine.execute)  # type: ignore[arg-type]
    (item,) = hooks.check_block(ledger)
    assert item.item == f"market/{NAME}"
    told = {"invariant": "I20 book", "scope": NAME}
    assert item.events == [{"event": "governance.InvariantBroken", "op": 0} | told]
    assert ledger.get(Stuck, f"market/{NAME}") == Stuck(NAME, ledger.block.height)
    assert len(alarms) == 1
    assert hooks.check_block(ledger) == []


def test_the_recount_finds_what_the_records_do_not_explain() -> None:
    world, _ann, _ben = traded()
    good = {"order:1/cea24": 3 * TONNE}
    recount(world.draft(), good)
    for balances in ({}, {"order:1/cea24": 1}, good | {"order:7/cny": 5}):
        with pytest.raises(Breach, match="I11"):
            recount(world.draft(), balances)
    world.draft().index(Books).apply("", None, resting(world).replace(no=9, seq=9))
    with pytest.raises(Breach, match="I20"):
        recount(world.draft(), good)

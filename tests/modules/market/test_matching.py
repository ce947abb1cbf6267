"""Continuous matching of market.md 4 and settlement of 12.1."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.identity.reads import is_trader
from ctn.modules.market.book import Books
from ctn.modules.market.records import Order, Tape
from tests.modules.market.worlds import (
    CEA,
    CNY,
    CROWD,
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
from tests.worlds import START


def sold_to(events: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Each fill: the maker's reference, tonnes, price."""
    rows = []
    for event in named(events, "Traded"):
        maker = event["seller_ref"] if event["taker"] == "buy" else event["buyer_ref"]
        rows.append((maker, event["qty"] // TONNE, event["price"]))
    return rows


def test_the_better_price_comes_first_and_trades_at_the_makers_price() -> None:
    world = MarketWorld()
    ann, ben, cat = (world.trader(name, tonnes=10) for name in ("ann", "ben", "cat"))
    world.accept(ann, sell(5, 61_000))
    world.accept(ben, sell(5, 60_000))
    assert sold_to(world.accept(cat, buy(7, 62_000))) == [
        ("order:2", 5, 60_000), ("order:1", 2, 61_000),
    ]  # fmt: skip


def test_among_equal_prices_the_earlier_order_comes_first() -> None:
    world = MarketWorld()
    ann, ben, cat = (world.trader(name, tonnes=10) for name in ("ann", "ben", "cat"))
    world.accept(ben, sell(5, 60_000))
    world.accept(ann, sell(5, 60_000))
    assert sold_to(world.accept(cat, buy(6, 60_000))) == [
        ("order:1", 5, 60_000), ("order:2", 1, 60_000),
    ]  # fmt: skip


def test_among_equal_prices_reputation_comes_before_time() -> None:
    world = MarketWorld()
    ann, ben, cat, dan = (world.trader(name, tonnes=10) for name in ("ann", "ben", "cat", "dan"))
    world.standing(ben, rank=1, discount_bp=1_000)
    world.standing(cat, rank=2)
    for seller in (ann, ben, cat):
        world.accept(seller, sell(2, 60_000))
    events = world.accept(dan, buy(6, 60_000))
    assert [row[0] for row in sold_to(events)] == ["order:3", "order:2", "order:1"]
    assert [event["ranks"] for event in named(events, "Traded")] == [[0, 2], [0, 1], [0, 0]]


def test_price_comes_before_reputation() -> None:
    world = MarketWorld()
    ann, ben, cat = (world.trader(name, tonnes=10) for name in ("ann", "ben", "cat"))
    world.standing(ann, rank=2)
    world.accept(ann, sell(2, 60_100))
    world.accept(ben, sell(2, 60_000))
    assert [row[0] for row in sold_to(world.accept(cat, buy(3, 60_100)))] == ["order:2", "order:1"]


def test_a_fill_moves_both_legs_and_both_fees() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(3, 62_500))
    before = world.balance(ann)
    event = named(world.accept(ben, buy(3, 62_500)), "Traded")[0]
    assert event["notional"] == 187_500
    assert event["fees"] == [94, 57]
    assert world.balance(ann) - before == 187_500 - 57
    assert world.balance(ben, CEA) == 3 * TONNE
    assert world.balance(f"fees:{NAME}") == 94 + 57


def test_an_advanced_user_pays_less() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.standing(ben, rank=1, discount_bp=1_000)
    world.standing(ann, rank=1, discount_bp=5_000)
    world.accept(ann, sell(100, 62_500, qty=10 * TONNE))
    event = named(world.accept(ben, buy(10, 62_500)), "Traded")[0]
    assert event["fees"] == [282, 94]  # up: 281.25 and 93.75


def test_fees_as_taker_and_then_as_maker_are_rounded_up_once() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=20), world.trader("ben")
    world.accept(ann, sell(3, 62_500), sell(1, 62_500))
    fees = [event["fees"][0] for event in named(world.accept(ben, buy(11, 63_000)), "Traded")]
    fees += [event["fees"][0] for event in named(world.accept(ann, sell(7, 63_000)), "Traded")]
    assert fees == [94, 31, 133]
    assert world.order(3) is None
    assert world.balance("order:3") == 0


def test_what_a_better_price_saves_goes_back_at_once() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(5, 60_000))
    world.accept(ben, buy(9, 66_000))
    # 4 t rest at 66,000: 264,000 and 300 ppm of it, less the credit of the taker's fee.
    assert world.balance("order:2") == 264_000 + 80
    world.accept(ben, cancel(2))
    assert world.balance("order:2") == 0


def test_last_and_the_day_figures_follow_the_trades() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(2, 60_000), sell(3, 61_000), sell(2, 59_000))
    world.accept(ben, buy(6, 61_000))
    figures = world.figures()
    assert (figures.open, figures.top, figures.bottom, figures.last) == (
        59_000, 61_000, 59_000, 61_000,
    )  # fmt: skip
    assert (figures.qty, figures.trades) == (6 * TONNE, 3)
    assert figures.notional == 2 * 59_000 + 2 * 60_000 + 2 * 61_000
    assert figures.tail_qty == 0


def test_trades_of_the_last_minutes_count_for_the_tail() -> None:
    world = MarketWorld()
    world.put(state(tail_from=START))
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(2, 60_000))
    world.accept(ben, buy(2, 60_000))
    assert (world.figures().tail_qty, world.figures().tail_notional) == (2 * TONNE, 120_000)


def test_the_tape_keeps_32_trades_in_a_piece() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=100), world.trader("ben")
    for _ in range(4):
        world.accept(ann, *[sell(1, 60_000)] * 10)
    world.accept(ben, buy(40, 60_000, fills_max=40))
    first, second = world.get(Tape, f"{0:020d}"), world.get(Tape, f"{1:020d}")
    assert [trade.no for trade in first.trades] == list(range(1, 32))
    assert [trade.no for trade in second.trades] == list(range(32, 41))
    assert second.trades[0].buyer_ref == "order:41"


def test_each_add_change_removal_and_trade_raises_the_feed() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    seen = []
    for sender, op in (
        (ann, sell(5, 60_000)), (ben, buy(2, 60_000)), (ben, buy(4, 60_000)),
        (ben, replace(3, price=59_900)), (ben, cancel(3)), (ben, buy(1, 59_000, tif="ioc")),
    ):  # fmt: skip
        world.accept(sender, op)
        seen.append(world.figures().feed_seq)
    # add; trade + change; trade + removal + add; removal + add; removal; nothing
    assert seen == [1, 3, 6, 8, 9, 9]


def test_an_expired_maker_ends_when_it_is_reached() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(5, 60_000, tif="gtd", expires=START + 60_000))
    world.accept(ann, sell(5, 60_000))
    world.later(120_000)
    events = world.accept(ben, buy(5, 60_000))
    assert sold_to(events) == [("order:2", 5, 60_000)]
    # The due queue of the block may have ended it before.
    assert ends(events) in ([(1, "expired")], [])
    assert world.balance("order:1", CEA) == 0


def test_a_maker_outside_the_band_ends_and_is_not_traded() -> None:
    world, ann, ben = crowd()
    world.resting(*outside(ann, CROWD + 1), rested(CROWD + 2, ann, "sell", 60_000))
    events = world.accept(ben, buy(1, 60_000))
    assert sold_to(events) == [(f"order:{CROWD + 2}", 1, 60_000)]
    assert ends(events) == [(CROWD + 1, "band")]
    assert named(events, "OrdersEnded")[0]["orders"][0]["state"] == "expired"


def crowd() -> tuple[MarketWorld, str, str]:
    """A market whose band has risen to 55,000, a seller and a buyer."""
    world = MarketWorld()
    world.put(state(low=55_000))
    return world, world.trader("ann"), world.trader("ben")


def outside(seller: str, count: int) -> list[Order]:
    """Asks below that band; the hooks of a block take out the first `CROWD` of them."""
    return [rested(no, seller, "sell", 54_000) for no in range(1, count + 1)]


def test_a_maker_that_may_trade_no_more_ends_for_freeze() -> None:
    world = MarketWorld()
    ann, ben, cat = (world.trader(name, tonnes=10) for name in ("ann", "ben", "cat"))
    world.verified_until(ann, START + 30_000)
    world.accept(ann, sell(5, 60_000))
    world.accept(ben, sell(5, 60_000))
    world.later(60_000)
    assert not is_trader(world.draft(), ann)
    events = world.accept(cat, buy(5, 60_000))
    assert ends(events) == [(1, "freeze")]
    assert sold_to(events) == [("order:2", 5, 60_000)]
    assert world.balance(ann, CEA) == 10 * TONNE


def test_cancel_taker_ends_the_incoming_order_at_its_owners_order() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben", tonnes=10)
    world.accept(ben, sell(1, 60_000))
    world.accept(ann, sell(5, 60_100))
    events = world.accept(ann, buy(3, 60_200))
    assert sold_to(events) == [("order:1", 1, 60_000)]
    assert ends(events) == [(3, "stp")]
    assert world.order(2) is not None


def test_two_accounts_of_one_owner_are_one() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10, owner="both")
    ben = world.trader("ben", owner="both")
    world.accept(ann, sell(5, 60_000))
    assert ends(world.accept(ben, buy(5, 60_000))) == [(2, "stp")]


def test_cancel_maker_ends_the_resting_order_and_goes_on() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben", tonnes=10)
    world.accept(ann, sell(5, 60_000))
    world.accept(ben, sell(5, 60_100))
    events = world.accept(ann, buy(3, 60_200, stp="cancel_maker"))
    assert ends(events) == [(1, "stp")]
    assert sold_to(events) == [("order:2", 3, 60_100)]


def test_cancel_both_ends_both() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10)
    world.accept(ann, sell(5, 60_000))
    events = world.accept(ann, buy(3, 60_200, stp="cancel_both"))
    assert ends(events) == [(1, "stp"), (2, "stp")]
    assert world.levels() == ([], [])


def test_decrement_shrinks_the_larger_resting_order_and_keeps_its_place() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10)
    world.accept(ann, sell(5, 60_000))
    events = world.accept(ann, buy(3, 60_200, stp="decrement"))
    assert ends(events) == [(2, "stp")]
    kept = world.order(1)
    assert kept is not None
    assert (kept.qty, kept.open, kept.seq) == (2 * TONNE, 2 * TONNE, 1)
    assert [(row["no"], row["open"]) for row in named(events, "OrderChanged")] == [(1, 2 * TONNE)]


def test_decrement_shrinks_the_larger_incoming_order_and_lets_it_rest() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10)
    world.accept(ann, buy(3, 60_000))
    events = world.accept(ann, sell(5, 60_000, stp="decrement"))
    assert ends(events) == [(1, "stp")]
    kept = world.order(2)
    assert kept is not None
    assert (kept.qty, kept.open) == (2 * TONNE, 2 * TONNE)


def test_decrement_of_equal_orders_ends_both() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10)
    world.accept(ann, sell(5, 60_000))
    events = world.accept(ann, buy(5, 60_000, stp="decrement"))
    assert ends(events) == [(1, "stp"), (2, "stp")]
    assert world.levels() == ([], [])


def test_decrement_gives_back_what_a_bid_holds_too_much() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=10)
    world.accept(ann, buy(5, 60_000))
    world.accept(ann, sell(2, 60_000, stp="decrement"))
    assert world.balance("order:1") == 180_000 + 54


def test_after_fills_max_makers_the_rest_ends_while_it_would_cross() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(1, 60_000), sell(1, 60_000), sell(1, 60_000))
    events = world.accept(ben, buy(5, 60_000, fills_max=2))
    assert ends(events) == [(4, "fills_max")]
    assert len(named(events, "Traded")) == 2
    assert world.levels() == ([], [(60_000, 1)])


def test_after_fills_max_makers_the_rest_stays_when_nothing_crosses() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=10), world.trader("ben")
    world.accept(ann, sell(1, 60_000), sell(1, 60_000))
    events = world.accept(ben, buy(5, 60_000, fills_max=2))
    assert ends(events) == []
    assert world.levels() == ([(60_000, 3)], [])


def test_makers_that_are_over_count_as_touched() -> None:
    world, ann, ben = crowd()
    world.resting(*outside(ann, CROWD + 2), rested(CROWD + 3, ann, "sell", 60_000))
    events = world.accept(ben, buy(2, 60_000, fills_max=1))
    assert ends(events) == [(CROWD + 1, "band"), (CROWD + 4, "fills_max")]


FLOW = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["buy", "sell"]), st.integers(1, 9),
        st.integers(-5, 5), st.sampled_from(["gtc", "gtc", "ioc", "fok", "cancel", "replace"]),
        st.sampled_from(["cancel_taker", "cancel_maker", "cancel_both", "decrement"]),
    ),
    min_size=5, max_size=40,
)  # fmt: skip


def an_op(world: MarketWorld, row: tuple[int, str, int, int, str, str], sender: str) -> Any:
    _who, side, tonnes, step, verb, stp = row
    price = 60_000 + 100 * step
    mine = sorted(world.draft().index(Books).holder(sender).orders)
    if verb in ("cancel", "replace") and mine:
        number = mine[tonnes % len(mine)]
        if verb == "cancel":
            return cancel(number)
        return replace(number, qty=tonnes + 9, price=price)
    tif = verb if verb in ("ioc", "fok") else "gtc"
    make = buy if side == "buy" else sell
    return make(tonnes, price, tif=tif, stp=stp, fills_max=tonnes)


@given(FLOW)
@settings(max_examples=20, deadline=None)
def test_whatever_is_sent_value_is_kept_and_the_book_is_its_records(
    flow: list[tuple[int, str, int, int, str, str]],
) -> None:
    world = MarketWorld()
    people = [world.trader(name, cny=200, tonnes=30) for name in ("ann", "ben", "cat")]
    people.append(world.trader("dan", cny=200, tonnes=30, owner="ann"))
    world.standing(people[1], rank=2, discount_bp=3_000)
    for row in flow:
        sender = people[row[0]]
        world.run(sender, an_op(world, row, sender))  # applied ones are recounted
    for sender in people:
        for number in sorted(world.draft().index(Books).holder(sender).orders):
            world.accept(sender, cancel(number))
    holders = [*people, "fees:tx", f"fees:{NAME}"]
    assert sum(world.balance(one, CEA) for one in holders) == 4 * 30 * TONNE
    assert sum(world.balance(one) for one in holders) == 4 * 200 * CNY
    assert world.levels() == ([], [])


@given(FLOW)
@settings(max_examples=10, deadline=None)
def test_fills_come_as_from_a_list_searched_for_the_best_order(
    flow: list[tuple[int, str, int, int, str, str]],
) -> None:
    world = MarketWorld()
    people = [world.trader(f"p{number}", cny=9_000, tonnes=300) for number in range(4)]
    world.standing(people[1], rank=2)
    world.standing(people[2], rank=1)
    ranks = [0, 2, 1, 0]
    resting: list[list[int]] = []  # number, who, is_buy, price, tonnes
    for number, (who, side, size, step, _verb, _stp) in enumerate(flow, 1):
        is_buy, price, tonnes = side == "buy", 60_000 + 100 * step, size
        make = buy if is_buy else sell
        events = world.accept(people[who], make(tonnes, price, stp="cancel_maker", fills_max=50))
        expected = []
        while tonnes:
            cross = [
                row for row in resting
                if row[2] != is_buy and (row[3] <= price if is_buy else row[3] >= price)
            ]  # fmt: skip
            if not cross:
                resting.append([number, who, is_buy, price, tonnes])
                break
            best = min(cross, key=lambda r: (r[3] if is_buy else -r[3], -ranks[r[1]], r[0]))
            if best[1] == who:
                resting.remove(best)
                continue
            qty = min(tonnes, best[4])
            expected.append((f"order:{best[0]}", qty, best[3]))
            tonnes -= qty
            best[4] -= qty
            if best[4] == 0:
                resting.remove(best)
        assert sold_to(events) == expected

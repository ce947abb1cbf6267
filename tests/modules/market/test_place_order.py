"""`market.place_order`: what it does when accepted, and every refusal of market.md 3.2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import InsufficientBalance
from ctn.modules.market import refusals
from ctn.modules.market.place_order import ClientIdReused
from ctn.modules.market.records import Order, Pace, Session, Status, Via
from ctn.modules.market.set_status import SetStatus
from tests.modules.market.worlds import (
    CEA,
    HIGH,
    LOW,
    NAME,
    TONNE,
    MarketWorld,
    buy,
    cancel,
    ends,
    instrument,
    market,
    named,
    sell,
)
from tests.worlds import DAY, START

EIGHT = 480  # the minute of START


def two() -> tuple[MarketWorld, str, str]:
    """A seller of 20 t and a buyer."""
    world = MarketWorld()
    return world, world.trader("ann", tonnes=20), world.trader("ben")


def test_a_bid_rests_with_price_and_greatest_fee_reserved() -> None:
    world, _ann, ben = two()
    events = world.accept(ben, buy(3, 62_500))
    assert world.balance("order:1") == 187_500 + 57
    assert world.levels() == ([(62_500, 3)], [])
    assert [event["event"] for event in events] == ["market.OrderPlaced"]


def test_an_ask_rests_with_its_grams_reserved() -> None:
    world, ann, _ben = two()
    world.accept(ann, sell(3, 62_500))
    assert world.balance("order:1", CEA) == 3 * TONNE
    assert world.levels() == ([], [(62_500, 3)])


def test_an_order_carries_number_rank_place_and_caps() -> None:
    world, ann, _ben = two()
    world.standing(ann, rank=2, discount_bp=1_000)
    world.accept(ann, sell(3, 62_500, client_id="mine"))
    order = world.order(1)
    assert order is not None
    assert (order.no, order.seq, order.rank, order.height) == (1, 1, 2, 1)
    assert (order.state, order.cap, order.credit) == ("open", 300 * 9_000, 0)
    assert order.client_id == "mine"


def test_good_till_cancelled_lives_90_days_and_a_day_order_its_last_session() -> None:
    world, ann, _ben = two()
    world.accept(ann, sell(1, 62_000))
    world.accept(ann, sell(1, 62_000, tif="day"))
    world.accept(ann, sell(1, 62_000, tif="gtd", expires=START + DAY))
    orders = [world.order(number) for number in (1, 2, 3)]
    assert [order.expires for order in orders if order] == [
        START + 1_000 + 90 * DAY, START + DAY // 2, START + DAY,
    ]  # fmt: skip


def test_immediate_or_cancel_takes_what_there_is() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_000))
    events = world.accept(ben, buy(5, 60_000, tif="ioc"))
    assert len(named(events, "Traded")) == 1
    assert ends(events) == [(2, "ioc")]
    assert world.balance(ben, CEA) == 2 * TONNE
    assert world.levels() == ([], [])


def test_immediate_or_cancel_that_finds_nothing_is_applied() -> None:
    world, _ann, ben = two()
    events = world.accept(ben, buy(5, 60_000, tif="ioc"))
    assert ends(events) == [(1, "ioc")]
    assert named(events, "OrdersEnded")[0]["orders"][0]["state"] == "cancelled"


def test_fill_or_kill_takes_all() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_000), sell(3, 60_100))
    events = world.accept(ben, buy(5, 60_100, tif="fok"))
    assert len(named(events, "Traded")) == 2
    assert ends(events) == []


def test_fill_or_kill_that_finds_too_little_does_nothing() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_000), sell(2, 60_100))
    before = world.figures()
    events = world.accept(ben, buy(5, 60_100, tif="fok"))
    assert ends(events) == [(3, "fok")]
    assert named(events, "Traded") == []
    assert world.levels() == ([], [(60_000, 2), (60_100, 2)])
    assert world.figures() == before


def test_fill_or_kill_stops_at_an_own_order_whatever_its_self_trade_mode() -> None:
    world, ann, ben = two()
    world.accept(ben, buy(1, 60_000))
    world.accept(ann, buy(3, 59_900))
    world.accept(ann, sell(1, 60_200))
    events = world.accept(ann, sell(2, 59_900, tif="fok", stp="cancel_maker"))
    assert ends(events) == [(4, "fok")]
    assert world.levels() == ([(60_000, 1), (59_900, 3)], [(60_200, 1)])


def test_fill_or_kill_stops_after_fills_max_makers() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(1, 60_000), sell(1, 60_000))
    assert ends(world.accept(ben, buy(2, 60_000, tif="fok", fills_max=1))) == [(3, "fok")]
    assert ends(world.accept(ben, buy(2, 60_000, tif="fok", fills_max=2))) == []


def test_a_market_order_trades_within_its_protection() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_000), sell(2, 60_600), sell(2, 60_700))
    events = world.accept(ben, market("buy", 6, 100))  # 60,000 and 1 %: 60,600
    assert [event["price"] for event in named(events, "Traded")] == [60_000, 60_600]
    assert named(events, "OrderPlaced")[0]["price"] == 60_600
    assert ends(events) == [(4, "ioc")]


def test_a_market_order_to_sell_is_protected_upwards() -> None:
    world, ann, ben = two()
    world.accept(ben, buy(2, 60_100), buy(2, 59_600), buy(2, 59_500))
    events = world.accept(ann, market("sell", 6, 100))  # 60,100 less 1 %: 59,499, up 59,500
    assert [event["price"] for event in named(events, "Traded")] == [60_100, 59_600, 59_500]


def test_protection_is_clipped_to_the_band() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 65_900))
    events = world.accept(ben, market("buy", 2, 500))
    assert named(events, "OrderPlaced")[0]["price"] == HIGH


def test_a_market_order_without_an_opposite_ends_for_no_liquidity() -> None:
    world, _ann, ben = two()
    for tif in ("ioc", "fok"):
        events = world.accept(ben, market("buy", 2, tif=tif))
        assert [reason for _no, reason in ends(events)] == ["no_liquidity"]


def test_a_post_only_order_rests() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_100))
    world.accept(ben, buy(2, 60_000, post_only=True, fills_max=0))
    assert world.levels() == ([(60_000, 2)], [(60_100, 2)])


def test_an_order_with_no_fills_left_ends_if_it_crosses() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(2, 60_000))
    assert ends(world.accept(ben, buy(2, 60_000, fills_max=0))) == [(2, "fills_max")]


def test_the_same_client_id_makes_one_order() -> None:
    world, _ann, ben = two()
    world.accept(ben, buy(2, 60_000, client_id="A.1"))
    events = world.accept(ben, buy(2, 60_000, client_id="A.1"))
    assert [event["event"] for event in events] == ["market.OrderRepeated"]
    assert events[0]["no"] == 1
    assert world.levels() == ([(60_000, 2)], [])


def test_a_client_id_names_its_order_even_when_that_is_over() -> None:
    world, _ann, ben = two()
    world.accept(ben, buy(2, 60_000, client_id="A.1"))
    world.accept(ben, cancel(1))
    assert world.accept(ben, buy(2, 60_000, client_id="A.1"))[0]["event"] == "market.OrderRepeated"


def test_a_client_id_is_free_again_after_100_days_and_for_another_account() -> None:
    world, ann, ben = two()
    world.accept(ben, buy(2, 60_000, client_id="A.1"))
    world.accept(ann, buy(2, 60_000, client_id="A.1"))
    world.later(100 * DAY)
    events = world.accept(ben, buy(3, 60_000, client_id="A.1", tif="ioc"))
    assert named(events, "OrderRepeated") == []


def test_refuses_an_instrument_that_is_not_there() -> None:
    world, _ann, ben = two()
    world.refuse(ben, refusals.InstrumentNotFound, buy(1, 60_000, instrument="none-cny"))


def test_refuses_a_client_id_with_other_fields() -> None:
    world, _ann, ben = two()
    world.accept(ben, buy(2, 60_000, client_id="A.1"))
    facts = world.refuse(ben, ClientIdReused, buy(3, 60_000, client_id="A.1"))
    assert facts == {"client_id": "A.1", "order": 1}


def test_refuses_outside_the_sessions() -> None:
    world = MarketWorld(sessions=(Session("book", 0, EIGHT), Session("book", EIGHT + 1, 1_440)))
    ben = world.trader("ben")
    world.empty_block()
    facts = world.refuse(ben, refusals.MarketClosed, buy(1, 60_000))
    assert facts["phase"] == "closed"
    world.later(60_000)
    world.accept(ben, buy(1, 60_000))


@pytest.mark.parametrize("status", ["suspended", "delisted"])
def test_refuses_an_instrument_that_its_operator_stopped(status: Status) -> None:
    world, _ann, ben = two()
    operator = world.authority("operator", DutyKind.OPERATOR)
    world.accept(operator, SetStatus(NAME, status))
    facts = world.refuse(ben, refusals.MarketClosed, buy(1, 60_000))
    assert facts["status"] == status


@pytest.mark.parametrize("changes", [{"status": "draft"}, {"modes": ("listed", "block")}])
def test_refuses_an_instrument_without_an_active_book(changes: dict[str, object]) -> None:
    world, _ann, ben = two()
    world.put(instrument(**changes))
    world.empty_block()
    world.refuse(ben, refusals.MarketClosed, buy(1, 60_000))


def test_refuses_a_person_where_only_enterprises_trade() -> None:
    world = MarketWorld(eligible=("enterprise",))
    ann, firm = world.trader("ann"), world.enterprise("firm", cny=10_000)
    world.refuse(ann, refusals.NotEligible, buy(1, 60_000))
    world.accept(firm, buy(1, 60_000))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "stop", "trigger": 61_000}),
        ("kind", {"kind": "take_profit", "trigger": 61_000}),
        ("trigger", {"trigger": 61_000}),
        ("display", {"display": TONNE}),
        ("via", {"via": Via("platform", 100)}),
        ("price", {"price": None}),
        ("price", {"kind": "market", "tif": "ioc", "protect_bp": 100}),
        ("tif", {"kind": "market", "price": None, "protect_bp": 100}),
        ("post_only", {"post_only": True, "tif": "ioc"}),
        ("protect_bp", {"protect_bp": 100}),
        ("protect_bp", {"kind": "market", "price": None, "tif": "ioc"}),
        ("protect_bp", {"kind": "market", "price": None, "tif": "ioc", "protect_bp": 0}),
        ("protect_bp", {"kind": "market", "price": None, "tif": "ioc", "protect_bp": 501}),
    ],
)
def test_refuses_what_makes_no_order(field: str, changes: dict[str, object]) -> None:
    world, _ann, ben = two()
    facts = world.refuse(ben, refusals.OrderTypeNotAllowed, buy(1, 60_000, **changes))
    assert facts == {"field": field}


def test_refuses_a_price_off_tick() -> None:
    world, _ann, ben = two()
    world.refuse(ben, refusals.OffTick, buy(1, 60_050))


def test_refuses_a_quantity_off_lot() -> None:
    world, _ann, ben = two()
    world.refuse(ben, refusals.OffLot, buy(1, 60_000, qty=TONNE + 1))


def test_refuses_less_than_a_lot_and_more_than_the_largest_order() -> None:
    world, ann, _ben = two()
    world.refuse(ann, refusals.QtyTooSmall, sell(0, 60_000))
    world.refuse(ann, refusals.QtyTooLarge, sell(100_000, 60_000))
    world.refuse(ann, InsufficientBalance, sell(99_999, 60_000))


def test_refuses_a_price_outside_the_band_and_takes_its_edges() -> None:
    world, ann, _ben = two()
    world.refuse(ann, refusals.OutsideBand, sell(1, HIGH + 100))
    world.refuse(ann, refusals.OutsideBand, sell(1, LOW - 100))
    world.accept(ann, sell(1, HIGH), sell(1, LOW))


def test_refuses_an_expiry_that_is_past_too_far_or_not_for_this_order() -> None:
    world, _ann, ben = two()
    now = START + 1_000
    far = now + 90 * DAY
    for changes in (
        {"tif": "gtd", "expires": now},
        {"tif": "gtd", "expires": far + 5_001},
        {"tif": "gtd"},
        {"tif": "gtc", "expires": now + DAY},
    ):
        world.refuse(ben, refusals.ExpiryInvalid, buy(1, 60_000, **changes))
    world.accept(ben, buy(1, 60_000, tif="gtd", expires=world.time + 1_000 + 90 * DAY))


def test_refuses_the_101st_order_of_an_account_in_a_block() -> None:
    world, _ann, ben = two()
    world.put(Pace(1, 99), ben)
    orders = [buy(1, 60_000, tif="ioc")] * 2
    facts = world.refuse(ben, refusals.RateLimited, *orders)
    assert facts == {"most": 100}
    world.accept(ben, *orders)  # another block


def test_refuses_the_201st_open_order_of_a_person() -> None:
    world, ann, _ben = two()
    rich = world.trader("rich", cny=10**7)
    world.standing(ann, rank=1)
    for _ in range(20):
        world.accept(rich, *[buy(1, 54_000)] * 10)
    facts = world.refuse(rich, refusals.TooManyOrders, buy(1, 54_000))
    assert facts == {"open": 200, "most": 200}


def test_an_enterprise_or_an_advanced_user_may_have_500_open() -> None:
    world = MarketWorld()
    firm = world.enterprise("firm", cny=10**7)
    star = world.trader("star", cny=10**7)
    world.standing(star, rank=1)
    for who in (firm, star):
        for _ in range(20):
            world.block(world.tx(who, *[buy(1, 54_000)] * 10))
        world.accept(who, buy(1, 54_000))


def test_refuses_a_bid_that_its_owner_could_not_pay_as_taker() -> None:
    world = MarketWorld()
    ann = world.trader("ann", cny=0)
    world.grant(ann, "cny", 60_000 + 29 + 20)  # 20 is the network fee
    facts = world.refuse(ann, InsufficientBalance, buy(1, 60_000, fills_max=0))
    assert facts["need"] == 60_000 + 30  # 500 ppm while it enters
    assert facts["asset"] == "cny"


def test_refuses_an_ask_without_the_grams() -> None:
    world, _ann, ben = two()
    world.refuse(ben, InsufficientBalance, sell(1, 60_000))


def test_refuses_a_post_only_order_that_would_cross() -> None:
    world, ann, ben = two()
    world.accept(ann, sell(1, 60_000))
    facts = world.refuse(ben, refusals.WouldCross, buy(1, 60_000, post_only=True))
    assert facts == {"price": 60_000, "best": 60_000}


def test_refuses_a_visitor() -> None:
    world = MarketWorld()
    visitor = world.stranger("visitor", cny=1_000)
    receipt = world.run(visitor, buy(1, 60_000))
    assert receipt.refusal == "kernel.RoleTooLow"


def test_the_most_work_lies_within_what_is_stated() -> None:
    world, ann, ben = two()
    world.accept(ann, *[sell(1, 60_000 + 100 * step) for step in range(10)])
    op = buy(11, 61_000, fills_max=10, client_id="x")
    ledger = world.draft()
    ledger.begin(ledger.tx, "market", type(op).writes, op.work)
    op.apply(ledger, ben)
    assert ledger.end() <= op.work


@given(
    st.sampled_from(["buy", "sell"]), st.integers(1, 30), st.integers(540, 660),
    st.sampled_from(["gtc", "day", "ioc", "fok"]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_an_order_never_costs_more_than_its_limit_and_fee(
    side: str, tonnes: int, hundreds: int, tif: str
) -> None:
    world = MarketWorld()
    ann, ben, cat = world.trader("ann", tonnes=50), world.trader("ben"), world.trader("cat")
    world.accept(ann, *[sell(2, 60_100 + 500 * step) for step in range(10)])
    world.accept(ben, *[buy(2, 59_900 - 500 * step) for step in range(10)])
    who = cat if side == "buy" else ann
    price = 100 * hundreds
    money, grams = world.balance(who), world.balance(who, CEA)
    make = buy if side == "buy" else sell
    events = world.accept(who, make(tonnes, price, tif=tif, stp="cancel_maker"))
    traded = sum(event["qty"] for event in named(events, "Traded"))
    if side == "buy":
        paid = sum(event["notional"] + event["fees"][0] for event in named(events, "Traded"))
        assert paid <= traded * price // TONNE + traded * price * 500 // (TONNE * 10**6) + 1
        assert money - world.balance(who) >= paid
    else:
        assert all(event["price"] >= price for event in named(events, "Traded"))
        assert grams - world.balance(who, CEA) <= 20 * TONNE + tonnes * TONNE
    left = world.get(Order, f"{21:020d}")
    assert (left is None) or tif in ("gtc", "day")

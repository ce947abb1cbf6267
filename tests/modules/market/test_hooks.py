"""Day rolls, phases, and what leaves the book by itself."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.block import Stuck
from ctn.modules.assets.records import Calendar
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.presets import TONNE
from ctn.modules.market.records import ClientId, InstrumentState, Order, Session
from ctn.modules.market.refusals import MarketClosed
from ctn.modules.market.set_calendar import SetCalendar
from ctn.modules.market.set_status import SetStatus
from tests.modules.market.listings import (
    BATCH,
    CHINA,
    FRIDAY,
    NAME,
    REF,
    SEEE,
    listed,
    market,
    order,
    placing,
    resting,
    told,
)
from tests.worlds import DAY, START, World

HOUR = 3_600_000
MINUTE = 60_000
MIDNIGHT = FRIDAY * DAY - 8 * HOUR  # Friday 0:00 in China; START is 16:00
UTC_MIDNIGHT = START // DAY * DAY + DAY
FUNDS = ("fund:treasury", "fund:points", "fund:insurance", "escrow:support")


def at(world: World, time: int) -> list[dict[str, Any]]:
    """The hook items of an empty block at a time."""
    world.later(time - world.time - 1_000)
    return world.empty_block()


def traders(world: World) -> tuple[str, str]:
    """A buyer with money and a seller with tonnes."""
    buyer, seller = world.person("buyer", cny=1_000_000), world.person("seller", cny=1_000)
    world.grant(seller, BATCH, 10_000 * TONNE)
    return buyer, seller


def trade(world: World, people: tuple[str, str], price: int, tonnes: int = 1) -> None:
    """A trade of the two at a price."""
    buyer, seller = people
    world.accept(buyer, placing("buy", price, tonnes))
    world.accept(seller, placing("sell", price, tonnes))


def ended(items: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Number, state and reason of the orders that hook items ended, in their order."""
    rows = [row for event in told(items, "OrdersEnded") for row in event["orders"]]
    return [(row["no"], row["state"], row["reason"]) for row in rows]


def state(world: World) -> Any:
    """Where the instrument stands."""
    return world.get(InstrumentState, NAME)


# --- day rolls


def test_the_close_becomes_the_reference_and_the_day_figures_restart() -> None:
    world, _operator = market()
    people = traders(world)
    listed(world)
    world.empty_block()
    trade(world, people, 600_000, 1)
    trade(world, people, 610_000, 3)
    day = state(world).day
    event = told(at(world, UTC_MIDNIGHT), "DayRolled")[0]
    assert event["close"] == 607_500
    assert (event["qty"], event["notional"], event["trades"]) == (4 * TONNE, 2_430_000, 2)
    assert (event["day"], event["next_day"]) == (day, day + 1)
    after = state(world)
    assert (after.ref, after.low, after.high) == (607_500, 546_800, 668_200)
    assert (event["low"], event["high"]) == (after.low, after.high)
    assert (after.qty, after.notional, after.trades) == (0, 0, 0)
    assert (after.open, after.top, after.bottom, after.last) == (None, None, None, 610_000)


def test_a_day_without_a_trade_keeps_the_close() -> None:
    world, _operator = market()
    listed(world)
    assert told(at(world, UTC_MIDNIGHT), "DayRolled")[0]["close"] == REF
    assert told(at(world, UTC_MIDNIGHT + DAY), "DayRolled")[0]["close"] == REF
    assert state(world).ref == REF


@pytest.mark.parametrize(("rule", "close"), [("vwap_day", 630_000), ("vwap_tail", 660_000)])
def test_the_tail_counts_the_last_15_minutes_only(rule: str, close: int) -> None:
    world, _operator = market()
    people = traders(world)
    listed(world, close=rule)
    at(world, UTC_MIDNIGHT - 15 * MINUTE - 10_000)
    trade(world, people, 600_000)
    at(world, UTC_MIDNIGHT - 15 * MINUTE)
    trade(world, people, 660_000)
    assert told(at(world, UTC_MIDNIGHT), "DayRolled")[0]["close"] == close


def test_a_tail_without_a_trade_falls_back_to_the_day() -> None:
    world, _operator = market()
    people = traders(world)
    listed(world, close="vwap_tail")
    world.empty_block()
    trade(world, people, 610_000)
    assert told(at(world, UTC_MIDNIGHT), "DayRolled")[0]["close"] == 610_000


def test_a_weekend_rolls_at_midnight_of_monday() -> None:
    world, _operator = market()
    listed(world, CHINA, sessions=SEEE)
    assert told(at(world, MIDNIGHT + 3 * DAY - 1), "DayRolled") == []
    event = told(at(world, MIDNIGHT + 3 * DAY), "DayRolled")[0]
    assert (event["day"], event["next_day"]) == (FRIDAY, FRIDAY + 3)


def test_a_holiday_rolls_at_the_next_trading_day_and_an_extra_day_rolls() -> None:
    calendar = Calendar("china", 480, 31, (FRIDAY + 3,), (FRIDAY + 1,))
    world, _operator = market(calendar)
    listed(world, calendar, sessions=SEEE)
    assert told(at(world, MIDNIGHT + DAY), "DayRolled")[0]["next_day"] == FRIDAY + 1
    assert told(at(world, MIDNIGHT + 4 * DAY - 1), "DayRolled") == []
    assert told(at(world, MIDNIGHT + 4 * DAY), "DayRolled")[0]["next_day"] == FRIDAY + 4


def test_days_that_were_missed_roll_once() -> None:
    world, _operator = market()
    listed(world)
    events = told(at(world, UTC_MIDNIGHT + 5 * DAY), "DayRolled")
    assert [event["next_day"] - event["day"] for event in events] == [6]


def test_a_delisted_instrument_does_not_roll() -> None:
    world, operator = market()
    listed(world)
    world.accept(operator, SetStatus(NAME, "delisted"))
    assert told(at(world, UTC_MIDNIGHT), "DayRolled") == []


def test_the_fees_of_the_day_go_to_four_funds_and_nothing_is_lost() -> None:
    world, _operator = market()
    people = traders(world)
    listed(world)
    world.empty_block()
    trade(world, people, 600_000, 7)
    fees = world.balance(f"fees:{NAME}")
    assert fees > 0
    event = told(at(world, UTC_MIDNIGHT), "DayRolled")[0]
    shares = [world.balance(fund) for fund in FUNDS]
    assert shares[1:] == [fees // 5, fees // 5, fees // 10]
    assert sum(shares) == fees
    assert [event[name] for name in ("treasury", "points", "insurance", "support")] == shares
    assert world.balance(f"fees:{NAME}") == 0
    world.recount()


@settings(max_examples=20, deadline=None)
@given(
    trades=st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 9)), min_size=1, max_size=5)
)
def test_a_roll_shares_out_every_fee_and_stays_in_the_band(trades: list[tuple[int, int]]) -> None:
    world, _operator = market()
    people = traders(world)
    listed(world)
    world.empty_block()
    for ticks, tonnes in trades:
        trade(world, people, REF + 100 * ticks, tonnes)
    fees, before = world.balance(f"fees:{NAME}"), state(world)
    at(world, UTC_MIDNIGHT)
    assert sum(world.balance(fund) for fund in FUNDS) == fees
    after = state(world)
    assert before.bottom <= after.ref <= before.top
    assert after.low < after.ref < after.high
    world.recount()


# --- phases


def test_the_book_opens_and_closes_with_its_sessions() -> None:
    world, _operator = market()
    listed(world, CHINA, sessions=SEEE)
    monday = MIDNIGHT + 3 * DAY
    seen = []
    for minute in (0, 569, 570, 689, 690, 780, 899, 900):
        events = told(at(world, monday + minute * MINUTE), "PhaseChanged")
        seen.append([event["phase"] for event in events])
    assert seen == [[], [], ["open"], [], ["closed"], ["open"], [], ["closed"]]


def test_an_order_outside_the_session_is_refused() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world, CHINA, sessions=SEEE)
    world.refuse(buyer, MarketClosed, placing())
    at(world, MIDNIGHT + 3 * DAY + 570 * MINUTE)
    world.accept(buyer, placing())


def test_a_market_without_a_pause_stays_open_over_the_roll() -> None:
    world, _operator = market()
    listed(world)
    assert told(world.empty_block(), "PhaseChanged")[0]["phase"] == "open"
    assert told(at(world, UTC_MIDNIGHT), "PhaseChanged") == []


def test_a_calendar_that_closes_today_closes_the_book() -> None:
    world, operator = market()
    listed(world)
    world.empty_block()
    world.accept(operator, SetCalendar("always", 0, 127, (START // DAY,), ()))
    assert told(world.empty_block(), "PhaseChanged")[0]["phase"] == "closed"


# --- the due queue


def test_gtd_day_and_gtc_orders_end_at_their_time() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world, sessions=(Session("book", 0, 1_200),))
    world.empty_block()
    world.accept(
        buyer,
        placing(tif="gtd", expires=START + 60_000),
        placing(tif="day"),
        placing(tif="gtc"),
    )
    placed = world.time
    assert ended(at(world, START + 59_999)) == []
    assert ended(at(world, START + 60_000)) == [(1, "expired", "expired")]
    day_end = UTC_MIDNIGHT - DAY + 1_200 * MINUTE
    assert ended(at(world, day_end - 1)) == []
    assert ended(at(world, day_end)) == [(2, "expired", "expired")]
    assert ended(at(world, placed + 90 * DAY - 1)) == []
    assert ended(at(world, placed + 90 * DAY)) == [(3, "expired", "expired")]
    assert world.balance("order:3") == 0
    world.recount()


def test_a_client_id_is_forgotten_after_100_days() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world)
    world.empty_block()
    world.accept(buyer, placing(client_id="Mine-1"), CancelOrder(None, "Mine-1"))
    placed = world.time
    at(world, placed + 100 * DAY - 1)
    assert world.get(ClientId, f"{buyer}/Mine-1") is not None
    at(world, placed + 100 * DAY)
    assert world.get(ClientId, f"{buyer}/Mine-1") is None
    world.recount()


def test_what_is_due_leaves_by_time_then_kind_then_number() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world)
    times = {1: 50, 2: 40, 3: 60, 4: 40}
    orders = [order(no, buyer, expires=START + seconds * 1_000) for no, seconds in times.items()]
    resting(world, *orders)
    world.put(ClientId(buyer, "a", 3, "00" * 32, START + 40_000))
    items = at(world, START + 60_000)
    assert [no for no, _state, _reason in ended(items)] == [2, 4, 1, 3]
    assert world.get(ClientId, f"{buyer}/a") is None


def test_bids_above_and_asks_below_the_new_band_leave_lowest_number_first() -> None:
    world, _operator = market()
    people = traders(world)
    buyer, seller = people
    listed(world)
    world.empty_block()
    trade(world, people, 540_000)
    world.accept(buyer, placing("buy", 594_000), placing("buy", 600_000), placing("buy", 594_100))
    items = at(world, UTC_MIDNIGHT)
    assert ended(items) == [(4, "expired", "band"), (5, "expired", "band")]
    assert world.balance("order:3") > 0
    trade(world, (buyer, seller), 594_000)
    world.recount()


def test_asks_below_the_new_band_leave() -> None:
    world, _operator = market()
    people = traders(world)
    listed(world)
    world.empty_block()
    trade(world, people, 660_000)
    world.accept(people[1], placing("sell", 593_900), placing("sell", 594_000))
    assert ended(at(world, UTC_MIDNIGHT)) == [(3, "expired", "band")]
    assert world.balance(people[1], BATCH) == (10_000 - 2) * TONNE


def test_a_block_takes_out_1000_and_the_rest_follows() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world)
    resting(world, *[order(no, buyer, price=660_100) for no in range(1, 1_502)])
    # The first block opens the book: one item of the 1,000.
    first = ended(world.empty_block())
    assert [no for no, _state, _reason in first] == list(range(1, 1_000))
    due = world.machine.next_due()
    assert due is not None
    assert due <= world.time
    rest = ended(world.empty_block())
    assert [no for no, _state, _reason in rest] == list(range(1_000, 1_502))
    world.recount()


def test_a_bug_in_one_item_stops_that_item_alone() -> None:
    world, _operator = market()
    buyer, _seller = traders(world)
    listed(world)
    resting(world, order(2, buyer, expires=START + 10_000))
    world.put(order(1, buyer, expires=START + 10_000))  # holds nothing
    machine = world.machine
    outcome = machine.apply_block([], START + 10_000, leave_out=False)
    assert len(machine.alarms) == 1
    ledger = outcome.ledger
    stuck = ledger.get(Stuck, f"market/order:{1:020d}")
    assert stuck is not None
    assert stuck.scope == NAME
    assert ledger.get(Order, f"{1:020d}") is not None
    assert ledger.get(Order, f"{2:020d}") is None
    machine.committed(outcome)
    assert machine.next_due() == UTC_MIDNIGHT
    machine.apply_block([], START + 11_000, leave_out=False)
    assert len(machine.alarms) == 1


# --- when the next work is due


def test_the_next_work_of_a_closed_book_is_its_opening_or_its_roll() -> None:
    world, _operator = market()
    listed(world, CHINA, sessions=SEEE)
    monday = MIDNIGHT + 3 * DAY
    dues = []
    for _ in range(5):
        due = world.machine.next_due()
        assert due is not None
        dues.append((due - monday) // MINUTE)
        at(world, due)
    assert dues == [0, 570, 690, 780, 900]


def test_without_an_instrument_nothing_is_due() -> None:
    world, _operator = market()
    assert world.machine.next_due() is None


@settings(max_examples=20, deadline=None)
@given(
    spans=st.lists(st.integers(0, 1_440), min_size=2, max_size=6, unique=True),
    weekdays=st.integers(1, 127),
    seconds=st.lists(st.integers(5, 300_000), max_size=4),
)
def test_nothing_happens_before_the_next_due_time(
    spans: list[int], weekdays: int, seconds: list[int]
) -> None:
    calendar = Calendar("any", 480, weekdays, (), ())
    world, _operator = market(calendar)
    buyer, _seller = traders(world)
    bounds = sorted(spans[: len(spans) // 2 * 2])
    sessions = [
        Session("book", start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True)
    ]
    listed(world, calendar, sessions=tuple(sessions))
    orders = [order(no, buyer, expires=START + time * 1_000) for no, time in enumerate(seconds, 1)]
    if orders:
        resting(world, *orders)
    world.empty_block()
    for _ in range(6):
        due = world.machine.next_due()
        assert due is not None
        assert due > world.time
        if due - 1 > world.time:
            assert at(world, due - 1) == []
        at(world, due)
    world.recount()

"""After a gap in block time, or an emergency stop, books open by a call that meets at one price."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.modules.governance.records import HERE, STOP_MS, Council
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.stop import Stop
from ctn.modules.identity.records import Attestation
from ctn.modules.market.records import (
    CALL_MS,
    PAIRS_MAX,
    RESUME_GAP,
    Order,
    Reopening,
    Session,
)
from ctn.modules.market.refusals import MarketClosed, OrderTypeNotAllowed, SelfTrade
from ctn.modules.market.set_status import SetStatus
from tests.modules.market.worlds import (
    CEA,
    LEAPS,
    NAME,
    REF,
    TONNE,
    MarketWorld,
    buy,
    cancel,
    limit,
    market,
    named,
    rested,
    sell,
    state,
)
from tests.modules.market.worlds import replace as replacing
from tests.worlds import DAY, START

GAP = RESUME_GAP.default
MINUTE = 60_000


class GapWorld(MarketWorld):
    """A market in which time may not leap, with two traders and a council of one."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self.params["resume_gap"] = GAP
        self.member = self.stranger("member")
        self.put(Council((self.member,), 1, 1), HERE)
        self.buyer = self.trader("buyer")
        self.seller = self.trader("seller", tonnes=1_000)

    @property
    def phase(self) -> str:
        """The phase of the book."""
        return self.figures().phase

    def leap(self, milliseconds: int) -> list[dict[str, Any]]:
        """The hook items of an empty block so much later than the last."""
        self.later(milliseconds - 1_000)
        return self.empty_block()

    def called(self) -> "GapWorld":
        """In a call after a gap."""
        self.empty_block()
        self.leap(GAP + 1)
        assert self.phase == "call"
        return self

    def cleared(self) -> list[dict[str, Any]]:
        """The events of the block that clears the call."""
        items = self.leap(CALL_MS)
        return [event for item in items for event in item["events"]]


def test_a_gap_of_more_than_ten_minutes_reopens_by_a_call_of_five() -> None:
    world = GapWorld()
    world.empty_block()
    world.leap(GAP)
    assert world.phase == "open"
    world.leap(GAP + 1)
    assert (world.phase, world.figures().phase_end) == ("call", world.time + CALL_MS)
    assert world.machine.next_due() == world.time + CALL_MS
    world.leap(CALL_MS - 1)
    assert world.phase == "call"
    world.leap(1)
    assert (world.phase, world.figures().phase_end) == ("open", None)


@pytest.mark.parametrize("seconds", [601, 100_000])
def test_a_gap_within_a_call_begins_it_anew(seconds: int) -> None:
    world = GapWorld().called()
    world.leap(seconds * 1_000)
    assert (world.phase, world.figures().phase_end) == ("call", world.time + CALL_MS)


def test_the_gap_is_a_parameter() -> None:
    world = GapWorld()
    world.params["resume_gap"] = 7_200_000
    world.empty_block()
    world.leap(7_200_000)
    assert world.phase == "open"
    world.leap(7_200_001)
    assert world.phase == "call"


def test_the_first_block_is_no_gap() -> None:
    world = GapWorld()
    world.leap(DAY)
    assert world.phase == "open"


def test_a_gap_that_ends_outside_a_session_closes_the_book() -> None:
    world = GapWorld(sessions=(Session("book", 480, 540),))
    world.empty_block()
    world.leap(2 * 3_600_000)
    assert world.phase == "closed"


def test_a_suspended_instrument_stays_so_and_resumes_by_a_call_of_five_minutes() -> None:
    world = GapWorld(status="suspended")
    operator = world.authority("operator", DutyKind.OPERATOR)
    world.resting(rested(1, world.seller, "sell", REF - 1_000))
    world.empty_block()
    world.leap(GAP + 1)
    assert world.phase == "suspended"
    world.accept(operator, SetStatus(NAME, "active"))
    assert (world.phase, world.figures().phase_end) == ("call", world.time + CALL_MS)
    assert named(world.accept(world.buyer, buy(1, REF)), "Traded") == []
    world.leap(CALL_MS - 2_000)
    assert world.phase == "call"
    trades = named(world.cleared(), "Traded")
    assert [trade["mode"] for trade in trades] == ["call"]
    assert world.phase == "open"


def test_a_suspension_of_one_block_ends_by_a_call_too() -> None:
    world = GapWorld()
    operator = world.authority("operator", DutyKind.OPERATOR)
    world.empty_block()
    world.accept(operator, SetStatus(NAME, "suspended"), SetStatus(NAME, "active"))
    assert (world.phase, world.figures().phase_end) == ("call", world.time + CALL_MS)


def test_what_resumes_outside_a_session_waits_for_it_and_begins_it_by_a_call() -> None:
    world = GapWorld(sessions=(Session("book", 480, 500), Session("book", 510, 600)))
    operator = world.authority("operator", DutyKind.OPERATOR)
    world.empty_block()
    world.accept(operator, SetStatus(NAME, "suspended"))
    world.params["resume_gap"] = LEAPS
    world.leap(21 * MINUTE)
    world.accept(operator, SetStatus(NAME, "active"))
    assert world.phase == "suspended"
    world.refuse(world.buyer, MarketClosed, buy(1, REF))
    assert world.machine.next_due() == START + 30 * MINUTE
    world.leap(9 * MINUTE)
    assert world.phase == "call"
    assert world.cleared() != []
    assert world.phase == "open"


def test_a_session_that_begins_as_usual_needs_no_call() -> None:
    world = GapWorld(sessions=(Session("book", 480, 500), Session("book", 510, 600)))
    world.params["resume_gap"] = LEAPS
    world.empty_block()
    world.leap(21 * MINUTE)
    assert world.phase == "closed"
    world.leap(9 * MINUTE)
    assert world.phase == "open"


# --- the call


def test_orders_gather_and_nothing_trades_until_the_call_is_cleared() -> None:
    world = GapWorld().called()
    world.accept(world.seller, sell(10, REF - 200))
    events = world.accept(world.buyer, buy(4, REF + 400))
    assert named(events, "Traded") == []
    assert world.levels() == ([(REF + 400, 4)], [(REF - 200, 10)])
    events = world.cleared()
    trade = named(events, "Traded")[0]
    assert (trade["mode"], trade["qty"], trade["taker"]) == ("call", 4 * TONNE, None)
    assert named(events, "Cleared")[0] == {
        "event": "market.Cleared", "op": 0, "instrument": NAME, "price": trade["price"],
        "qty": 4 * TONNE, "demand": 4 * TONNE, "supply": 10 * TONNE,
    }  # fmt: skip
    assert world.phase == "open"
    assert world.figures().last == trade["price"] == REF
    assert world.levels() == ([], [(REF - 200, 6)])
    world.recount()


def test_both_sides_pay_the_auction_rate_and_the_rest_comes_back() -> None:
    world = GapWorld().called()
    before = world.balance(world.buyer) + world.balance(world.seller)
    fees = world.balance("fees:tx")
    world.accept(world.seller, sell(10, REF))
    world.accept(world.buyer, buy(10, REF + 1_000))
    trade = named(world.cleared(), "Traded")[0]
    assert trade["price"] in (REF, REF + 500, REF + 1_000)
    both = [-(-trade["notional"] * 300 // 1_000_000)] * 2
    assert trade["fees"] == both
    after = world.balance(world.buyer) + world.balance(world.seller)
    assert before - after == sum(both) + world.balance("fees:tx") - fees
    assert world.balance(world.buyer, CEA) == 10 * TONNE


@pytest.mark.parametrize("changes", [{"tif": "ioc"}, {"tif": "fok"}])
def test_refuses_in_a_call_what_cannot_wait(changes: dict[str, Any]) -> None:
    world = GapWorld().called()
    world.refuse(world.buyer, OrderTypeNotAllowed, buy(1, REF, **changes))
    world.refuse(world.buyer, OrderTypeNotAllowed, market("buy", 1))


def test_a_post_only_order_enters_a_call_although_it_crosses() -> None:
    world = GapWorld().called()
    world.accept(world.seller, sell(1, REF))
    world.accept(world.buyer, buy(1, REF, post_only=True))
    assert len(named(world.cleared(), "Traded")) == 1


def test_an_order_of_a_call_is_cancelled_and_replaced() -> None:
    world = GapWorld().called()
    world.accept(world.seller, sell(2, REF))
    world.accept(world.buyer, buy(2, REF - 100))
    world.accept(world.buyer, replacing(2, price=REF))
    world.accept(world.seller, cancel(1))
    assert world.levels() == ([(REF, 2)], [])
    assert named(world.cleared(), "Traded") == []


def test_refuses_an_order_that_would_meet_one_of_the_same_owner() -> None:
    world = GapWorld()
    other = world.trader("other", tonnes=10, owner="buyer")
    world.called()
    world.accept(other, sell(1, REF))
    assert world.refuse(world.buyer, SelfTrade, buy(1, REF))["order"] == 1
    world.accept(world.buyer, buy(1, REF - 100))
    world.refuse(world.buyer, SelfTrade, replacing(2, price=REF))
    world.refuse(other, SelfTrade, sell(1, REF - 100))


def test_what_was_tried_and_undone_changes_nothing_of_what_a_refusal_tells() -> None:
    """Receipts are hashed: two validators, of which one answered a trial, must write the same."""
    world = GapWorld()
    both = world.trader("both", tonnes=10)
    world.accept(both, sell(1, REF + 100))
    world.accept(both, sell(1, REF + 200))
    assert world.machine.simulate(world.tx(both, cancel(1), cancel(99))).refusal is not None
    world.called()
    assert world.refuse(both, SelfTrade, buy(1, REF + 300))["order"] == 1


def test_of_owners_who_joined_in_the_call_the_newer_order_ends() -> None:
    world = GapWorld()
    other = world.trader("other", tonnes=10)
    attestation = world.first(Attestation, f"{other}/{0:020d}")
    owners = world.first(Attestation, f"{world.buyer}/{0:020d}").owners
    world.put(attestation.replace(owners=owners))
    world.put(state(phase="call", phase_end=START + CALL_MS))
    world.resting(rested(1, world.buyer, "buy", REF), rested(2, other, "sell", REF))
    events = world.cleared()
    assert named(events, "Traded") == named(events, "Cleared") == []
    ended = named(events, "OrdersEnded")[0]["orders"]
    assert [(row["no"], row["reason"]) for row in ended] == [(2, "stp")]
    assert (world.phase, world.levels()) == ("open", ([(REF, 1)], []))


def test_what_is_over_ends_before_the_clearing() -> None:
    world = GapWorld()
    world.put(state(phase="call", phase_end=START + CALL_MS))
    late = rested(1, world.buyer, "buy", REF, expires=START + CALL_MS)
    out = rested(2, world.buyer, "buy", 70_000)
    world.resting(late, out, rested(3, world.seller, "sell", REF))
    world.later(CALL_MS)
    world.empty_block()
    assert world.levels() == ([], [(REF, 1)])
    assert world.phase == "open"


def test_a_call_that_its_session_cuts_short_goes_on_as_one() -> None:
    world = GapWorld(sessions=(Session("book", 480, 500), Session("book", 510, 600)))
    world.empty_block()
    world.leap(17 * MINUTE)
    assert world.phase == "call"
    world.accept(world.seller, sell(1, REF))
    world.accept(world.buyer, buy(1, REF))
    world.leap(4 * MINUTE)
    assert world.phase == "closed"
    world.refuse(world.buyer, MarketClosed, buy(1, REF))
    world.leap(9 * MINUTE)
    assert world.phase == "call"
    assert len(named(world.cleared(), "Traded")) == 1
    assert world.phase == "open"


def test_a_clearing_of_too_many_pairs_goes_on_with_the_next_block() -> None:
    world = GapWorld()
    world.put(state(phase="call", phase_end=START + CALL_MS))
    count = PAIRS_MAX + 5
    orders = [rested(1, world.buyer, "buy", REF, qty=count * TONNE, open=count * TONNE,
                     shown=count * TONNE)]  # fmt: skip
    orders += [rested(2 + no, world.seller, "sell", REF) for no in range(count)]
    world.resting(*orders)
    events = world.cleared()
    assert len(named(events, "Traded")) == PAIRS_MAX
    assert named(events, "ClearingCut")[0]["pairs"] == PAIRS_MAX
    assert world.phase == "call"
    items = world.empty_block()
    assert len(named([event for item in items for event in item["events"]], "Traded")) == 5
    assert (world.phase, world.levels()) == ("open", ([], []))


def test_the_example_of_the_document() -> None:
    world = GapWorld(tick=500)
    world.put(state(phase="call", phase_end=START + CALL_MS, last=60_000))

    def at(no: int, owner: str, side: Any, price: int, tonnes: int, **more: Any) -> Order:
        size = tonnes * TONNE
        return rested(no, owner, side, price, qty=size, open=size, shown=size, **more)

    buyers = [world.trader(f"buyer {number}") for number in range(5)]
    sellers = [world.trader(f"seller {number}") for number in range(3)]
    world.resting(
        at(31, buyers[0], "buy", 62_500, 300, height=0),
        at(34, buyers[1], "buy", 61_000, 200, rank=2, height=1),
        at(35, buyers[2], "buy", 61_000, 400, height=1),
        at(36, buyers[3], "buy", 61_000, 101, height=1),
        at(32, buyers[4], "buy", 60_500, 900, height=0),
        at(37, sellers[0], "sell", 59_500, 350, height=1),
        at(33, sellers[1], "sell", 61_000, 320, height=0),
        at(38, sellers[2], "sell", 62_000, 500, height=1),
    )
    events = world.cleared()
    cleared = named(events, "Cleared")[0]
    assert (cleared["price"], cleared["qty"]) == (61_000, 670 * TONNE)
    got = [world.balance(buyer, CEA) // TONNE for buyer in buyers]
    assert got == [300, 200, 136, 34, 0]
    assert world.order(37) is None
    assert world.order(33) is None


# --- the emergency stop


def stopped(world: GapWorld) -> GapWorld:
    """Everything is stopped."""
    world.empty_block()
    world.accept(world.member, Stop("stolen keys"))
    return world


def test_books_reopen_by_a_call_when_the_council_resumes() -> None:
    world = stopped(GapWorld())
    world.council(Resume())
    assert world.get(Reopening, "all") is not None
    assert world.machine.next_due() == world.time + 1
    world.empty_block()
    assert (world.phase, world.get(Reopening, "all")) == ("call", None)
    world.empty_block()
    assert world.phase == "call"
    world.leap(CALL_MS)
    assert world.phase == "open"


def test_books_reopen_by_a_call_in_the_block_in_which_the_stop_times_out() -> None:
    world = stopped(GapWorld())
    world.params["resume_gap"] = 0
    while world.time + GAP < START + STOP_MS:
        world.later(GAP - 1_000)
        world.empty_block()
        assert world.phase == "open"
    world.leap(GAP)
    assert world.phase == "call"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.integers(1, 9)), max_size=25),
    st.integers(0, 12),
)
def test_a_cleared_book_is_not_crossed_and_nobody_trades_worse_than_his_limit(
    wishes: list[tuple[bool, int, int]], last: int
) -> None:
    world = GapWorld()
    world.put(state(last=REF + 100 * (last - 6)))
    people = [world.trader(f"trader {no}", tonnes=10) for no in range(len(wishes))]
    world.called()
    for person, (is_buy, step, tonnes) in zip(people, wishes, strict=True):
        side = "buy" if is_buy else "sell"
        world.accept(person, limit(side, tonnes, REF + 100 * (step - 6)))
    events = world.cleared()
    world.recount()
    bids, asks = world.levels()
    assert not (bids and asks) or bids[0][0] < asks[0][0]
    assert len({trade["price"] for trade in named(events, "Traded")}) <= 1
    assert world.phase == "open"
    assert all(world.balance(person) >= 0 for person in people)

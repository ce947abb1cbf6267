"""A draft is opened, suspended, reopened, and delisted for good."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.records import Amendment, Instrument, InstrumentState, Order, Status
from ctn.modules.market.refusals import InstrumentNotFound, MarketClosed
from ctn.modules.market.set_status import NEXT, SetStatus
from ctn.modules.market.terms import BadInstrument
from tests.modules.market.listings import NAME, creation, listed, market, placing, told
from tests.modules.market.test_amend_instrument import amendment
from tests.worlds import World

STATUSES: tuple[Status, ...] = ("draft", "active", "suspended", "delisted")


def test_an_active_instrument_opens_inside_its_session() -> None:
    world, operator = market()
    world.accept(operator, creation())
    events = world.accept(operator, SetStatus(NAME, "active"))
    assert events == [
        {
            "event": "market.PhaseChanged", "op": 0, "instrument": NAME, "status": "active",
            "phase": "open",
        }
    ]  # fmt: skip
    assert world.get(InstrumentState, NAME).phase == "open"


def test_an_active_instrument_stays_closed_outside_its_session() -> None:
    world, operator = market()
    world.accept(operator, creation(calendar="china", sessions=[]))
    assert world.accept(operator, SetStatus(NAME, "active"))[0]["phase"] == "closed"


def test_a_suspended_instrument_takes_no_order_and_comes_back() -> None:
    world, operator = market()
    listed(world)
    trader = world.person("trader", cny=1_000)
    world.empty_block()
    world.accept(operator, SetStatus(NAME, "suspended"))
    world.refuse(trader, MarketClosed, placing())
    world.empty_block()
    assert world.get(InstrumentState, NAME).phase == "suspended"
    world.accept(operator, SetStatus(NAME, "active"))
    world.accept(trader, placing())


def test_delisting_ends_every_order_and_what_waits() -> None:
    world, operator = market()
    listed(world)
    trader = world.person("trader", cny=1_000)
    world.empty_block()
    world.accept(trader, placing(), placing(price=590_000))
    world.accept(operator, amendment(band_bp=1))
    world.accept(operator, SetStatus(NAME, "delisted"))
    assert world.get(Amendment, NAME) is None
    items = world.empty_block()
    rows = [row for event in told(items, "OrdersEnded") for row in event["orders"]]
    assert [(row["no"], row["reason"], row["state"]) for row in rows] == [
        (1, "delist", "cancelled"),
        (2, "delist", "cancelled"),
    ]
    assert world.balance("order:1") == world.balance("order:2") == 0
    assert world.get(Order, f"{1:020d}") is None
    world.recount()


def test_delisting_shares_out_the_fees_that_wait() -> None:
    world, operator = market()
    listed(world)
    world.grant(f"fees:{NAME}", "cny", 101)
    world.accept(operator, SetStatus(NAME, "delisted"))
    funds = ("fund:treasury", "fund:points", "fund:insurance", "escrow:support")
    assert [world.balance(fund) for fund in funds] == [51, 20, 20, 10]
    assert world.balance(f"fees:{NAME}") == 0


def test_refuses_an_unknown_instrument() -> None:
    world, operator = market()
    world.refuse(operator, InstrumentNotFound, SetStatus(NAME, "active"))


def reach(world: World, operator: str, status: Status) -> None:
    """Bring a draft to a status by allowed steps."""
    world.accept(operator, creation())
    steps: dict[Status, tuple[Status, ...]] = {
        "draft": (),
        "active": ("active",),
        "suspended": ("active", "suspended"),
        "delisted": ("delisted",),
    }
    for step in steps[status]:
        world.accept(operator, SetStatus(NAME, step))


@pytest.mark.parametrize("status", STATUSES)
def test_refuses_a_step_that_does_not_follow(status: Status) -> None:
    for wanted in STATUSES:
        if wanted not in NEXT[status]:
            world, operator = market()
            reach(world, operator, status)
            facts = world.refuse(operator, BadInstrument, SetStatus(NAME, wanted))
            assert facts["field"] == "status"


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.sampled_from(STATUSES), max_size=6))
def test_no_way_leads_back_to_draft_or_out_of_delisted(steps: list[Status]) -> None:
    world, operator = market()
    world.accept(operator, creation())
    seen: list[Status] = ["draft"]
    for step in steps:
        world.run(operator, SetStatus(NAME, step))
        seen.append(world.get(Instrument, NAME).status)
    for before, after in pairwise(seen):
        assert after == before or after in NEXT[before]
        assert after != "draft" or before == "draft"
        assert before != "delisted" or after == "delisted"

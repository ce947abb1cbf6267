"""Price and service of a clearing in one pass, against plain sums over all orders."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import WorkExceeded
from ctn.modules.identity.records import Attestation
from ctn.modules.market.records import CALL_MS, CLEARING_PAIRS, OPEN_RANKED_MAX, PAIRS_MAX, Order
from ctn.modules.market.rules import Clearing, clearing_price, shared_lots
from ctn.modules.market.uncross import served
from tests.modules.market.worlds import (
    REF,
    TONNE,
    MarketWorld,
    buy,
    ends,
    named,
    rested,
    sell,
    state,
)
from tests.worlds import START, Person

Levels = Sequence[tuple[int, int]]


def plain_price(bids: Levels, asks: Levels, *, anchor: int, tick: int) -> Clearing:
    """The rule of market.md 5 as it reads: every sum over every level, at every candidate."""
    prices = sorted({price for price, _grams in [*bids, *asks]})
    nearest = (2 * anchor + tick) // (2 * tick) * tick
    between = [
        min(max(nearest, low + tick), high - tick)
        for low, high in pairwise(prices)
        if high - low > tick
    ]
    found = []
    for price in [*prices, *between]:
        demand = sum(grams for bid, grams in bids if bid >= price)
        supply = sum(grams for ask, grams in asks if ask <= price)
        found.append(Clearing(price, min(demand, supply), demand, supply))
    return min(
        found,
        key=lambda one: (
            -one.qty, abs(one.demand - one.supply), abs(one.price - anchor), one.price,
        ),
    )  # fmt: skip


def plain_served(orders: list[Order], qty: int, lot: int) -> list[tuple[int, int]]:
    """What each order gets, with what is left counted anew for each group."""
    found: list[tuple[int, int]] = []
    for _class, group in groupby(orders, key=lambda one: (one.price, one.rank, one.height)):
        members = list(group)
        rest = qty - sum(grams for _no, grams in found)
        lots = shared_lots([order.open // lot for order in members], rest // lot)
        found += [(order.no, n * lot) for order, n in zip(members, lots, strict=True) if n]
    return found


TICK = 100
levels = st.lists(
    st.tuples(st.integers(1, 60).map(lambda step: step * TICK), st.integers(1, 50)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=300)
@given(levels, levels, st.integers(1, 7_000))
def test_the_price_is_that_of_the_plain_rule(bids: Levels, asks: Levels, anchor: int) -> None:
    plain = plain_price(bids, asks, anchor=anchor, tick=TICK)
    assert clearing_price(bids, asks, anchor=anchor, tick=TICK) == plain


members = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.integers(1, 30)),
    min_size=1,
    max_size=20,
)


@settings(max_examples=200)
@given(members, st.integers(0, 100))
def test_the_service_is_that_of_the_plain_rule(
    rows: list[tuple[int, int, int, int]], part: int
) -> None:
    account = Person("anybody").address
    orders = [
        rested(no, account, "sell", REF + TICK * step, rank=2 - rank, height=height,
               qty=tonnes * TONNE, open=tonnes * TONNE, shown=tonnes * TONNE)
        for no, (step, rank, height, tonnes) in enumerate(sorted(rows))
    ]  # fmt: skip
    total = sum(order.open for order in orders)
    qty = total * part // 100 // TONNE * TONNE
    found = served(orders, qty, TONNE)
    assert found == plain_served(orders, qty, TONNE)
    assert sum(grams for _no, grams in found) == qty


def test_a_price_among_20_000_levels_a_side_is_found_in_one_walk() -> None:
    count = 20_000
    bids = [(TICK * (2 * count - at), TONNE) for at in range(count)]
    asks = [(TICK * (1 + at), TONNE) for at in range(count)]
    found = clearing_price(bids, asks, anchor=REF, tick=TICK)
    assert found == Clearing(TICK * count, count * TONNE, count * TONNE, count * TONNE)


def test_a_clearing_of_many_orders_of_one_height_each_ends_in_time() -> None:
    world = MarketWorld()
    world.put(state(phase="call", phase_end=START))
    sellers = [world.trader(f"seller {no}") for no in range(10)]
    buyers = [world.trader(f"buyer {no}") for no in range(10)]
    orders = []
    for at in range(2_000):
        orders.append(rested(2 * at + 1, sellers[at // 200], "sell", REF, height=at))
        orders.append(rested(2 * at + 2, buyers[at // 200], "buy", REF, height=at))
    world.resting(*orders)
    events = [event for item in world.empty_block() for event in item["events"]]
    refs = [(trade["buyer_ref"], trade["seller_ref"]) for trade in named(events, "Traded")]
    assert refs == [(f"order:{2 * at + 2}", f"order:{2 * at + 1}") for at in range(2_000)]
    assert world.figures().phase == "open"


def test_clearings_that_only_end_orders_of_one_owner_are_few_a_block() -> None:
    world = MarketWorld()
    maker, twin = world.trader("maker"), world.trader("twin")
    owners = world.first(Attestation, f"{maker}/{0:020d}").owners
    attestation = world.first(Attestation, f"{twin}/{0:020d}")
    world.put(attestation.replace(owners=owners))
    world.put(state(phase="call", phase_end=START))
    most = PAIRS_MAX // CLEARING_PAIRS
    bids = [rested(2 + no, maker, "buy", REF, height=no) for no in range(most + 5)]
    world.resting(rested(1, twin, "sell", REF), *bids)
    events = [event for item in world.empty_block() for event in item["events"]]
    assert ends(events) == [(2 + no, "stp") for no in range(most)]
    assert len(named(events, "ClearingCut")) == 1
    assert world.figures().phase == "call"
    world.empty_block()
    assert (world.figures().phase, world.levels()) == ("open", ([], [(REF, 1)]))


def owner_of_many(accounts: int) -> tuple[MarketWorld, str]:
    """In a call, a seller whose owner has accounts of 500 bids each, far below the reference."""
    world = MarketWorld()
    world.put(state(phase="call", phase_end=START + CALL_MS))
    people = [world.trader(f"account {no}", owner="one") for no in range(accounts)]
    count = OPEN_RANKED_MAX
    world.resting(*[
        rested(1 + no, people[no // count], "buy", REF - 5_000) for no in range(accounts * count)
    ])  # fmt: skip
    return world, world.trader("seller", tonnes=10, owner="one")


def test_an_order_in_a_call_looks_at_500_orders_of_its_owner_within_its_work() -> None:
    world, seller = owner_of_many(1)
    world.accept(seller, sell(1, REF, fills_max=0))


def test_an_order_in_a_call_states_work_for_the_orders_of_its_owner() -> None:
    world, seller = owner_of_many(4)
    world.refuse(seller, WorkExceeded, sell(1, REF, fills_max=0))
    world.accept(seller, sell(1, REF, fills_max=2))


def test_orders_of_the_same_side_cost_an_order_in_a_call_nothing() -> None:
    world, seller = owner_of_many(4)
    world.accept(seller, buy(1, REF, fills_max=0))

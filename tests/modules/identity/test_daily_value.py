"""The value that a person enters in a day: orders, deposits and redemptions (people.md 4)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.identity.mutators import DAILY_MAX, DailyValueExceeded
from ctn.modules.identity.reads import owner_key
from ctn.modules.identity.records import Attestation, DailyValue
from tests.modules.assets.worlds import PAYEE, money_world
from tests.modules.market.worlds import REF, MarketWorld, buy, replace, sell
from tests.worlds import CNY, DAY, World

BASIC, FULL = DAILY_MAX[1], DAILY_MAX[2]
MOST_T = BASIC // REF  # tonnes at the reference price that a basic person may enter


def basic(world: World, address: str) -> str:
    """The same person at level 1."""
    known = world.first(Attestation, f"{address}/{0:020d}")
    world.put(known.replace(level=1))
    return address


def entered(world: World, account: str) -> int:
    found = world.get(DailyValue, owner_key(world.draft(), account))
    return 0 if found is None else int(found.value)


def trader(world: MarketWorld, name: str = "alice", **more: Any) -> str:
    return basic(world, world.trader(name, cny=10_000_000, **more))


def test_the_levels_are_twenty_thousand_and_a_million_a_day() -> None:
    assert (BASIC, FULL) == (20_000 * CNY, 1_000_000 * CNY)


def test_an_order_counts_at_its_limit_whether_it_trades_or_not() -> None:
    world = MarketWorld()
    alice = trader(world)
    world.accept(alice, buy(MOST_T, REF))
    assert entered(world, alice) == MOST_T * REF
    facts = world.refuse(alice, DailyValueExceeded, buy(1, REF))
    assert facts == {"level": 1, "used": MOST_T * REF, "asked": REF}
    world.later(DAY)
    world.accept(alice, buy(1, REF))
    assert entered(world, alice) == REF


def test_a_sale_counts_as_a_purchase_does() -> None:
    world = MarketWorld()
    alice = trader(world, tonnes=10_000)
    world.refuse(alice, DailyValueExceeded, sell(MOST_T + 1, REF))
    world.accept(alice, sell(MOST_T, REF))


def test_what_is_replaced_counts_by_how_much_more_it_is() -> None:
    world = MarketWorld()
    alice = trader(world)
    world.accept(alice, buy(MOST_T - 1, REF - 100))
    world.accept(alice, replace(1, price=REF))
    assert entered(world, alice) == (MOST_T - 1) * REF
    world.accept(alice, replace(1, price=REF - 200))
    assert entered(world, alice) == (MOST_T - 1) * REF
    world.refuse(alice, DailyValueExceeded, replace(1, price=REF + 1_000))


def test_accounts_of_one_owner_are_counted_together() -> None:
    world = MarketWorld()
    first, second = trader(world, "first", owner="zhang"), trader(world, "second", owner="zhang")
    world.accept(first, buy(MOST_T, REF))
    world.refuse(second, DailyValueExceeded, buy(1, REF))


def test_an_organisation_has_no_cap_here() -> None:
    world = MarketWorld()
    firm = world.enterprise("firm", cny=100_000_000)
    world.accept(firm, buy(99_999, REF))
    assert entered(world, firm) == 0


def test_a_deposit_and_a_redemption_count() -> None:
    world, bank, alice = money_world()
    basic(world, alice)
    world.trust(bank, alice)
    world.refuse(bank, DailyValueExceeded, IssueMoney("cny", alice, BASIC + 1, "r1"))
    world.accept(bank, IssueMoney("cny", alice, BASIC - 5, "r1"))
    facts = world.refuse(alice, DailyValueExceeded, RequestRedemption("cny", 6, PAYEE))
    assert facts == {"level": 1, "used": BASIC - 5, "asked": 6}
    world.accept(alice, RequestRedemption("cny", 5, PAYEE))


def test_who_has_lapsed_leaves_within_the_last_level() -> None:
    world, _bank, alice = money_world()
    basic(world, alice)
    world.grant(alice, "cny", 2 * BASIC)
    world.lapse(alice)
    world.refuse(alice, DailyValueExceeded, RequestRedemption("cny", BASIC + 1, PAYEE))
    world.accept(alice, RequestRedemption("cny", BASIC, PAYEE))


@pytest.mark.parametrize(("rate", "most"), [("20000", BASIC // 2), ("70000", BASIC // 7)])
def test_other_money_counts_at_its_rate_up(rate: str, most: int) -> None:
    world = World(**{"cny_rate/usd": rate})
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "usd")
    alice = basic(world, world.person("alice"))
    world.trust(bank, alice)
    world.refuse(bank, DailyValueExceeded, IssueMoney("usd", alice, most + 1, "r1"))
    world.accept(bank, IssueMoney("usd", alice, most, "r1"))
    assert entered(world, alice) == -(-most * int(rate) // 10_000)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, BASIC), min_size=1, max_size=6), st.integers(0, 3))
def test_no_day_passes_the_level_and_nothing_below_it_is_refused(
    amounts: list[int], moved: int
) -> None:
    world, bank, alice = money_world()
    basic(world, alice)
    world.trust(bank, alice)
    used = 0
    for place, amount in enumerate(amounts):
        if place == moved:
            world.later(DAY)
            used = 0
        op = IssueMoney("cny", alice, amount, f"r{place}")
        if used + amount > BASIC:
            world.refuse(bank, DailyValueExceeded, op)
        else:
            world.accept(bank, op)
            used += amount
    if used:
        assert entered(world, alice) == used <= BASIC

"""assets.request_redemption: money set aside to be paid out (market.md 12.3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import AmountZero, InsufficientBalance, Malformed, RoleTooLow
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.assets.records import Calendar, Redemption
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.identity.records import LIVE, Attestation
from tests.modules.assets.worlds import NEXT_DAY_MS, PAYEE, START_DAY, money_world, requested
from tests.worlds import CNY, DAY, START, World


def test_sets_the_money_aside_until_the_next_trading_day() -> None:
    world, _bank, alice = money_world()
    events = world.accept(alice, RequestRedemption("cny", 1_000, PAYEE))
    assert events == [
        {"event": "assets.RedemptionRequested", "op": 0, "redemption": 1, "account": alice,
         "asset": "cny", "amount": 1_000, "due": NEXT_DAY_MS}
    ]  # fmt: skip
    assert world.balance("withdrawal:1") == 1_000
    held = world.get(Redemption, f"{1:020d}")
    assert (held.status, held.due, held.payee_hash) == ("held", NEXT_DAY_MS, PAYEE)
    assert held.refundable == NEXT_DAY_MS + 3 * DAY
    assert requested(world, alice) == 2


def test_the_calendar_of_money_says_which_day_is_next() -> None:
    world, _bank, alice = money_world()
    world.put(Calendar("money", 480, 31, (START_DAY + 3,), ()))
    world.accept(alice, RequestRedemption("cny", 1_000, PAYEE))
    held = world.get(Redemption, f"{1:020d}")
    # From Friday, over the weekend and a holiday on Monday, to Tuesday.
    assert held.due == NEXT_DAY_MS + 3 * DAY
    assert held.refundable == NEXT_DAY_MS + 6 * DAY


def test_a_lapsed_account_still_leaves_with_its_money() -> None:
    world = World()
    alice = world.stranger("alice")
    world.put(Guard(False, (), (), 0, PERSON, START - 1), alice)
    word = Attestation(
        f"{alice}/{0:020d}", alice, alice, 2, PERSON, "CN", ("55" * 32,), (), "00" * 32, 1,
        START - 1, LIVE, None,
    )  # fmt: skip
    world.put(word)
    world.accept(alice, RequestRedemption("cny", 1, PAYEE))


def test_a_visitor_redeems_nothing() -> None:
    world = World()
    world.refuse(world.stranger("visitor"), RoleTooLow, RequestRedemption("cny", 1, PAYEE))


def test_refuses_nothing_and_more_than_is_held() -> None:
    world, _bank, alice = money_world()
    world.refuse(alice, AmountZero, RequestRedemption("cny", 0, PAYEE))
    world.refuse(alice, InsufficientBalance, RequestRedemption("cny", 100 * CNY, PAYEE))
    world.refuse(alice, InsufficientBalance, RequestRedemption("usd", 1, PAYEE))


def test_only_money_is_redeemed_and_the_payee_is_a_hash() -> None:
    world, _bank, alice = money_world()
    with pytest.raises(Malformed):
        world.tx(alice, RequestRedemption("gold", 1, PAYEE))  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        world.tx(alice, RequestRedemption("cny", 1, "6222 0000 0000 0000"))


@settings(max_examples=20)
@given(amounts=st.lists(st.integers(1, 100_000), max_size=6))
def test_each_request_has_an_account_of_its_own(amounts: list[int]) -> None:
    world, _bank, alice = money_world()
    for number, amount in enumerate(amounts, 1):
        assert requested(world, alice, amount) == number
    for number, amount in enumerate(amounts, 1):
        assert world.balance(f"withdrawal:{number}") == amount
    assert world.balance(alice) == 100 * CNY - sum(amounts) - 20 * len(amounts)

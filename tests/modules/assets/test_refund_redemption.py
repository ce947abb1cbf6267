"""assets.refund_redemption: money set aside goes back (market.md 12.3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import BadText, RoleTooLow
from ctn.modules.assets.complete_redemption import CompleteRedemption
from ctn.modules.assets.money import NotTheInstitution, RedemptionClosed, RedemptionNotFound
from ctn.modules.assets.records import Redemption
from ctn.modules.assets.refund_redemption import NotYetRefundable, RefundRedemption
from tests.modules.assets.worlds import NEXT_DAY_MS, accepted, money_world, requested, until
from tests.worlds import DAY


def test_the_institution_gives_back_what_it_cannot_pay() -> None:
    world, bank, alice = money_world()
    for number in (requested(world, alice), accepted(world, bank, alice)):
        before = world.balance(alice)
        events = world.accept(bank, RefundRedemption(number, "账户不存在"))
        assert events == [
            {"event": "assets.RedemptionRefunded", "op": 0, "redemption": number,
             "account": alice, "asset": "cny", "amount": 1_000, "refunded_by": bank,
             "reason": "账户不存在"}
        ]  # fmt: skip
        assert world.balance(alice) == before + 1_000
        assert world.balance(f"withdrawal:{number}") == 0
        assert world.get(Redemption, f"{number:020d}").status == "refunded"


def test_the_user_takes_it_back_when_nobody_accepted_in_three_trading_days() -> None:
    world, _bank, alice = money_world()
    number = requested(world, alice)
    until(world, NEXT_DAY_MS + 3 * DAY - 1)
    world.refuse(alice, NotYetRefundable, RefundRedemption(number, ""))
    world.later(-999)
    world.accept(alice, RefundRedemption(number, ""))


def test_no_user_takes_back_what_the_institution_accepted() -> None:
    world, bank, alice = money_world()
    number = accepted(world, bank, alice)
    world.later(30 * DAY)
    world.refuse(alice, RedemptionClosed, RefundRedemption(number, ""))


def test_refuses_what_is_unknown_or_ended() -> None:
    world, bank, alice = money_world()
    paid, back = accepted(world, bank, alice), accepted(world, bank, alice)
    world.later(DAY)
    world.accept(bank, CompleteRedemption(paid, "1"))
    world.accept(bank, RefundRedemption(back, ""))
    world.refuse(bank, RedemptionNotFound, RefundRedemption(9, ""))
    for number in (paid, back):
        world.refuse(bank, RedemptionClosed, RefundRedemption(number, ""))


def test_refuses_everyone_else() -> None:
    world, bank, alice = money_world()
    second = world.authority("second bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    dollar = world.authority("usd bank", DutyKind.PAYMENT_INSTITUTION, "usd")
    bob, visitor = world.person("bob"), world.stranger("visitor")
    number = accepted(world, bank, alice)
    for sender in (second, dollar, bob):
        world.refuse(sender, NotTheInstitution, RefundRedemption(number, ""))
    world.refuse(visitor, RoleTooLow, RefundRedemption(number, ""))


def test_a_reason_is_a_short_clean_text() -> None:
    world, bank, _alice = money_world()
    for reason in ("x" * 161, "a\u202eb", "line\nline"):
        with pytest.raises(BadText):
            world.tx(bank, RefundRedemption(1, reason))


@settings(max_examples=20)
@given(acts=st.lists(st.sampled_from(["ask", "back"]), max_size=8))
def test_asking_and_giving_back_costs_fees_alone(acts: list[str]) -> None:
    world, bank, alice = money_world()
    start, asked = world.balance(alice), 0
    waiting: list[int] = []
    for act in acts:
        if act == "ask":
            waiting.append(requested(world, alice, 777))
            asked += 1
        elif waiting:
            world.accept(bank, RefundRedemption(waiting.pop(), ""))
    assert world.balance(alice) == start - 20 * asked - 777 * len(waiting)

"""assets.issue_money: money on the ledger for money in the bank (market.md 12.3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, DutyKind, Thresholds
from ctn.kernel.codec import INT_MAX
from ctn.kernel.refusal import AmountZero, BalanceTooLarge, Malformed, NotAuthority
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.complete_redemption import CompleteRedemption
from ctn.modules.assets.issue_money import IssueLimit, IssueMoney, IssuingSuspended
from ctn.modules.assets.money import BankRefUsed, NotTheInstitution
from ctn.modules.assets.records import Asset, BankUse, Calendar, Money
from tests.modules.accounts.worlds import signer
from tests.modules.assets.worlds import (
    DOCUMENT,
    NEXT_DAY_MS,
    START_DAY,
    accepted,
    money_world,
    until,
)
from tests.worlds import CNY, DAY, World


def test_issues_money_to_an_attested_account() -> None:
    world, bank, alice = money_world()
    supply = -world.balance("issued:cny")
    events = world.accept(bank, IssueMoney("cny", alice, 5_000, "ICBC-1"))
    assert events == [
        {"event": "assets.MoneyIssued", "op": 0, "asset": "cny", "to": alice, "amount": 5_000,
         "institution": bank, "bank_ref": "ICBC-1"}
    ]  # fmt: skip
    assert world.balance(alice) == 100 * CNY + 5_000
    assert world.balance("issued:cny") == -supply - 5_000
    money = world.get(Money, "cny")
    assert (money.opening, money.issued, money.completed) == (supply, 5_000, 0)
    assert world.get(BankUse, f"{bank}/ICBC-1").amount == 5_000


def test_the_first_issue_makes_a_money_known() -> None:
    world, _bank, alice = money_world()
    bank = world.authority("usd bank", DutyKind.PAYMENT_INSTITUTION, "usd")
    world.accept(bank, IssueMoney("usd", alice, 5_000, "1"))
    assert world.get(Asset, "usd") == Asset("usd", "free")
    assert world.balance(alice, "usd") == 5_000


def test_a_duty_for_all_moneys_issues_each() -> None:
    world, _bank, alice = money_world()
    bank = world.authority("central bank", DutyKind.PAYMENT_INSTITUTION)
    world.accept(bank, IssueMoney("eur", alice, 1, "1"), IssueMoney("cny", alice, 1, "2"))


def test_refuses_when_the_duty_names_another_money() -> None:
    world, bank, alice = money_world()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    world.refuse(bank, NotTheInstitution, IssueMoney("usd", alice, 1, "1"))
    for sender in (alice, regulator):
        world.refuse(sender, NotAuthority, IssueMoney("cny", alice, 1, "1"))


def test_no_credit_is_issued_as_money() -> None:
    world, bank, alice = money_world()
    for asset in ("ccer-00042-2025-001", "cp", "CNY"):
        with pytest.raises(Malformed):
            world.tx(bank, IssueMoney(asset, alice, 1, "1"))  # type: ignore[arg-type]


def test_a_bank_reference_serves_once_for_ever() -> None:
    world, bank, alice = money_world()
    other = world.authority("other bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    world.accept(bank, IssueMoney("cny", alice, 1, "ref"))
    world.later(400 * DAY)
    world.accept(bank, AttestReserve("cny", _today(world), INT_MAX, DOCUMENT))
    world.refuse(bank, BankRefUsed, IssueMoney("cny", alice, 1, "ref"))
    world.accept(other, IssueMoney("cny", alice, 1, "ref"))


def _today(world: World) -> int:
    return (world.time + 28_800_000) // DAY


def test_refuses_a_visitor_and_a_closed_account() -> None:
    world, bank, _alice = money_world()
    visitor, gone = world.stranger("visitor"), world.person("gone")
    account = Account((signer(world, gone),), Thresholds(1, 1, 1), 1, 0, 1)
    world.put(account, gone)
    for target in (visitor, gone):
        world.refuse(bank, RecipientNotVerified, IssueMoney("cny", target, 1, "1"))


def test_refuses_nothing() -> None:
    world, bank, alice = money_world()
    world.refuse(bank, AmountZero, IssueMoney("cny", alice, 0, "1"))


def test_refuses_more_than_a_number_holds() -> None:
    world, bank, alice = money_world()
    world.grant(world.person("whale", 0), "cny", INT_MAX - 100 * CNY * 2 - 10)
    world.accept(bank, IssueMoney("cny", alice, 10, "1"))
    world.refuse(bank, BalanceTooLarge, IssueMoney("cny", alice, 1, "2"))


def test_a_day_has_its_limit_and_the_next_begins_at_midnight_utc8() -> None:
    world, bank, alice = money_world(issue_day_max=100)
    world.accept(bank, IssueMoney("cny", alice, 60, "1"))
    facts = world.refuse(bank, IssueLimit, IssueMoney("cny", alice, 41, "2"))
    assert facts == {"limit": 100, "used": 60, "asked": 41}
    world.accept(bank, IssueMoney("cny", alice, 40, "2"))
    until(world, NEXT_DAY_MS - 1)
    world.refuse(bank, IssueLimit, IssueMoney("cny", alice, 1, "3"))
    world.later(-999)
    world.accept(bank, IssueMoney("cny", alice, 100, "3"))


def test_stops_when_three_trading_days_after_the_first_issue_brought_no_reserve() -> None:
    world, bank, alice = money_world()
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))
    until(world, NEXT_DAY_MS + 3 * DAY - 1)
    world.accept(bank, IssueMoney("cny", alice, 1, "2"))
    world.later(-999)
    world.empty_block()
    world.refuse(bank, IssuingSuspended, IssueMoney("cny", alice, 1, "3"))
    world.accept(bank, AttestReserve("cny", _today(world), INT_MAX, DOCUMENT))
    world.accept(bank, IssueMoney("cny", alice, 1, "3"))


def test_days_that_do_not_trade_do_not_count() -> None:
    world, bank, alice = money_world()
    # Monday to Friday; Monday the 18th is a holiday, Saturday the 16th trades in its place.
    world.put(Calendar("money", 480, 31, (START_DAY + 3,), (START_DAY + 1,)))
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))
    # The three days are Saturday, Tuesday and Wednesday.
    until(world, NEXT_DAY_MS + 5 * DAY - 1)
    world.accept(bank, IssueMoney("cny", alice, 1, "2"))
    world.later(-999)
    world.empty_block()
    world.refuse(bank, IssuingSuspended, IssueMoney("cny", alice, 1, "3"))


def test_stops_while_the_reserve_is_below_the_supply() -> None:
    world, bank, alice = money_world()
    supply = -world.balance("issued:cny")
    world.accept(bank, AttestReserve("cny", START_DAY, supply - 1, DOCUMENT))
    world.refuse(bank, IssuingSuspended, IssueMoney("cny", alice, 1, "1"))
    world.accept(bank, AttestReserve("cny", START_DAY, supply, DOCUMENT))
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))


@settings(max_examples=20)
@given(acts=st.lists(st.tuples(st.booleans(), st.integers(1, 500)), max_size=6))
def test_supply_is_what_was_issued_less_what_was_redeemed(acts: list[tuple[bool, int]]) -> None:
    world, bank, alice = money_world()
    supply = -world.balance("issued:cny")
    for number, (is_issue, amount) in enumerate(acts):
        if is_issue:
            world.accept(bank, IssueMoney("cny", alice, amount, f"in-{number}"))
            supply += amount
        else:
            redemption = accepted(world, bank, alice, amount)
            world.later(DAY)
            world.accept(bank, CompleteRedemption(redemption, f"out-{number}"))
            supply -= amount
            world.accept(bank, AttestReserve("cny", _today(world), INT_MAX, DOCUMENT))
        assert world.balance("issued:cny") == -supply
        assert world.get(Money, "cny").supply == supply

"""assets.attest_reserve: what the bank holds for the money in supply (market.md 12.3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.codec import INT_MAX
from ctn.kernel.refusal import NotAuthority
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.complete_redemption import CompleteRedemption, NotYetDue
from ctn.modules.assets.issue_money import IssueMoney, IssuingSuspended
from ctn.modules.assets.money import NotTheInstitution
from ctn.modules.assets.records import Money, ReserveReport
from tests.modules.assets.worlds import (
    DOCUMENT,
    NEXT_DAY_MS,
    START_DAY,
    accepted,
    money_world,
    until,
)
from tests.worlds import DAY


def test_reports_a_reserve_that_covers_the_supply() -> None:
    world, bank, _alice = money_world()
    supply = -world.balance("issued:cny")
    events = world.accept(bank, AttestReserve("cny", START_DAY, supply, DOCUMENT))
    assert events == [
        {"event": "assets.ReserveAttested", "op": 0, "asset": "cny", "day": START_DAY,
         "bank_balance": supply, "supply": supply, "institution": bank, "document": DOCUMENT}
    ]  # fmt: skip
    report = world.get(ReserveReport, f"cny/{START_DAY:020d}")
    assert (report.bank_balance, report.supply, report.time) == (supply, supply, world.time)
    assert world.get(Money, "cny").attest_by == NEXT_DAY_MS + 3 * DAY


def test_says_so_when_the_reserve_is_below_the_supply() -> None:
    world, bank, _alice = money_world()
    supply = -world.balance("issued:cny")
    events = world.accept(bank, AttestReserve("cny", START_DAY, supply - 1, DOCUMENT))
    assert events[1:] == [
        {"event": "assets.ReserveShort", "op": 0, "asset": "cny", "supply": supply,
         "bank_balance": supply - 1}
    ]  # fmt: skip
    assert world.get(Money, "cny").is_short


def test_a_day_without_reports_for_three_trading_days_falls_short_by_itself() -> None:
    world, bank, alice = money_world()
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))
    assert world.machine.next_due() == NEXT_DAY_MS + 3 * DAY
    until(world, NEXT_DAY_MS + 3 * DAY - 1)
    assert world.empty_block() == []
    world.later(-999)
    supply = -world.balance("issued:cny")
    assert world.empty_block() == [
        {"hook": "assets.begin_block", "item": "reserve-cny", "moves": [], "events": [
            {"event": "assets.ReserveShort", "op": 0, "asset": "cny", "supply": supply,
             "bank_balance": None}
        ]}
    ]  # fmt: skip
    assert world.get(Money, "cny").is_short
    assert world.machine.next_due() is None
    assert world.empty_block() == []


def test_money_that_stands_in_genesis_falls_short_after_its_first_payout_unless_attested() -> None:
    world, bank, alice = money_world()
    number = accepted(world, bank, alice)
    until(world, NEXT_DAY_MS)
    world.accept(bank, CompleteRedemption(number, "OUT-1"))
    due = NEXT_DAY_MS + 4 * DAY
    assert (world.get(Money, "cny").attest_by, world.machine.next_due()) == (due, due)
    until(world, due - 1)
    assert world.empty_block() == []
    world.later(-999)
    assert world.empty_block()[0]["events"][0]["event"] == "assets.ReserveShort"
    world.refuse(bank, IssuingSuspended, IssueMoney("cny", alice, 1, "1"))


def test_a_world_whose_money_nobody_issues_or_redeems_is_left_alone() -> None:
    world, _bank, _alice = money_world()
    world.later(30 * DAY)
    assert world.empty_block() == []
    assert world.machine.next_due() is None


def test_refuses_a_day_to_come() -> None:
    world, bank, _alice = money_world()
    world.refuse(bank, NotYetDue, AttestReserve("cny", START_DAY + 1, 1, DOCUMENT))


def test_refuses_who_is_not_the_institution_of_this_money() -> None:
    world, bank, alice = money_world()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    world.refuse(bank, NotTheInstitution, AttestReserve("usd", START_DAY, 1, DOCUMENT))
    for sender in (alice, regulator):
        world.refuse(sender, NotAuthority, AttestReserve("cny", START_DAY, 1, DOCUMENT))


def test_an_old_report_stands_in_the_record_and_judges_nothing() -> None:
    world, bank, _alice = money_world()
    world.accept(bank, AttestReserve("cny", START_DAY, INT_MAX, DOCUMENT))
    world.accept(bank, AttestReserve("cny", START_DAY - 1, 0, DOCUMENT))
    money = world.get(Money, "cny")
    assert (money.attested, money.is_short) == (START_DAY, False)
    assert world.get(ReserveReport, f"cny/{START_DAY - 1:020d}").bank_balance == 0


def test_a_first_report_of_a_day_long_gone_does_not_cover_today() -> None:
    world, bank, _alice = money_world()
    events = world.accept(bank, AttestReserve("cny", START_DAY - 9, INT_MAX, DOCUMENT))
    assert [event["event"] for event in events][1:] == ["assets.ReserveShort"]


@settings(max_examples=20)
@given(balances=st.lists(st.integers(-5, 5), min_size=1, max_size=5))
def test_the_last_report_of_the_day_decides(balances: list[int]) -> None:
    world, bank, _alice = money_world()
    supply = -world.balance("issued:cny")
    for change in balances:
        world.accept(bank, AttestReserve("cny", START_DAY, supply + change, DOCUMENT))
    assert world.get(Money, "cny").is_short == (balances[-1] < 0)

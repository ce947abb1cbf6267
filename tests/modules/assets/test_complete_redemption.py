"""assets.complete_redemption: paid money leaves the supply (market.md 12.3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import NotAuthority
from ctn.modules.assets.complete_redemption import CompleteRedemption, NotYetDue
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.money import (
    BankRefUsed,
    NotTheInstitution,
    RedemptionClosed,
    RedemptionNotFound,
)
from ctn.modules.assets.records import Money, Redemption
from tests.modules.assets.worlds import NEXT_DAY_MS, accepted, money_world, requested, until
from tests.worlds import DAY


def test_takes_the_money_out_of_supply() -> None:
    world, bank, alice = money_world()
    supply = -world.balance("issued:cny")
    number = accepted(world, bank, alice)
    until(world, NEXT_DAY_MS)
    events = world.accept(bank, CompleteRedemption(number, "OUT-1"))
    assert events == [
        {"event": "assets.RedemptionCompleted", "op": 0, "redemption": number,
         "account": alice, "asset": "cny", "amount": 1_000, "institution": bank,
         "bank_ref": "OUT-1"}
    ]  # fmt: skip
    assert world.balance(f"withdrawal:{number}") == 0
    assert world.balance("issued:cny") == -supply + 1_000
    assert world.get(Redemption, f"{number:020d}").status == "released"
    assert world.get(Money, "cny").completed == 1_000


def test_refuses_before_it_is_due() -> None:
    world, bank, alice = money_world()
    number = accepted(world, bank, alice)
    until(world, NEXT_DAY_MS - 1)
    facts = world.refuse(bank, NotYetDue, CompleteRedemption(number, "1"))
    assert facts == {"due": NEXT_DAY_MS}


def test_refuses_what_is_unknown_not_accepted_or_ended() -> None:
    world, bank, alice = money_world()
    number = requested(world, alice)
    done = accepted(world, bank, alice)
    world.later(DAY)
    world.refuse(bank, RedemptionNotFound, CompleteRedemption(9, "1"))
    world.refuse(bank, RedemptionClosed, CompleteRedemption(number, "1"))
    world.accept(bank, CompleteRedemption(done, "1"))
    world.refuse(bank, RedemptionClosed, CompleteRedemption(done, "2"))


def test_only_the_institution_that_accepted_completes() -> None:
    world, bank, alice = money_world()
    second = world.authority("second bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    dollar = world.authority("usd bank", DutyKind.PAYMENT_INSTITUTION, "usd")
    number = accepted(world, bank, alice)
    world.later(DAY)
    world.refuse(second, NotTheInstitution, CompleteRedemption(number, "1"))
    world.refuse(dollar, NotTheInstitution, CompleteRedemption(number, "1"))
    world.refuse(alice, NotAuthority, CompleteRedemption(number, "1"))


def test_refuses_a_bank_reference_that_served_before() -> None:
    world, bank, alice = money_world()
    number, second = accepted(world, bank, alice), accepted(world, bank, alice)
    world.accept(bank, IssueMoney("cny", alice, 1, "IN-1"))
    world.later(DAY)
    world.refuse(bank, BankRefUsed, CompleteRedemption(number, "IN-1"))
    world.accept(bank, CompleteRedemption(number, "OUT-1"))
    world.refuse(bank, BankRefUsed, CompleteRedemption(second, "OUT-1"))


@settings(max_examples=20)
@given(amounts=st.lists(st.integers(1, 100_000), min_size=1, max_size=4))
def test_supply_falls_by_exactly_what_was_paid(amounts: list[int]) -> None:
    world, bank, alice = money_world()
    supply = -world.balance("issued:cny")
    numbers = [accepted(world, bank, alice, amount) for amount in amounts]
    world.later(DAY)
    for number in numbers:
        world.accept(bank, CompleteRedemption(number, f"OUT-{number}"))
    assert world.balance("issued:cny") == -supply + sum(amounts)

"""assets.accept_redemption: the institution takes a payment on (market.md 12.3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import NotAuthority
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.money import NotTheInstitution, RedemptionClosed, RedemptionNotFound
from ctn.modules.assets.records import Redemption
from ctn.modules.assets.refund_redemption import RefundRedemption
from tests.modules.assets.worlds import accepted, money_world, requested
from tests.worlds import DAY


def test_accepts_what_is_held_and_its_user_cannot_take_it_back() -> None:
    world, bank, alice = money_world()
    number = requested(world, alice)
    events = world.accept(bank, AcceptRedemption(number))
    assert events == [
        {"event": "assets.RedemptionAccepted", "op": 0, "redemption": number,
         "institution": bank}
    ]  # fmt: skip
    held = world.get(Redemption, f"{number:020d}")
    assert (held.status, held.institution) == ("accepted", bank)
    assert world.balance(f"withdrawal:{number}") == 1_000
    world.later(30 * DAY)
    world.refuse(alice, RedemptionClosed, RefundRedemption(number, "too slow"))


def test_refuses_an_unknown_redemption() -> None:
    world, bank, _alice = money_world()
    world.refuse(bank, RedemptionNotFound, AcceptRedemption(1))


def test_refuses_an_institution_of_another_money_and_who_is_none() -> None:
    world, _bank, alice = money_world()
    other = world.authority("usd bank", DutyKind.PAYMENT_INSTITUTION, "usd")
    number = requested(world, alice)
    world.refuse(other, NotTheInstitution, AcceptRedemption(number))
    world.refuse(alice, NotAuthority, AcceptRedemption(number))


def test_refuses_what_is_accepted_or_ended() -> None:
    world, bank, alice = money_world()
    number = accepted(world, bank, alice)
    world.refuse(bank, RedemptionClosed, AcceptRedemption(number))
    world.accept(bank, RefundRedemption(number, "account unknown"))
    world.refuse(bank, RedemptionClosed, AcceptRedemption(number))


@settings(max_examples=20)
@given(numbers=st.lists(st.integers(1, 4), max_size=8))
def test_a_redemption_is_accepted_once(numbers: list[int]) -> None:
    world, bank, alice = money_world()
    for _ in range(3):
        requested(world, alice)
    done: dict[int, None] = {}
    for number in numbers:
        if number > 3:
            world.refuse(bank, RedemptionNotFound, AcceptRedemption(number))
        elif number in done:
            world.refuse(bank, RedemptionClosed, AcceptRedemption(number))
        else:
            world.accept(bank, AcceptRedemption(number))
            done[number] = None

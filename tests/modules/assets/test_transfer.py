"""assets.transfer: an amount of an asset changes hands (market.md 12.3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.receipt import APPLIED
from ctn.kernel.refusal import AmountZero, InsufficientBalance, NotAnOwner, RoleTooLow
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.accounts.outgoing import TargetNotTrusted
from ctn.modules.assets.records import NONE, Asset
from ctn.modules.assets.transfer import Transfer, TransferNotAllowed
from tests.worlds import CNY, World


def _pair() -> tuple[World, str, str]:
    world = World()
    return world, world.person("alice"), world.person("bob")


def test_moves_the_amount_and_tells_it() -> None:
    world, alice, bob = _pair()
    events = world.accept(alice, Transfer("cny", 2_500_000 // 10, bob))
    assert world.balance(bob) == 100 * CNY + 250_000
    assert events == [
        {"event": "assets.Transferred", "op": 0, "asset": "cny", "source": alice, "to": bob,
         "amount": 250_000}
    ]  # fmt: skip


def test_a_visitor_neither_sends_nor_receives() -> None:
    world, alice, bob = _pair()
    visitor = world.stranger("visitor")
    world.refuse(visitor, RoleTooLow, Transfer("cny", 1, bob))
    world.refuse(alice, RecipientNotVerified, Transfer("cny", 1, visitor))


def test_an_authority_may_receive_money_and_send_it_to_whom_it_trusts() -> None:
    world, alice, bob = _pair()
    regulator = world.authority("regulator", DutyKind.REGULATOR)
    world.trust(regulator, bob)
    world.accept(alice, Transfer("cny", 5, regulator))
    world.accept(regulator, Transfer("cny", 5, bob))
    world.refuse(regulator, TargetNotTrusted, Transfer("cny", 5, alice))


def test_refuses_what_is_unknown_or_never_changes_hands() -> None:
    world, alice, bob = _pair()
    world.put(Asset("points:202701", NONE))
    world.grant(alice, "points:202701", 10)
    world.grant(alice, "gold", 10)
    world.refuse(alice, TransferNotAllowed, Transfer("points:202701", 1, bob))
    world.refuse(alice, TransferNotAllowed, Transfer("gold", 1, bob))


def test_refuses_a_holding_account_as_target() -> None:
    world, alice, _bob = _pair()
    for target in ("fees:tx", "withdrawal:1", "issued:cny", "pool:x", "gov:council"):
        world.refuse(alice, NotAnOwner, Transfer("cny", 1, target))


def test_refuses_nothing_and_more_than_is_held() -> None:
    world, alice, bob = _pair()
    world.refuse(alice, AmountZero, Transfer("cny", 0, bob))
    facts = world.refuse(alice, InsufficientBalance, Transfer("cny", 100 * CNY, bob))
    assert facts["need"] == 100 * CNY
    world.accept(alice, Transfer("cny", world.balance(alice) - 20, bob))
    assert world.balance(alice) == 0


@settings(max_examples=20)
@given(
    sends=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 200 * CNY)), max_size=6
    )
)
def test_no_series_of_transfers_makes_or_loses_money(sends: list[tuple[int, int, int]]) -> None:
    world = World()
    people = [world.person(name) for name in "abc"]
    fees = 0
    for source, target, amount in sends:
        before = world.balance(people[source])
        receipt = world.run(people[source], Transfer("cny", amount, people[target]))
        assert receipt.fee is not None
        fees += 20
        left = before - 20
        assert (receipt.status == APPLIED) == (0 < amount <= left)
    held = sum(world.balance(person) for person in people)
    assert held + fees == 300 * CNY
    assert world.balance("fees:tx") == fees

"""accounts.close: an account ends for ever, and only when nothing of it remains (people.md 2.8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, DutyKind, Threshold
from ctn.kernel.refusal import AccountClosed
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.close import AccountNotEmpty, Close
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock, NotGuardian
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.accounts.outgoing import DailyLimitExceeded, DepositHeld, TargetNotTrusted
from ctn.modules.accounts.records import UNGUARDED, Guard, Hold, Limit
from ctn.modules.accounts.waiting import Closing, Waiting
from ctn.modules.assets.complete_redemption import CompleteRedemption
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.reads import live_attestation, roles
from ctn.modules.identity.records import ENDED, Attestation
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.stop_bridge import StopBridge
from tests.modules.accounts.worlds import asked, guarded, not_admitted, wait
from tests.modules.assets.worlds import NEXT_DAY_MS, accepted, money_world, requested, until
from tests.modules.market.worlds import CEA, REF, MarketWorld, buy, cancel, sell
from tests.modules.registry.bridge_worlds import BridgeWorld, verra
from tests.modules.registry.worlds import BATCH, put_batch, retiring
from tests.worlds import CNY, DAY, World


def test_its_money_goes_where_it_says_and_nothing_is_left() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    before = world.balance(bob)
    events = world.accept(alice, Close(bob))
    assert events == [
        {"event": "accounts.AccountClosed", "op": 0, "account": alice, "sweep_to": bob}
    ]
    assert world.balance(alice) == 0
    assert before < world.balance(bob) < before + 100 * CNY
    assert world.get(Account, alice).closed == world.time
    assert world.get(Guard, alice) == UNGUARDED
    assert Close.threshold is Threshold.HIGH


def test_its_attestation_ends_with_the_block_and_its_role_at_once() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    closing = world.tx(alice, Close(bob))
    late = world.tx(bob, Transfer("cny", 1, alice))
    outcome = world.outcome([closing, late])
    assert b'"accounts.RecipientNotVerified"' in outcome.receipts[1]
    assert world.get(Attestation, f"{alice}/{0:020d}").status == ENDED
    assert live_attestation(world.draft(), alice) is None
    assert [role.value for role in roles(world.draft(), alice)] == ["visitor"]
    world.recount()


def test_the_address_stays_closed_and_what_waited_is_gone() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    guarded(world, alice, guardians=(bob, world.person("carol")), guardian_threshold=2)
    asked(world.accept(alice, AddTrusted(bob)))
    world.accept(alice, Close(bob))
    assert world.draft().index(Waiting).of(alice) == []
    assert world.get(Closing, alice) is not None
    assert wait(world, 2 * DAY) == []
    assert world.get(Closing, alice) is None
    not_admitted(world, alice, AccountClosed, Close(None))
    world.refuse(bob, RecipientNotVerified, Transfer("cny", 1, alice))
    world.refuse(bob, NotGuardian, Lock(alice))


def test_an_op_behind_the_closing_is_refused() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.refuse(alice, AccountClosed, Close(bob), Lock(alice))
    assert world.get(Account, alice).closed is None


def test_refuses_while_a_balance_remains_or_is_no_money() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=1), world.trader("ben")
    assert world.refuse(ann, AccountNotEmpty, Close(None)) == {"remains": [CEA, "cny"]}
    assert world.refuse(ann, AccountNotEmpty, Close(ben)) == {"remains": [CEA]}
    assert world.refuse(ben, AccountNotEmpty, Close(ben)) == {"remains": ["cny"]}


def test_refuses_while_orders_rest() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann"), world.trader("ben", tonnes=2)
    for number in (1, 2):
        world.accept(ann, buy(1, REF - 1_000 * number))
    assert world.refuse(ann, AccountNotEmpty, Close(ben)) == {"remains": ["order"]}
    world.accept(ann, cancel(1))
    world.refuse(ann, AccountNotEmpty, Close(ben))
    world.accept(ann, cancel(2))
    world.accept(ann, buy(1, REF))
    world.accept(ben, sell(1, REF))
    assert world.get(Hold, f"{ann}/order") is None
    assert world.refuse(ann, AccountNotEmpty, Close(ben)) == {"remains": [CEA]}


def test_refuses_while_serials_are_held() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "held", alice))
    assert world.refuse(alice, AccountNotEmpty, Close(bob)) == {"remains": ["serials"]}
    world.accept(alice, Deposit(BATCH, ((1, 4),)))
    remains = world.refuse(alice, AccountNotEmpty, Close(bob))
    assert remains == {"remains": ["serials", BATCH]}
    world.accept(alice, retiring(source="held", parts=((5, 10),), grams=0))
    world.accept(alice, Transfer(BATCH, 4_000_000, bob))
    world.accept(alice, Close(bob))


def test_refuses_while_units_may_still_come_back_to_it() -> None:
    world = BridgeWorld()
    (event,) = world.accept(world.bob, world.inbound(verra(1, 5)))
    remains = world.refuse(world.bob, AccountNotEmpty, Close(world.alice))["remains"]
    assert remains == ["bridge"]
    world.accept(world.bob, StopBridge(event["request"], "another time"))
    world.accept(world.bob, Close(world.alice))


def test_refuses_while_money_waits_to_be_paid_out() -> None:
    world, bank, alice = money_world()
    number = accepted(world, bank, alice)
    requested(world, alice)
    assert world.refuse(alice, AccountNotEmpty, Close(bank)) == {"remains": ["redemption"]}
    until(world, NEXT_DAY_MS + 9 * 3_600_000)
    world.accept(bank, CompleteRedemption(number, "paid"))
    assert world.get(Hold, f"{alice}/redemption").count == 1


def test_refuses_a_locked_account() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.accept(alice, Lock(alice))
    world.refuse(alice, AccountLocked, Close(bob))


def test_refuses_a_sweep_that_the_rules_of_outgoing_value_forbid() -> None:
    world = World()
    alice, bob, visitor = world.person("alice"), world.person("bob"), world.stranger("visitor")
    firm = world.enterprise("firm")
    guarded(world, alice, limits=(Limit("cny", 5),))
    world.refuse(alice, RecipientNotVerified, Close(visitor))
    world.refuse(alice, DailyLimitExceeded, Close(bob))
    world.refuse(firm, TargetNotTrusted, Close(bob))


def test_refuses_to_sweep_the_first_money_before_its_time() -> None:
    world = World()
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.accept(bank, IssueMoney("cny", alice, 10 * CNY, "1"))
    effective = world.time + DAY
    assert world.refuse(alice, DepositHeld, Close(bob)) == {"until": effective}
    wait(world, DAY - 1_000)
    world.accept(alice, Close(bob))


def test_an_empty_account_closes_without_a_sweep() -> None:
    world = World()
    alice = world.person("alice", cny=0)
    world.grant(alice, "cny", 20)
    world.accept(alice, Close(None))
    assert world.balance(alice) == 0


@pytest.mark.parametrize("kind", ["person", "enterprise"])
def test_each_kind_of_account_closes(kind: str) -> None:
    world = World()
    alice, bob = world.person("alice", kind=kind), world.person("bob")
    world.trust(alice, bob)
    world.accept(alice, Close(bob))
    assert world.get(Account, alice).closed is not None


@settings(max_examples=20)
@given(
    amounts=st.dictionaries(st.sampled_from(("cny", "usd", "gold")), st.integers(1, 50)),
    is_swept=st.booleans(),
)
def test_closes_exactly_when_all_it_holds_is_money_and_swept(
    amounts: dict[str, int], is_swept: bool
) -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    for asset, amount in amounts.items():
        world.grant(alice, asset, amount)
    receipt = world.run(alice, Close(bob if is_swept else None))
    is_closed = is_swept and "gold" not in amounts
    assert (receipt.status == "applied") == is_closed
    assert (world.get(Account, alice).closed is not None) == is_closed
    if is_closed:
        assert [world.balance(alice, asset) for asset in ("cny", "usd")] == [0, 0]

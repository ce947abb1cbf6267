"""The one door of outgoing value: every op that gives to another goes through it (people.md 2.4).

`GIVING` sends each such op from an account that could otherwise send it; an op that reaches the
door and is missing here fails the last test.
"""

import ast
import inspect
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED
from ctn.kernel.refusal import Refusal
from ctn.modules import op_kinds
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.accounts.outgoing import DailyLimitExceeded, DepositHeld, TargetNotTrusted
from ctn.modules.accounts.records import (
    FirstHeld,
    Guard,
    Limit,
    Outgoing,
    Sponsorship,
    Trusted,
)
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer as Send
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.registry.cancel import Cancel
from ctn.modules.registry.request_outbound import RequestOutbound
from ctn.modules.registry.transfer import Transfer
from tests.modules.accounts.worlds import guarded, wait
from tests.modules.market.worlds import REF, MarketWorld, buy, sell
from tests.modules.registry.test_retire import beneficiary
from tests.modules.registry.worlds import BATCH, put_batch, retiring
from tests.worlds import CNY, DAY, START, World

HELD = {"source": "held", "parts": ((1, 2),), "grams": 0}
GRAMS = 2_000_000
DOOR = ("spend", "spend_for")


class Giving(NamedTuple):
    """An op that gives an amount of an asset to a target; to the sender's own when `is_own`."""

    asset: str
    amount: int
    op: Callable[[str], Op]
    is_own: bool = False


GIVING = {
    "assets.transfer": Giving("cny", 7, lambda to: Send("cny", 7, to)),
    "assets.request_redemption": Giving(
        "cny", 7, lambda _to: RequestRedemption("cny", 7, "66" * 32), is_own=True
    ),
    "registry.transfer": Giving(BATCH, GRAMS, lambda to: Transfer(BATCH, ((1, 2),), to)),
    "registry.retire": Giving(
        BATCH, GRAMS, lambda to: retiring(**HELD, beneficiary=beneficiary(account=to))
    ),
    "registry.request_outbound": Giving(
        BATCH,
        GRAMS,
        lambda _to: RequestOutbound(BATCH, ((1, 2),), "verra", "own account", START + 20 * DAY),
        is_own=True,
    ),
    "registry.cancel": Giving(
        BATCH,
        GRAMS,
        lambda _to: Cancel(BATCH, "held", ((1, 2),), 0, "conversion", "arb", None),
        is_own=True,
    ),
    "accounts.close": Giving("cny", 100 * CNY - 20, Close),
}
TAGS = sorted(GIVING)
OTHERS = [tag for tag in TAGS if not GIVING[tag].is_own]


def _world(kind: str = "person") -> tuple[World, str, str]:
    """An account that can send each op, and somebody to send to; serials only where they go."""
    world = World()
    return world, world.person("alice", kind=kind), world.person("bob")


def _stock(world: World, account: str, tag: str) -> None:
    if tag != "accounts.close":
        put_batch(world, (1, 10, "held", account))


@pytest.mark.parametrize("tag", TAGS)
def test_what_is_within_all_rules_goes_out(tag: str) -> None:
    world, alice, bob = _world()
    _stock(world, alice, tag)
    world.accept(alice, GIVING[tag].op(bob))


@pytest.mark.parametrize("tag", TAGS)
def test_refuses_a_locked_account(tag: str) -> None:
    world, alice, bob = _world()
    _stock(world, alice, tag)
    world.accept(alice, Lock(alice))
    world.refuse(alice, AccountLocked, GIVING[tag].op(bob))


@pytest.mark.parametrize("tag", OTHERS)
def test_refuses_a_visitor_and_a_lapsed_account_as_target(tag: str) -> None:
    world, alice, bob = _world()
    _stock(world, alice, tag)
    visitor = world.stranger("visitor")
    world.lapse(bob)
    for target in (visitor, bob):
        world.refuse(alice, RecipientNotVerified, GIVING[tag].op(target))


@pytest.mark.parametrize("tag", OTHERS)
def test_refuses_a_target_that_an_organisation_does_not_trust(tag: str) -> None:
    world, firm, bob = _world("enterprise")
    carol = world.person("carol")
    _stock(world, firm, tag)
    world.trust(firm, carol)
    assert world.refuse(firm, TargetNotTrusted, GIVING[tag].op(bob)) == {"target": bob}
    world.accept(firm, GIVING[tag].op(carol))


@pytest.mark.parametrize("tag", [tag for tag in TAGS if GIVING[tag].is_own])
def test_ones_own_bank_and_registry_account_are_always_trusted(tag: str) -> None:
    world, firm, bob = _world("enterprise")
    _stock(world, firm, tag)
    world.accept(firm, GIVING[tag].op(bob))


@pytest.mark.parametrize("tag", TAGS)
def test_refuses_more_than_a_day_allows(tag: str) -> None:
    world, alice, bob = _world()
    giving = GIVING[tag]
    _stock(world, alice, tag)
    guarded(world, alice, limits=(Limit(giving.asset, giving.amount - 1),))
    facts = world.refuse(alice, DailyLimitExceeded, giving.op(bob))
    assert (facts["limit"], facts["used"], facts["asset"]) == (giving.amount - 1, 0, giving.asset)


@pytest.mark.parametrize("tag", TAGS)
def test_a_limit_of_the_very_amount_lets_it_through_and_counts_it(tag: str) -> None:
    world, alice, bob = _world()
    giving = GIVING[tag]
    _stock(world, alice, tag)
    guarded(world, alice, limits=(Limit(giving.asset, giving.amount),))
    world.accept(alice, giving.op(bob))
    counted = world.get(Outgoing, f"{alice}/{giving.asset}")
    assert counted.amount == giving.amount


@pytest.mark.parametrize("tag", ["assets.transfer", "assets.request_redemption"])
def test_refuses_the_first_money_for_24_hours(tag: str) -> None:
    world = World()
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.accept(bank, IssueMoney("cny", alice, CNY, "1"))
    assert world.get(FirstHeld, alice) == FirstHeld(world.time, world.time)
    until = world.time + DAY
    assert world.refuse(alice, DepositHeld, GIVING[tag].op(bob)) == {"until": until}
    world.accept(bank, IssueMoney("cny", alice, CNY, "2"))
    wait(world, until - world.time - 2_000)
    world.refuse(alice, DepositHeld, GIVING[tag].op(bob))
    world.accept(alice, GIVING[tag].op(bob))


def test_the_first_money_of_a_sale_is_held_too_and_credits_are_not() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", cny=0, tonnes=5), world.trader("ben")
    payer = world.person("payer")
    world.put(FirstHeld(0, None), ann)
    world.put(Asset("cea24", FREE))
    world.put(Sponsorship(CNY, CNY, START + DAY), f"{payer}/{ann}")
    world.accept(ben, buy(2, REF))
    world.accept(ann, sell(2, REF), payer=payer)
    assert world.get(FirstHeld, ann) == FirstHeld(0, world.time)
    until = world.time + DAY
    assert world.refuse(ann, DepositHeld, Send("cny", 1, ben)) == {"until": until}
    world.accept(ann, Send("cea24", 1, ben))


@pytest.mark.parametrize("tag", OTHERS)
def test_who_receives_holds_from_then_on_and_who_only_benefits_does_not(tag: str) -> None:
    world, alice, _bob = _world()
    _stock(world, alice, tag)
    carol = world.person("carol", cny=0)
    world.accept(alice, GIVING[tag].op(carol))
    held = world.get(FirstHeld, carol)
    if tag == "registry.retire":
        assert held is None
    else:
        is_money = GIVING[tag].asset == "cny"
        assert held == FirstHeld(world.time, world.time if is_money else None)


def test_a_stranger_makes_no_one_wait_by_naming_it_as_beneficiary() -> None:
    world, alice, bob = _world()
    _stock(world, alice, "registry.retire")
    carol = world.person("carol", cny=0)
    world.put(Sponsorship(CNY, CNY, START + DAY), f"{bob}/{carol}")
    world.accept(alice, GIVING["registry.retire"].op(carol))
    world.accept(carol, AddTrusted(bob), payer=bob)
    assert world.get(Trusted, f"{carol}/{bob}") is not None


def test_a_day_ends_at_midnight_of_utc_plus_8() -> None:
    world, alice, bob = _world()
    guarded(world, alice, limits=(Limit("cny", 10),))
    world.accept(alice, Send("cny", 6, bob))
    facts = world.refuse(alice, DailyLimitExceeded, Send("cny", 5, bob))
    assert facts == {"asset": "cny", "limit": 10, "used": 6, "asked": 5}
    midnight = (START + 28_800_000) // DAY * DAY + DAY - 28_800_000
    wait(world, midnight - world.time - 2_000)
    world.refuse(alice, DailyLimitExceeded, Send("cny", 5, bob))
    world.accept(alice, Send("cny", 10, bob))


def test_trades_are_not_outgoing() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=5, kind="enterprise"), world.trader("ben")
    guarded(world, ann, limits=(Limit("cea24", 0),))
    world.accept(ann, sell(2, REF))
    world.accept(ben, buy(2, REF))
    assert world.balance(ben, "cea24") == 2_000_000


@settings(max_examples=25)
@given(
    limit=st.integers(0, 30),
    sends=st.lists(st.tuples(st.integers(1, 15), st.integers(0, 20)), max_size=8),
)
def test_never_more_than_the_limit_leaves_in_a_day(
    limit: int, sends: list[tuple[int, int]]
) -> None:
    world, alice, bob = _world()
    guarded(world, alice, limits=(Limit("cny", limit),))
    sent: dict[int, int] = {}
    for amount, hours in sends:
        world.later(hours * 3_600_000)
        receipt = world.run(alice, Send("cny", amount, bob))
        day = (world.time + 28_800_000) // DAY
        is_within = sent.get(day, 0) + amount <= limit
        assert (receipt.status == APPLIED) == is_within
        if is_within:
            sent[day] = sent.get(day, 0) + amount
    assert world.get(Guard, alice).limits == (Limit("cny", limit),)


def test_every_op_that_reaches_the_door_is_tried_above() -> None:
    reaching = [tag for tag, kind in op_kinds().items() if _calls_spend(kind)]
    assert sorted(reaching) == TAGS


def test_every_op_that_reaches_the_door_says_so_in_its_refusals() -> None:
    for tag in TAGS:
        refuses: tuple[type[Refusal], ...] = op_kinds()[tag].refuses
        expected = [AccountLocked, DailyLimitExceeded]
        expected += [] if GIVING[tag].is_own else [RecipientNotVerified, TargetNotTrusted]
        expected += [DepositHeld] if GIVING[tag].asset == "cny" else []
        assert all(kind in refuses for kind in expected), tag
    assert AccountLocked not in PlaceOrder.refuses


def _calls_spend(kind: type[Op]) -> bool:
    """Whether the file of an op calls the door: `spend`, or `spend_for` where nobody receives."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(kind)))  # type: ignore[arg-type]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id in DOOR for call in calls)

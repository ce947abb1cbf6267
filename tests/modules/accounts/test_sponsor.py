"""accounts.sponsor: another account's network fees are paid, within a budget (engine.md 4.4)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.receipt import APPLIED, NOT_ADMITTED
from ctn.kernel.refusal import CannotPayFee, NotSponsored, RoleTooLow
from ctn.modules.accounts.records import Sponsorship
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import Unsponsor
from tests.modules.accounts.worlds import not_admitted
from tests.worlds import CNY, START, World

LATER = START + 10**9


def test_a_newcomer_without_money_acts_at_a_sponsors_cost() -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new", 0)
    events = world.accept(alice, Sponsor(new, 500, 100, LATER))
    assert events == [
        {"event": "accounts.Sponsored", "op": 0, "payer": alice, "account": new, "budget": 500,
         "per_tx": 100, "expires": LATER}
    ]  # fmt: skip
    before = world.balance(alice)
    receipt = world.block(world.tx(new, Sponsor(alice, 1, 1, LATER), payer=alice))[0]
    assert receipt.fee is not None
    paid = before - world.balance(alice)
    assert paid == 20
    assert world.get(Sponsorship, f"{alice}/{new}").budget == 500 - paid


def test_an_attestor_may_sponsor() -> None:
    world = World()
    attestor = world.authority("attestor", DutyKind.ATTESTOR)
    world.accept(attestor, Sponsor(world.stranger("new"), 500, 100, LATER))


def test_a_visitor_may_not_sponsor() -> None:
    world = World()
    visitor = world.stranger("visitor")
    world.refuse(visitor, RoleTooLow, Sponsor(visitor, 500, 100, LATER))


def test_pays_nothing_without_above_or_after_the_sponsorship() -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new")
    op = Unsponsor(alice)
    not_admitted(world, new, NotSponsored, op, payer=alice)
    world.accept(alice, Sponsor(new, 500, 19, LATER))
    not_admitted(world, new, NotSponsored, op, payer=alice)
    world.accept(alice, Sponsor(new, 19, 500, LATER))
    not_admitted(world, new, NotSponsored, op, payer=alice)
    world.accept(alice, Sponsor(new, 500, 500, world.time + 1_500))
    not_admitted(world, new, NotSponsored, op, payer=alice)


def test_a_sponsor_without_money_pays_nothing() -> None:
    world = World()
    alice, new = world.person("alice", cny=0), world.stranger("new")
    world.grant(alice, "cny", 30)
    world.accept(alice, Sponsor(new, 500, 500, LATER))
    not_admitted(world, new, CannotPayFee, Unsponsor(alice), payer=alice)


def test_a_new_sponsorship_replaces_the_old_one() -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new")
    world.accept(alice, Sponsor(new, 500, 100, LATER))
    world.accept(alice, Sponsor(new, 7, 3, LATER + 1))
    assert world.get(Sponsorship, f"{alice}/{new}") == Sponsorship(7, 3, LATER + 1)


@settings(max_examples=20)
@given(budget=st.integers(0, 100), per_tx=st.integers(0, 40), count=st.integers(1, 5))
def test_a_sponsor_never_pays_above_budget_or_share(budget: int, per_tx: int, count: int) -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new", 0)
    world.accept(alice, Sponsor(new, budget, per_tx, LATER))
    start = world.balance(alice)
    paid = 0
    for _ in range(count):
        receipt = world.block(world.tx(new, Unsponsor(alice), payer=alice))[0]
        is_covered = per_tx >= 20 and budget - paid >= 20
        assert (receipt.status != NOT_ADMITTED) == is_covered
        assert receipt.status != APPLIED
        paid += 20 if is_covered else 0
    assert start - world.balance(alice) == paid <= budget
    assert world.balance(alice) + paid + 20 == 100 * CNY

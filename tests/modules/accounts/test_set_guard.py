"""accounts.set_guard: tightening acts at once, loosening waits in public (people.md 2.4, 2.6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Threshold
from ctn.kernel.receipt import APPLIED
from ctn.kernel.refusal import Malformed
from ctn.modules.accounts.pending import TooManyPending
from ctn.modules.accounts.records import Guard, Limit, Sponsorship
from ctn.modules.accounts.set_guard import BadGuard, SetGuard
from ctn.modules.accounts.waiting import PENDING_MAX, GuardChange, Pending, Waiting
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import asked, guarded, wait
from tests.worlds import DAY, START, Person, World

OPEN = SetGuard(False, (), (), 0)


def _limits(**amounts: int) -> tuple[Limit, ...]:
    return tuple([Limit(asset, amount) for asset, amount in amounts.items()])


def _others(count: int) -> tuple[str, ...]:
    return tuple([Person(f"guardian {number}").address for number in range(count)])


def test_tightening_acts_at_once_and_is_told() -> None:
    world = World()
    alice = world.person("alice")
    events = world.accept(alice, SetGuard(True, _limits(cny=500), (), 0))
    assert events == [
        {"event": "accounts.GuardSet", "op": 0, "account": alice, "trusted_only": True,
         "limits": [["cny", 500]], "guardians": [], "guardian_threshold": 0}
    ]  # fmt: skip
    guard = world.get(Guard, alice)
    assert (guard.trusted_only, guard.limits, guard.kind) == (True, _limits(cny=500), "person")


@pytest.mark.parametrize(
    "change",
    [
        OPEN,
        SetGuard(True, _limits(cny=501), (), 0),
        SetGuard(True, _limits(usd=500), (), 0),
        SetGuard(True, _limits(cny=500), _others(2), 2),
        SetGuard(False, _limits(cny=1), (), 0),
    ],
)
def test_loosening_waits_24_hours_and_what_is_mixed_waits_whole(change: SetGuard) -> None:
    world = World()
    alice = world.person("alice")
    guarded(world, alice, trusted_only=True, limits=_limits(cny=500))
    before = world.first(Guard, alice)
    events = world.accept(alice, change)
    assert events == [
        {"event": "accounts.GuardPending", "op": 0, "account": alice, "number": 1,
         "effective": world.time + DAY}
    ]  # fmt: skip
    assert wait(world, DAY - 1) == []
    assert world.get(Guard, alice) == before
    assert [event["event"] for event in wait(world, 1_000)] == ["accounts.GuardSet"]
    guard = world.get(Guard, alice)
    assert (guard.trusted_only, guard.limits) == (change.trusted_only, change.limits)
    assert guard.guardians == change.guardians
    assert world.draft().index(Waiting).of(alice) == []


def test_an_organisation_waits_72_hours() -> None:
    world = World()
    firm = world.enterprise("firm")
    world.accept(firm, OPEN)
    assert wait(world, 3 * DAY - 1_000) == []
    assert wait(world, 1_000)[0]["event"] == "accounts.GuardSet"


def test_any_change_of_guardians_waits_also_one_that_adds_the_first() -> None:
    world = World()
    alice = world.person("alice")
    world.accept(alice, SetGuard(False, (), _others(3), 2))
    assert world.get(Guard, alice).guardians == ()
    wait(world, DAY)
    assert world.get(Guard, alice).guardian_threshold == 2
    world.accept(alice, SetGuard(False, (), _others(3), 3))
    assert world.get(Guard, alice).guardian_threshold == 2
    assert len(world.draft().index(Waiting).of(alice)) == 1


def test_a_guard_that_acts_at_once_cancels_the_ones_that_wait() -> None:
    """Else an older wish, kept whole, would undo what was tightened since."""
    world = World()
    alice = world.person("alice")
    world.accept(alice, SetGuard(False, (Limit("cny", 500),), (), 0))
    number = asked(world.accept(alice, SetGuard(False, (Limit("cny", 1_000),), (), 0)))
    events = world.accept(alice, SetGuard(True, (Limit("cny", 10),), (), 0))
    assert [event["event"] for event in events] == [
        "accounts.PendingCancelled", "accounts.GuardSet",
    ]  # fmt: skip
    assert events[0]["number"] == number
    assert wait(world, 2 * DAY) == []
    assert world.get(Guard, alice).limits == (Limit("cny", 10),)


def test_the_same_guard_stated_anew_takes_a_wish_back() -> None:
    world = World()
    alice = world.person("alice")
    guarded(world, alice, guardians=_others(3), guardian_threshold=2)
    world.accept(alice, SetGuard(False, (), _others(3), 3))
    world.accept(alice, SetGuard(False, (), tuple(reversed(_others(3))), 2))
    assert world.draft().index(Waiting).of(alice) == []


def test_an_account_that_never_held_anything_loosens_at_once() -> None:
    world = World()
    payer = world.person("payer")
    alice = world.person("alice", cny=0)
    guarded(world, alice, trusted_only=True)
    world.put(*_sponsorship(payer, alice))
    events = world.accept(alice, OPEN, payer=payer)
    assert events[0]["event"] == "accounts.GuardSet"
    world.accept(alice, SetGuard(True, (), (), 0), payer=payer)
    world.accept(payer, Transfer("cny", 1, alice))
    assert asked(world.accept(alice, OPEN, payer=payer)) == 1


def test_a_visitor_may_guard_his_account() -> None:
    world = World()
    visitor = world.stranger("visitor")
    world.accept(visitor, SetGuard(True, (), (), 0))
    assert world.get(Guard, visitor) == Guard(True, (), (), 0, None, 0)


def test_is_signed_with_the_high_threshold() -> None:
    assert SetGuard.threshold is Threshold.HIGH


@pytest.mark.parametrize(
    "change",
    [
        SetGuard(False, (Limit("cny", 1), Limit("cny", 2)), (), 0),
        SetGuard(False, (), _others(1), 1),
        SetGuard(False, (), _others(2) + _others(1), 2),
        SetGuard(False, (), _others(4), 2),
        SetGuard(False, (), _others(3), 1),
        SetGuard(False, (), _others(2), 3),
        SetGuard(False, (), _others(2), 0),
        SetGuard(False, (), (), 2),
    ],
)
def test_refuses_a_guard_that_breaks_a_rule(change: SetGuard) -> None:
    world = World()
    world.refuse(world.person("alice"), BadGuard, change)


def test_refuses_oneself_as_guardian() -> None:
    world = World()
    alice = world.person("alice")
    change = SetGuard(False, (), (alice, *_others(2)), 2)
    assert world.refuse(alice, BadGuard, change) == {"rule": "others as guardians"}


def test_takes_nine_guardians_and_sixteen_limits_and_no_more() -> None:
    world = World()
    alice = world.person("alice")
    limits = tuple([Limit(f"a{number}", 1) for number in range(17)])
    world.accept(alice, SetGuard(False, limits[:16], _others(9), 5))
    for change in (SetGuard(False, limits, (), 0), SetGuard(False, (), _others(10), 6)):
        with pytest.raises(Malformed):
            world.tx(alice, change)


def test_refuses_a_ninth_pending_change() -> None:
    world = World()
    alice = world.person("alice")
    guarded(world, alice, trusted_only=True)
    for _ in range(PENDING_MAX):
        world.accept(alice, OPEN)
    assert world.refuse(alice, TooManyPending, OPEN) == {"limit": 8}
    first = world.get(Pending, f"{alice}/{1:020d}")
    assert first.change == GuardChange(False, (), (), 0)
    assert first.effective - first.requested == DAY


def test_changes_mature_by_time_then_number() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    for account in (alice, bob):
        guarded(world, account, trusted_only=True)
    txs = [world.tx(account, OPEN) for account in (alice, bob)]
    assert [receipt.status for receipt in world.block(*txs)] == [APPLIED, APPLIED]
    world.accept(alice, SetGuard(False, _limits(cny=7), (), 0))
    told = wait(world, DAY + 1_000)
    numbers = [world.draft().index(Waiting).of(account) for account in (alice, bob)]
    assert numbers == [[], []]
    assert [event["limits"] for event in told] == [[], [], [["cny", 7]]]


def test_the_maker_is_told_when_the_next_change_acts() -> None:
    world = World()
    alice = world.person("alice")
    guarded(world, alice, trusted_only=True)
    assert world.machine.next_due() is None
    world.accept(alice, OPEN)
    assert world.machine.next_due() == world.time + DAY


LIMITED = st.dictionaries(st.sampled_from(("cny", "usd", "eur")), st.integers(0, 3))
GUARDS = st.builds(
    lambda trusted, limits: SetGuard(trusted, _limits(**limits), (), 0), st.booleans(), LIMITED
)


@settings(max_examples=25)
@given(before=GUARDS, after=GUARDS)
def test_acts_at_once_exactly_when_nothing_gets_weaker(before: SetGuard, after: SetGuard) -> None:
    world = World()
    alice = world.person("alice")
    guarded(world, alice, trusted_only=before.trusted_only, limits=before.limits)
    events = world.accept(alice, after)
    kept = {limit.asset: limit.per_day for limit in after.limits}
    is_tighter = (after.trusted_only or not before.trusted_only) and all(
        kept.get(limit.asset, 4) <= limit.per_day for limit in before.limits
    )
    assert (events[0]["event"] == "accounts.GuardSet") == is_tighter
    wait(world, DAY)
    assert world.get(Guard, alice).limits == after.limits


def _sponsorship(payer: str, account: str) -> tuple[Sponsorship, str]:
    return Sponsorship(10_000, 1_000, START + 9 * DAY), f"{payer}/{account}"

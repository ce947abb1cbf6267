"""accounts.unlock: taking a lock off waits, and nothing else matures under it (people.md 2.6)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Threshold
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.pending import NothingPending, TooManyPending
from ctn.modules.accounts.records import Sponsorship, Trusted
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.waiting import Lock as LockRecord
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import asked, wait
from tests.worlds import DAY, START, Person, World


def test_value_leaves_again_after_the_delay() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.accept(alice, Lock(alice))
    events = world.accept(alice, Unlock())
    assert events == [
        {"event": "accounts.UnlockPending", "op": 0, "account": alice, "number": 1,
         "effective": world.time + DAY}
    ]  # fmt: skip
    assert wait(world, DAY - 2_000) == []
    world.refuse(alice, AccountLocked, Transfer("cny", 1, bob))
    assert wait(world, 1_000) == [{"event": "accounts.Unlocked", "op": 0, "account": alice}]
    world.accept(alice, Transfer("cny", 1, bob))


def test_an_organisation_waits_72_hours() -> None:
    world = World()
    firm = world.enterprise("firm")
    world.accept(firm, Lock(firm))
    world.accept(firm, Unlock())
    assert wait(world, 3 * DAY - 1_000) == []
    assert wait(world, 1_000) != []
    assert Unlock.threshold is Threshold.HIGH


def test_what_waited_before_the_lock_matures_only_after_the_unlock() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.accept(alice, AddTrusted(bob))
    world.accept(alice, Lock(alice))
    assert wait(world, 2 * DAY) == []
    assert world.machine.next_due() is None
    world.accept(alice, Unlock())
    assert world.machine.next_due() == world.time + DAY
    assert [event["event"] for event in wait(world, DAY)] == ["accounts.Unlocked"]
    assert world.get(Trusted, f"{alice}/{bob}") is None
    assert world.machine.next_due() is not None
    assert [event["event"] for event in wait(world, 1_000)] == ["accounts.TrustedAdded"]


def test_a_second_wish_to_unlock_never_undoes_a_later_lock() -> None:
    world = World()
    alice = world.person("alice")
    world.accept(alice, Lock(alice))
    world.accept(alice, Unlock())
    world.accept(alice, Unlock())
    wait(world, DAY - 1_000)
    assert world.draft().index(Waiting).of(alice) == []
    world.accept(alice, Lock(alice))
    assert wait(world, DAY) == []
    assert world.get(LockRecord, alice) is not None


def test_an_unlock_can_be_cancelled() -> None:
    world = World()
    alice = world.person("alice")
    world.accept(alice, Lock(alice))
    number = asked(world.accept(alice, Unlock()))
    world.accept(alice, CancelPending(number))
    assert wait(world, 2 * DAY) == []
    assert world.get(LockRecord, alice) is not None


def test_an_account_that_never_held_anything_is_unlocked_at_once() -> None:
    world = World()
    payer, new = world.person("payer"), world.stranger("new", 0)
    world.put(Sponsorship(10_000, 1_000, START + DAY), f"{payer}/{new}")
    world.accept(new, Lock(new), payer=payer)
    events = world.accept(new, Unlock(), payer=payer)
    assert events == [{"event": "accounts.Unlocked", "op": 0, "account": new}]


def test_refuses_when_nothing_is_locked() -> None:
    world = World()
    alice = world.person("alice")
    assert world.refuse(alice, NothingPending, Unlock()) == {"account": alice}


def test_refuses_a_ninth_pending_change() -> None:
    world = World()
    alice = world.person("alice")
    for number in range(8):
        world.accept(alice, AddTrusted(Person(f"other {number}").address))
    world.accept(alice, Lock(alice))
    world.refuse(alice, TooManyPending, Unlock())
    world.accept(alice, CancelPending(8))
    world.accept(alice, Unlock())


@settings(max_examples=20)
@given(hours=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_is_locked_exactly_until_24_hours_after_the_wish(hours: list[int]) -> None:
    world = World()
    alice = world.person("alice")
    world.accept(alice, Lock(alice))
    (event,) = world.accept(alice, Unlock())
    for count in hours:
        wait(world, count * 3_600_000)
        is_locked = world.get(LockRecord, alice) is not None
        assert is_locked == (world.time < event["effective"])

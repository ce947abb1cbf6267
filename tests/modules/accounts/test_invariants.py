"""A guard weakened before its time breaks an invariant, whatever wrote it (people.md 17)."""

from collections.abc import Callable

import pytest

from ctn.kernel.account import Account, Thresholds
from ctn.kernel.invariant import Breach
from ctn.kernel.ledger import Ledger, delta_since
from ctn.kernel.record import numbered
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.invariants import INVARIANTS, recount
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.pending import mature
from ctn.modules.accounts.records import (
    Guard,
    Hold,
    Limit,
    Outgoing,
    SignerLimit,
    Trusted,
)
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.waiting import (
    Lock as LockRecord,
)
from ctn.modules.accounts.waiting import (
    Pending,
    RecoveryChange,
    TrustChange,
)
from tests.modules.accounts.worlds import guarded, signer, wait
from tests.worlds import DAY, World

OTHER = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp"


def _world() -> tuple[World, str]:
    """A guarded, locked person with a limited key."""
    world = World()
    alice = world.person("alice")
    guarded(world, alice, trusted_only=True, limits=(Limit("cny", 100),))
    keys = (signer(world, alice), signer(world, world.stranger("bot", 0)))
    world.accept(alice, SetSigners(keys, Thresholds(1, 1, 1)))
    world.accept(alice, LimitSigner(1, keys[1].key, ("trade",)))
    return world, alice


def _bot(world: World, alice: str) -> str:
    (place,) = [place for place, _limit in world.draft().scan(SignerLimit, alice, 9)]
    return place


def _judge(ledger: Ledger, change: Callable[[Ledger], None]) -> None:
    """What every invariant says of a change."""
    start = ledger.mark()
    try:
        change(ledger)
        delta = delta_since(ledger, start)
        for invariant in INVARIANTS:
            invariant.holds(ledger, delta)
    finally:
        ledger.undo(start)


WEAKER: list[Callable[[World, str, Ledger], None]] = [
    lambda world, alice, ledger: ledger.put(
        world.get(Guard, alice).replace(trusted_only=False), alice
    ),
    lambda world, alice, ledger: ledger.put(world.get(Guard, alice).replace(limits=()), alice),
    lambda _world, alice, ledger: ledger.put(Trusted(1), f"{alice}/{OTHER}"),
    lambda world, alice, ledger: ledger.drop(SignerLimit, _bot(world, alice)),
    lambda world, alice, ledger: ledger.put(SignerLimit(("exit", "trade")), _bot(world, alice)),
]


@pytest.mark.parametrize("number", range(len(WEAKER)))
def test_nothing_gets_weaker_before_its_time(number: int) -> None:
    world, alice = _world()
    with pytest.raises(Breach, match="loosening-waits"):
        _judge(world.draft(), lambda ledger: WEAKER[number](world, alice, ledger))


def test_a_lock_is_not_taken_off_before_its_time() -> None:
    world, alice = _world()
    world.accept(alice, Lock(alice))
    with pytest.raises(Breach, match="loosening-waits"):
        _judge(world.draft(), lambda ledger: ledger.drop(LockRecord, alice))


def test_what_waited_long_enough_may_act_and_what_did_not_may_not() -> None:
    world, alice = _world()
    world.accept(alice, AddTrusted(OTHER))
    place = numbered(alice, 1)

    def trust(ledger: Ledger) -> None:
        ledger.drop(Pending, place)
        ledger.put(Trusted(1), f"{alice}/{OTHER}")

    with pytest.raises(Breach, match="loosening-waits"):
        _judge(world.draft(), trust)
    world.later(DAY)
    _judge(world.draft(), lambda ledger: mature(ledger, alice, 1))


def test_nothing_but_the_unlock_acts_under_a_lock() -> None:
    world, alice = _world()
    world.accept(alice, AddTrusted(OTHER))
    world.accept(alice, Lock(alice))
    world.later(DAY)
    with pytest.raises(Breach, match="loosening-waits"):
        _judge(world.draft(), lambda ledger: mature(ledger, alice, 1))


def test_a_change_of_another_kind_allows_nothing() -> None:
    world, alice = _world()
    world.accept(alice, SetGuard(False, (), (), 0))
    world.later(DAY)

    def trust(ledger: Ledger) -> None:
        ledger.drop(Pending, numbered(alice, 1))
        ledger.put(Trusted(1), f"{alice}/{OTHER}")

    with pytest.raises(Breach, match="loosening-waits"):
        _judge(world.draft(), trust)


def test_no_more_is_counted_than_a_limit_allows() -> None:
    world, alice = _world()
    _judge(world.draft(), lambda ledger: ledger.put(Outgoing(1, 100), f"{alice}/cny"))
    with pytest.raises(Breach, match="outgoing-within-limit"):
        _judge(world.draft(), lambda ledger: ledger.put(Outgoing(1, 101), f"{alice}/cny"))


def test_a_guard_keeps_its_rules_and_at_most_eight_changes_wait() -> None:
    world, alice = _world()
    guard = world.get(Guard, alice)
    one = guard.replace(guardians=(OTHER,), guardian_threshold=1)
    with pytest.raises(Breach, match="guard"):
        _judge(world.draft(), lambda ledger: ledger.put(one, alice))
    world.accept(alice, AddTrusted(OTHER))

    def nine(ledger: Ledger) -> None:
        for number in range(2, 10):
            ledger.put(Pending(alice, number, TrustChange(OTHER), 0, 1))

    with pytest.raises(Breach, match="pending"):
        _judge(world.draft(), nine)
    unknown = Pending(alice, 9, TrustChange(OTHER), 0, 1)
    with pytest.raises(Breach, match="never given"):
        _judge(world.draft(), lambda ledger: ledger.put(unknown))


def test_no_account_is_recovered_without_a_lock() -> None:
    world, alice = _world()
    world.accept(alice, AddTrusted(OTHER))
    key = (signer(world, alice),)
    recovery = Pending(alice, 1, RecoveryChange(key, Thresholds(1, 1, 1), False), 0, 1)
    with pytest.raises(Breach, match="without a lock"):
        _judge(world.draft(), lambda ledger: ledger.put(recovery))


def test_a_recount_finds_a_closed_account_that_holds_or_waits() -> None:
    world, alice = _world()
    world.accept(alice, AddTrusted(OTHER))
    ledger = world.draft()
    recount(ledger, {})
    start = ledger.mark()
    ledger.put(world.get(Account, alice).replace(closed=1), alice)
    with pytest.raises(Breach, match="something waits"):
        recount(ledger, {})
    ledger.drop(Pending, numbered(alice, 1))
    with pytest.raises(Breach, match="closed-is-empty"):
        recount(ledger, {f"{alice}/cny": 1})
    ledger.put(Hold(alice, "bond", 1))
    with pytest.raises(Breach, match="keeps a closed"):
        recount(ledger, {})
    ledger.undo(start)


def test_a_recount_finds_a_guard_and_a_list_beyond_their_rules() -> None:
    world, alice = _world()
    ledger = world.draft()
    start = ledger.mark()
    ledger.put(world.get(Guard, alice).replace(guardian_threshold=3), alice)
    with pytest.raises(Breach, match="guard"):
        recount(ledger, {})
    ledger.undo(start)
    for number in range(65):
        ledger.put(Trusted(1), f"{alice}/{number}")
    with pytest.raises(Breach, match="trusted"):
        recount(ledger, {})
    ledger.undo(start)
    assert wait(world, 1_000) == []

"""accounts.cancel_pending: any one signer takes back what waits; a recovery asks for high."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Signer, Threshold, Thresholds
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.receipt import APPLIED, REFUSED
from ctn.kernel.refusal import SecondApproverNeeded, ThresholdNotMet
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending, RecoveryFinal
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.pending import NothingPending
from ctn.modules.accounts.records import RecoveryStop, Trusted
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.waiting import Lock, Waiting
from tests.modules.accounts.worlds import asked, guarded, not_admitted, signer, wait
from tests.worlds import DAY, Person, World

KEY = (Signer(1, Person("new key").key.hex(), 1),)


def _recovering(world: World, account: str, guardians: list[str]) -> int:
    """The number under which a recovery waits that two guardians started."""
    op = Recover(account, KEY, Thresholds(1, 1, 1))
    world.accept(guardians[0], op)
    return asked(world.accept(guardians[1], op))


def _guarded_world(kind: str = "person") -> tuple[World, str, list[str]]:
    world = World()
    alice = world.person("alice", kind=kind)
    guardians = [world.person(f"guardian {number}") for number in range(2)]
    guarded(world, alice, guardians=tuple(guardians), guardian_threshold=2)
    return world, alice, guardians


def test_what_was_cancelled_never_acts() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    number = asked(world.accept(alice, AddTrusted(bob)))
    events = world.accept(alice, CancelPending(number))
    assert events == [
        {"event": "accounts.PendingCancelled", "op": 0, "account": alice, "number": number}
    ]
    assert wait(world, 2 * DAY) == []
    assert world.get(Trusted, f"{alice}/{bob}") is None


def test_any_single_signer_cancels_in_the_safety_lane() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    number = asked(world.accept(firm, AddTrusted(bob)))
    world.accept(firm, CancelPending(number), signers=[firm])
    assert (CancelPending.threshold, CancelPending.lane) == (Threshold.ANY, SAFETY_LANE)


def test_refuses_what_does_not_wait_and_what_is_anothers() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    number = asked(world.accept(alice, AddTrusted(bob)))
    assert world.refuse(bob, NothingPending, CancelPending(number)) == {"number": number}
    world.accept(alice, CancelPending(number))
    world.refuse(alice, NothingPending, CancelPending(number))


def test_a_recovery_is_stopped_with_the_high_threshold_only() -> None:
    world, alice, guardians = _guarded_world()
    keys = tuple([signer(world, world.stranger(name, 0)) for name in "ab"])
    names = [key for key, person in world.people.items() if person.name in ("a", "b")]
    world.accept(alice, SetSigners(keys, Thresholds(1, 1, 2)))
    number = _recovering(world, alice, guardians)
    not_admitted(world, alice, ThresholdNotMet, CancelPending(number), signers=names[:1])
    world.accept(alice, CancelPending(number), signers=names)
    assert world.get(RecoveryStop, alice).times == (world.time,)


def test_an_organisation_stops_a_recovery_with_two_signers() -> None:
    world, firm, guardians = _guarded_world("enterprise")
    op = Recover(firm, (*KEY, Signer(1, Person("other").key.hex(), 1)), Thresholds(1, 1, 1))
    world.accept(guardians[0], op)
    number = asked(world.accept(guardians[1], op))
    not_admitted(world, firm, SecondApproverNeeded, CancelPending(number), signers=[firm])
    world.accept(firm, CancelPending(number))


def test_a_recovery_that_started_in_the_same_block_still_asks_for_high() -> None:
    world, alice, guardians = _guarded_world()
    keys = tuple([signer(world, world.stranger(name, 0)) for name in "ab"])
    names = [key for key, person in world.people.items() if person.name in ("a", "b")]
    world.accept(alice, SetSigners(keys, Thresholds(1, 1, 2)))
    op = Recover(alice, KEY, Thresholds(1, 1, 1))
    world.accept(guardians[0], op)
    start = world.tx(guardians[1], op)
    stop = world.tx(alice, CancelPending(1), signers=names[:1])
    outcome = world.outcome([start, stop])
    assert world.draft().index(Waiting).of(alice) != []
    assert outcome.height == world.machine.height


def test_a_stopped_recovery_takes_all_else_with_it_and_the_lock_stays() -> None:
    world, alice, guardians = _guarded_world()
    number = _recovering(world, alice, guardians)
    world.accept(alice, AddTrusted(guardians[0]))
    world.accept(alice, CancelPending(number))
    assert world.draft().index(Waiting).of(alice) == []
    assert world.get(Lock, alice) is not None
    assert wait(world, 5 * DAY) == []


def test_refuses_to_stop_a_third_recovery_within_30_days() -> None:
    world, alice, guardians = _guarded_world()
    for _ in range(2):
        world.accept(alice, CancelPending(_recovering(world, alice, guardians)))
        world.later(DAY)
    number = _recovering(world, alice, guardians)
    world.refuse(alice, RecoveryFinal, CancelPending(number))


def test_stops_again_when_an_earlier_stop_lies_30_days_back() -> None:
    world, alice, guardians = _guarded_world()
    for days in (1, 30):
        world.accept(alice, CancelPending(_recovering(world, alice, guardians)))
        wait(world, days * DAY)
    world.accept(alice, CancelPending(_recovering(world, alice, guardians)))
    assert len(world.get(RecoveryStop, alice).times) == 2


@settings(max_examples=20)
@given(cancelled=st.sets(st.integers(1, 6)), count=st.integers(1, 6))
def test_exactly_what_was_not_cancelled_acts(cancelled: set[int], count: int) -> None:
    world = World()
    alice = world.person("alice")
    others = [Person(f"other {number}").address for number in range(count)]
    for address in others:
        world.accept(alice, AddTrusted(address))
    for number in sorted(cancelled):
        receipt = world.run(alice, CancelPending(number))
        assert receipt.status == (APPLIED if number <= count else REFUSED)
    wait(world, DAY)
    for number, address in enumerate(others, 1):
        is_trusted = world.get(Trusted, f"{alice}/{address}") is not None
        assert is_trusted == (number not in cancelled)


def test_a_limited_signer_stops_no_recovery_but_within_its_families() -> None:
    world = World()
    alice, bot = world.person("alice"), world.stranger("bot", 0)
    guards = [world.person(f"guard{number}") for number in range(2)]
    guarded(world, alice, guardians=tuple(guards), guardian_threshold=2)
    world.accept(alice, SetSigners((signer(world, alice), signer(world, bot)), Thresholds(1, 1, 1)))
    world.accept(alice, LimitSigner(1, world.people[bot].key.hex(), ("trade",)))
    wish = asked(world.accept(alice, AddTrusted(guards[0])))
    world.accept(alice, CancelPending(wish), signers=[bot])  # what any one signer may
    lone = Recover(alice, (Signer(1, Person("lone").key.hex(), 1),), Thresholds(1, 1, 1))
    world.accept(guards[0], lone)
    number = asked(world.accept(guards[1], lone))
    (receipt,) = world.block(world.tx(alice, CancelPending(number), signers=[bot]))
    assert (receipt.status, receipt.refusal) == ("not_admitted", "kernel.SignerLimited")
    world.accept(alice, CancelPending(number))

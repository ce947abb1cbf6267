"""accounts.recover: guardians replace lost or stolen keys, in public and slowly (people.md 2.7)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, Signer, Threshold, Thresholds
from ctn.kernel.refusal import SignerUnknown, WeakKey
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock, NotGuardian
from ctn.modules.accounts.records import RecoveryVote, SignerLimit
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.signers import BadSigners
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.waiting import Lock as LockRecord
from ctn.modules.accounts.waiting import RecoveryChange, Waiting
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import asked, guarded, not_admitted, signer, wait, weak_keys
from tests.worlds import DAY, Person, World

ONE = Thresholds(1, 1, 1)


def _world() -> tuple[World, str, list[str], str]:
    """A person, three guardians of whom two recover, and the key that the person finds again."""
    world = World()
    alice, fresh = world.person("alice"), world.stranger("fresh", 0)
    guardians = [world.person(f"guardian {number}") for number in range(3)]
    guarded(world, alice, guardians=tuple(guardians), guardian_threshold=2)
    return world, alice, guardians, fresh


def test_the_last_guardian_needed_starts_it_and_it_acts_after_72_hours() -> None:
    world, alice, guardians, fresh = _world()
    op = Recover(alice, (signer(world, fresh),), ONE)
    told = world.accept(guardians[0], op)
    assert told == [
        {"event": "accounts.RecoveryApproved", "op": 0, "account": alice,
         "guardian": guardians[0], "have": 1, "need": 2}
    ]  # fmt: skip
    assert world.get(LockRecord, alice) is None
    told = world.accept(guardians[2], op)
    assert [event["event"] for event in told] == [
        "accounts.RecoveryApproved", "accounts.Locked", "accounts.RecoveryPending",
    ]  # fmt: skip
    assert told[2] == {
        "event": "accounts.RecoveryPending", "op": 0, "account": alice, "number": 1,
        "effective": world.time + 3 * DAY, "is_final": False,
    }  # fmt: skip
    assert world.get(LockRecord, alice).by == guardians[2]
    assert wait(world, 3 * DAY - 1_000) == []
    events = wait(world, 1_000)
    assert events == [{"event": "accounts.Recovered", "op": 0, "account": alice, "signers": 1}]
    assert world.get(Account, alice).signers == (signer(world, fresh),)


def test_the_lock_stays_and_the_new_key_takes_it_off_slowly() -> None:
    world, alice, guardians, fresh = _world()
    for guardian in guardians[:2]:
        world.accept(guardian, Recover(alice, (signer(world, fresh),), ONE))
    wait(world, 3 * DAY)
    not_admitted(world, alice, SignerUnknown, Unlock())
    world.accept(alice, Unlock(), signers=[fresh])
    wait(world, DAY)
    world.accept(alice, Transfer("cny", 1, guardians[0]), signers=[fresh])


def test_an_account_that_never_sent_is_given_its_first_signers() -> None:
    world, alice, guardians, fresh = _world()
    assert world.get(Account, alice) is None
    for guardian in guardians[:2]:
        world.accept(guardian, Recover(alice, (signer(world, fresh),), ONE))
    wait(world, 3 * DAY)
    assert world.get(Account, alice) == Account((signer(world, fresh),), ONE, 0, world.time, None)


def test_starting_drops_what_waits_and_only_the_recovery_matures() -> None:
    world, alice, guardians, fresh = _world()
    world.accept(alice, AddTrusted(guardians[0]))
    for guardian in guardians[:2]:
        world.accept(guardian, Recover(alice, (signer(world, fresh),), ONE))
    (recovery,) = world.draft().index(Waiting).of(alice)
    assert isinstance(recovery.change, RecoveryChange)
    world.accept(alice, Unlock(), AddTrusted(guardians[1]))
    told = wait(world, 3 * DAY)
    assert [event["event"] for event in told] == ["accounts.Recovered"]
    assert world.draft().index(Waiting).of(alice) == []
    assert wait(world, 3 * DAY) == []


def test_limits_of_signers_fall_and_an_earlier_lock_is_kept() -> None:
    world, alice, guardians, fresh = _world()
    keys = (signer(world, alice), signer(world, fresh))
    world.accept(alice, SetSigners(keys, ONE))
    world.accept(alice, LimitSigner(1, keys[1].key, ("trade",)))
    world.accept(alice, Lock(alice))
    for guardian in guardians[:2]:
        events = world.accept(guardian, Recover(alice, keys[1:], ONE))
        assert "accounts.Locked" not in [event["event"] for event in events]
    wait(world, 3 * DAY)
    assert world.get(SignerLimit, f"{alice}/1-{keys[1].key}") is None
    world.accept(alice, Unlock(), signers=[fresh])


def test_words_for_different_signers_do_not_add_up() -> None:
    world, alice, guardians, fresh = _world()
    world.accept(guardians[0], Recover(alice, (signer(world, fresh),), ONE))
    world.accept(guardians[1], Recover(alice, (signer(world, guardians[1]),), ONE))
    world.accept(guardians[0], Recover(alice, (signer(world, fresh, 2),), ONE))
    assert world.draft().index(Waiting).of(alice) == []
    world.accept(guardians[1], Recover(alice, (signer(world, fresh, 2),), ONE))
    assert len(world.draft().index(Waiting).of(alice)) == 1


def test_a_guardian_counts_once_however_often_it_sends() -> None:
    world, alice, guardians, fresh = _world()
    for _ in range(3):
        told = world.accept(guardians[0], Recover(alice, (signer(world, fresh),), ONE))
        assert told[0]["have"] == 1


def test_words_of_guardians_fall_when_guardians_change() -> None:
    world, alice, guardians, fresh = _world()
    world.accept(guardians[0], Recover(alice, (signer(world, fresh),), ONE))
    world.accept(alice, SetGuard(False, (), tuple(guardians[:2]), 2))
    wait(world, DAY)
    assert world.get(RecoveryVote, f"{alice}/{guardians[0]}") is None
    world.accept(guardians[1], Recover(alice, (signer(world, fresh),), ONE))
    assert world.draft().index(Waiting).of(alice) == []


def test_a_guardian_that_is_an_organisation_signs_with_two() -> None:
    world, alice, guardians, fresh = _world()
    firm = world.enterprise("attestor")
    guarded(world, alice, guardians=(firm, guardians[0]), guardian_threshold=2)
    assert Recover.threshold is Threshold.MEDIUM
    for guardian in (firm, guardians[0]):
        told = world.accept(guardian, Recover(alice, (signer(world, fresh),), ONE))
    assert asked(told) == 1


def test_refuses_who_is_no_guardian() -> None:
    world, alice, _guardians, fresh = _world()
    mallory = world.person("mallory")
    op = Recover(alice, (signer(world, fresh),), ONE)
    for sender in (alice, mallory):
        world.refuse(sender, NotGuardian, op)


def test_refuses_signers_that_could_never_sign_and_weak_keys() -> None:
    world, alice, guardians, fresh = _world()
    world.refuse_at_door(guardians[0], BadSigners, Recover(alice, (), ONE))
    two = Recover(alice, (signer(world, fresh),), Thresholds(1, 1, 2))
    world.refuse_at_door(guardians[0], BadSigners, two)
    weak = Recover(alice, (Signer(1, weak_keys()[0], 1),), ONE)
    world.refuse(guardians[0], WeakKey, weak)


def test_refuses_an_organisation_one_signer_alone() -> None:
    world = World()
    firm, fresh = world.enterprise("firm"), world.stranger("fresh", 0)
    guardians = [world.person(f"guardian {number}") for number in range(2)]
    guarded(world, firm, guardians=tuple(guardians), guardian_threshold=2)
    world.refuse(guardians[0], BadSigners, Recover(firm, (signer(world, fresh),), ONE))


@settings(max_examples=20)
@given(words=st.lists(st.tuples(st.integers(0, 4), st.sampled_from("xy")), max_size=8))
def test_starts_exactly_when_enough_guardians_say_the_same(words: list[tuple[int, str]]) -> None:
    world = World()
    alice = world.person("alice")
    guardians = [world.person(f"guardian {number}") for number in range(5)]
    guarded(world, alice, guardians=tuple(guardians), guardian_threshold=3)
    said: dict[int, str] = {}
    for number, name in words:
        key = Signer(1, Person(name).key.hex(), 1)
        told = world.accept(guardians[number], Recover(alice, (key,), ONE))
        said[number] = name
        is_enough = list(said.values()).count(name) >= 3
        assert ("accounts.RecoveryPending" in [event["event"] for event in told]) == is_enough
        if is_enough:
            said.clear()


def test_the_word_of_a_guardian_whose_account_is_closed_counts_no_more() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    guards = [world.person(f"guard{number}") for number in range(3)]
    guarded(world, alice, guardians=tuple(guards), guardian_threshold=2)
    lone = Recover(alice, (Signer(1, Person("lone").key.hex(), 1),), Thresholds(1, 1, 1))
    world.accept(guards[0], lone)
    world.accept(guards[0], Close(bob))
    assert [event["event"] for event in world.accept(guards[1], lone)] == [
        "accounts.RecoveryApproved"
    ]
    assert "accounts.RecoveryPending" in [
        event["event"] for event in world.accept(guards[2], lone)
    ]


def test_a_word_counts_for_thirty_days() -> None:
    """Else an old quarrel and a new one together would take an account."""
    for age, started in ((30 * DAY - 10_000, True), (30 * DAY, False)):
        world = World()
        alice = world.person("alice")
        guards = [world.person(f"guard{number}") for number in range(2)]
        guarded(world, alice, guardians=tuple(guards), guardian_threshold=2)
        lone = Recover(alice, (Signer(1, Person("lone").key.hex(), 1),), Thresholds(1, 1, 1))
        world.accept(guards[0], lone)
        world.later(age)
        names = [event["event"] for event in world.accept(guards[1], lone)]
        assert ("accounts.RecoveryPending" in names) == started

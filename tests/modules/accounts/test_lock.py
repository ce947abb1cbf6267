"""accounts.lock: the owner by any signer, or any one guardian, stops an account at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind, Threshold, Thresholds
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.receipt import APPLIED
from ctn.kernel.refusal import NotSponsored
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock, LockSpent, NotGuardian
from ctn.modules.accounts.records import GuardianLock, Sponsorship
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.modules.accounts.waiting import Lock as LockRecord
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.reads import is_trader
from ctn.modules.market.cancel_order import CancelOrder
from tests.modules.accounts.worlds import guarded, not_admitted, signer, wait
from tests.modules.compliance.worlds import ComplianceWorld
from tests.modules.market.worlds import CEA, REF, MarketWorld, buy, rested, sell
from tests.modules.registry.test_retire import beneficiary
from tests.modules.registry.worlds import TONNE, put_batch, retiring
from tests.worlds import DAY, START, World

FORTNIGHT = 14 * DAY


def _guarded_world() -> tuple[World, str, list[str]]:
    """A person with three guardians, two of whom recover."""
    world = World()
    alice = world.person("alice")
    guardians = [world.person(f"guardian {number}") for number in range(3)]
    guarded(world, alice, guardians=tuple(guardians), guardian_threshold=2)
    return world, alice, guardians


def test_any_signer_locks_at_once_and_nothing_leaves() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    keys = tuple([signer(world, world.stranger(name, 0)) for name in "abc"])
    world.accept(alice, SetSigners(keys, Thresholds(2, 3, 3)))
    one = next(key for key, person in world.people.items() if person.name == "b")
    events = world.accept(alice, Lock(alice), signers=[one])
    assert events == [{"event": "accounts.Locked", "op": 0, "account": alice, "by": alice}]
    assert world.get(LockRecord, alice) == LockRecord(alice, world.time)
    everyone = [key for key, person in world.people.items() if person.name in ("a", "b", "c")]
    world.refuse(alice, AccountLocked, Transfer("cny", 1, bob), signers=everyone)
    assert (Lock.threshold, Lock.lane) == (Threshold.ANY, SAFETY_LANE)


def test_any_one_guardian_locks_by_any_one_of_its_signers() -> None:
    world, alice, guardians = _guarded_world()
    firm = world.enterprise("attestor")
    guarded(world, alice, guardians=(firm, *guardians), guardian_threshold=3)
    world.accept(firm, Lock(alice), signers=[firm])
    assert world.get(LockRecord, alice).by == firm


def test_refuses_who_is_neither_owner_nor_guardian() -> None:
    world, alice, _guardians = _guarded_world()
    mallory = world.person("mallory")
    assert world.refuse(mallory, NotGuardian, Lock(alice)) == {"account": alice}


def test_refuses_a_lock_on_a_lock() -> None:
    world, alice, guardians = _guarded_world()
    world.accept(alice, Lock(alice))
    world.refuse(alice, AccountLocked, Lock(alice))
    world.refuse(guardians[0], AccountLocked, Lock(alice))


def test_a_guardian_locks_again_only_after_14_days_the_owner_and_others_at_any_time() -> None:
    world, alice, (first, second, _third) = _guarded_world()
    world.accept(first, Lock(alice))
    until = world.time + FORTNIGHT
    world.accept(alice, Unlock())
    wait(world, DAY)
    assert world.refuse(first, LockSpent, Lock(alice)) == {"until": until}
    world.accept(second, Lock(alice))
    world.accept(alice, Unlock())
    wait(world, DAY)
    world.accept(alice, Lock(alice))
    world.accept(alice, Unlock())
    wait(world, until - world.time - 1_000)
    world.accept(first, Lock(alice))
    assert world.get(GuardianLock, f"{alice}/{first}").time == until


def test_no_order_is_placed_and_cancels_go_on() -> None:
    world = MarketWorld()
    ann = world.trader("ann", tonnes=5)
    world.accept(ann, sell(1, REF))
    world.accept(ann, Lock(ann))
    world.refuse(ann, AccountLocked, sell(1, REF))
    world.accept(ann, CancelOrder(1, None))


def test_resting_orders_never_match() -> None:
    world = MarketWorld()
    ann, ben = world.trader("ann", tonnes=5), world.trader("ben")
    world.resting(rested(1, ann, "sell", REF))
    world.accept(ann, Lock(ann))
    world.accept(ben, buy(1, REF))
    assert world.balance(ben, CEA) == 0
    assert world.balance(ann, CEA) == 6 * TONNE
    assert not is_trader(world.draft(), ann)


def test_retirement_for_oneself_goes_on_and_for_another_does_not() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "held", alice))
    held = {"source": "held", "parts": ((1, 2),), "grams": 0}
    world.accept(alice, Lock(alice))
    for other in (beneficiary(account=bob), beneficiary(account=None)):
        world.refuse(alice, AccountLocked, retiring(**held, beneficiary=other))
    world.accept(alice, retiring(**held, beneficiary=beneficiary(account=alice)))


def test_a_locked_account_sponsors_nobody_and_pays_for_nobody() -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new")
    world.put(Sponsorship(1_000, 1_000, START + DAY), f"{alice}/{new}")
    world.accept(alice, Lock(alice))
    world.refuse(alice, AccountLocked, Sponsor(new, 1, 1, START + DAY))
    not_admitted(world, new, NotSponsored, Unsponsor(alice), payer=alice)
    world.accept(alice, Unsponsor(new))


def test_the_keys_of_a_locked_account_can_be_changed() -> None:
    world = World()
    alice = world.person("alice")
    world.accept(alice, Lock(alice))
    key = (signer(world, world.stranger("new key", 0)),)
    world.accept(alice, SetSigners(key, Thresholds(1, 1, 1)))


def test_an_authority_may_lock_itself() -> None:
    world = World()
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION)
    world.accept(bank, Lock(bank), signers=[bank])


@settings(max_examples=20)
@given(acts=st.lists(st.sampled_from(("owner", "first", "second", "unlock")), max_size=8))
def test_locks_and_unlocks_take_turns_and_a_guardian_has_one_in_14_days(acts: list[str]) -> None:
    world, alice, guardians = _guarded_world()
    who = {"owner": alice, "first": guardians[0], "second": guardians[1]}
    last: dict[str, int] = {}
    is_locked = False
    for act in acts:
        if act == "unlock":
            receipt = world.run(alice, Unlock())
            assert (receipt.status == APPLIED) == is_locked
            wait(world, DAY)
            is_locked = False
            continue
        is_spent = act != "owner" and world.time + 1_000 < last.get(act, -FORTNIGHT) + FORTNIGHT
        receipt = world.run(who[act], Lock(alice))
        assert (receipt.status == APPLIED) == (not is_locked and not is_spent)
        if receipt.status == APPLIED:
            is_locked, last[act] = True, world.time
    assert (world.get(LockRecord, alice) is not None) == is_locked


def test_a_frozen_account_is_locked_too_by_its_owner_or_a_guardian() -> None:
    """Else a thief may act in the block in which the freeze ends."""
    world = ComplianceWorld()
    guards = [world.person(f"guard{number}") for number in range(2)]
    guarded(world, world.ann, guardians=tuple(guards), guardian_threshold=2)
    world.frozen(world.members[0])
    world.accept(guards[0], Lock(world.ann))
    world.refuse(world.ann, AccountLocked, Lock(world.ann))
    assert world.get(LockRecord, world.ann).by == guards[0]

"""Stolen keys and careless guardians: what each alone can take, and when (people.md 2, 18)."""

import pytest

from ctn.kernel.account import Account, Signer, Threshold, Thresholds
from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED, NOT_ADMITTED
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending, RecoveryFinal
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.outgoing import TargetNotTrusted
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer as Send
from ctn.modules.market.cancel_orders import CancelOrders
from ctn.modules.registry.transfer import Transfer
from tests.modules.accounts.worlds import asked, guarded, signer, wait
from tests.modules.registry.worlds import BATCH, put_batch, retiring
from tests.worlds import CNY, DAY, World

ONE = Thresholds(1, 1, 1)
HOUR = 3_600_000


def _wishes(world: World, firm: str, thief: str) -> list[Op]:
    """Whatever a thief may think of."""
    key = (signer(world, thief),)
    held = {"source": "held", "parts": ((1, 1),), "grams": 0}
    return [
        Send("cny", 1, thief), Send(BATCH, 1, thief), Transfer(BATCH, ((1, 1),), thief),
        RequestRedemption("cny", 1, "66" * 32), retiring(**held), AddTrusted(thief),
        SetGuard(False, (), (), 0), SetSigners(key, ONE), Close(thief), Unlock(),
        Recover(firm, key, ONE), Sponsor(thief, 1_000, 1_000, world.time + DAY),
        LimitSigner(1, key[0].key, None), RemoveTrusted(thief), CancelPending(1),
        CancelOrders(None, None),
    ]  # fmt: skip


def test_a_thief_with_one_key_of_an_enterprise_moves_nothing_in_24_hours() -> None:
    world = World()
    firm, thief = world.enterprise("firm"), world.person("thief")
    put_batch(world, (1, 5, "held", firm), (6, 10, "custody", ""))
    world.grant(firm, BATCH, 5_000_000)
    gained = [world.balance(thief, asset) for asset in ("cny", BATCH)]
    for _hour in range(24):
        for key in world.signers[firm]:
            for op in _wishes(world, firm, thief):
                receipt = world.block(world.tx(firm, op, signers=[key]))[0]
                assert receipt.status == NOT_ADMITTED or not receipt.moves[1:]
        wait(world, HOUR)
    assert [world.balance(thief, asset) for asset in ("cny", BATCH)] == gained
    assert world.balance(firm, BATCH) == 5_000_000
    assert world.balance(firm) + world.balance("fees:tx") == 100 * CNY


def test_a_thief_with_both_keys_waits_72_hours_in_which_any_one_signer_stops_him() -> None:
    world = World()
    firm, thief = world.enterprise("firm"), world.person("thief")
    number = asked(world.accept(firm, AddTrusted(thief)))
    opened = asked(world.accept(firm, SetGuard(False, (), (), 0)))
    wait(world, 2 * DAY)
    world.refuse(firm, TargetNotTrusted, Send("cny", 1, thief))
    for waiting in (number, opened):
        world.accept(firm, CancelPending(waiting), signers=[world.signers[firm][1]])
    wait(world, 2 * DAY)
    world.refuse(firm, TargetNotTrusted, Send("cny", 1, thief))


@pytest.mark.parametrize("attempt", range(3))
def test_one_careless_guardian_alone_recovers_nothing(attempt: int) -> None:
    world, alice, guardians, thief = _guarded_world()
    key = (signer(world, thief),)
    for _ in range(attempt + 1):
        world.accept(guardians[0], Recover(alice, key, ONE))
    wait(world, 4 * DAY)
    account = world.get(Account, alice)
    assert account is None or account.signers != key


def test_a_thief_with_the_key_and_one_careless_guardian_together_never_win() -> None:
    world, alice, guardians, thief = _guarded_world()
    thiefs, alices = (signer(world, thief),), (signer(world, guardians[2]),)
    # The thief takes the account over and asks for other guardians; a guardian locks.
    world.accept(alice, SetSigners(thiefs, ONE))
    world.accept(alice, SetGuard(False, (), (thief, guardians[0]), 2), signers=[thief])
    world.accept(guardians[1], Lock(alice))
    wait(world, 2 * DAY)
    world.accept(guardians[0], Recover(alice, thiefs, ONE))
    # The owner's two guardians recover; the thief stops them twice, and unlocks in between.
    for stop in range(2):
        number = _recovery(world, alice, alices, guardians[1:])
        world.accept(alice, Unlock(), signers=[thief])
        wait(world, 2 * DAY)
        world.accept(alice, CancelPending(number), signers=[thief])
        assert stop < 2
    number = _recovery(world, alice, alices, guardians[1:])
    world.refuse(alice, RecoveryFinal, CancelPending(number), signers=[thief])
    assert [event["event"] for event in wait(world, 3 * DAY)] == ["accounts.Recovered"]
    assert world.get(Account, alice).signers == alices
    assert world.balance(alice) > 99 * CNY


def test_an_owner_stops_two_colluding_guardians_twice_and_the_third_start_is_final() -> None:
    world, alice, guardians, thief = _guarded_world()
    key = (signer(world, thief),)
    for _ in range(2):
        number = _recovery(world, alice, key, guardians[:2])
        wait(world, 2 * DAY)
        world.accept(alice, CancelPending(number))
    told = [world.accept(guardian, Recover(alice, key, ONE)) for guardian in guardians[:2]]
    assert told[1][-1]["is_final"]
    world.refuse(alice, RecoveryFinal, CancelPending(asked(told[1])))
    wait(world, 3 * DAY)
    assert world.get(Account, alice).signers == key


def test_an_owner_who_changed_guardians_between_two_starts_is_rid_of_them() -> None:
    world, alice, guardians, thief = _guarded_world()
    key = (signer(world, thief),)
    world.accept(alice, CancelPending(_recovery(world, alice, key, guardians[:2])))
    world.accept(alice, Unlock(), SetGuard(False, (), (), 0))
    wait(world, DAY)
    wait(world, 1_000)
    receipt = world.run(guardians[0], Recover(alice, key, ONE))
    assert receipt.refusal == "accounts.NotGuardian"


def test_tightening_acts_in_the_same_block_and_loosening_after_24_or_72_hours() -> None:
    world = World()
    alice, firm, bob = world.person("alice"), world.enterprise("firm"), world.person("bob")
    tight = world.tx(alice, SetGuard(True, (), (), 0))
    sent = world.tx(alice, Send("cny", 1, bob), sequence=1)
    one, two = world.block(tight, sent)
    assert (one.status, two.refusal) == (APPLIED, "accounts.TargetNotTrusted")
    world.accept(alice, AddTrusted(bob))
    world.accept(firm, AddTrusted(bob))
    wait(world, DAY)
    world.accept(alice, Send("cny", 1, bob))
    world.refuse(firm, TargetNotTrusted, Send("cny", 1, bob))
    wait(world, 2 * DAY)
    world.accept(firm, Send("cny", 1, bob))


def test_every_protection_that_acts_at_once_is_in_reach_of_one_key() -> None:
    assert [kind.threshold for kind in (Lock, CancelPending)] == [Threshold.ANY] * 2
    assert RemoveTrusted.threshold is Threshold.LOW


def _guarded_world() -> tuple[World, str, list[str], str]:
    """A person with three guardians, two of whom recover, and a thief."""
    world = World()
    alice, thief = world.person("alice"), world.person("thief")
    guardians = [world.person(f"guardian {number}") for number in range(3)]
    guarded(world, alice, guardians=tuple(guardians), guardian_threshold=2)
    return world, alice, guardians, thief


def _recovery(world: World, account: str, signers: tuple[Signer, ...], guardians: list[str]) -> int:
    """The number under which a recovery waits that these guardians started."""
    told = [world.accept(guardian, Recover(account, signers, ONE)) for guardian in guardians]
    return asked(told[-1])

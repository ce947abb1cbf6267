"""accounts.limit_signer: a key counts for some families of operations only (people.md 2.3)."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Thresholds
from ctn.kernel.receipt import APPLIED, NOT_ADMITTED, REFUSED
from ctn.kernel.refusal import Malformed, SecondApproverNeeded, SignerLimited, ThresholdNotMet
from ctn.modules import op_kinds
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.pending import TooManyPending
from ctn.modules.accounts.records import Family, SignerLimit
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.signers import BadSigners
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.assets.transfer import Transfer
from ctn.modules.market.cancel_orders import CancelOrders
from tests.modules.accounts.worlds import asked, not_admitted, signer, wait
from tests.worlds import DAY, World

ALL = CancelOrders(None, None)


def _with_bot(world: World) -> tuple[str, str]:
    """A person whose account a bot's key signs for too, each alone."""
    alice = world.person("alice")
    bot = world.stranger("bot", 0)
    keys = (signer(world, alice), signer(world, bot))
    world.accept(alice, SetSigners(keys, Thresholds(1, 1, 1)))
    return alice, bot


def _limiting(world: World, key: str, *families: Family) -> LimitSigner:
    return LimitSigner(1, world.people[key].key.hex(), families or None)


def _place(world: World, account: str, key: str) -> str:
    return f"{account}/1-{world.people[key].key.hex()}"


def test_a_limit_acts_at_once_and_is_told() -> None:
    world = World()
    alice, bot = _with_bot(world)
    events = world.accept(alice, _limiting(world, bot, "trade", "exit"))
    assert events == [
        {"event": "accounts.SignerLimited", "op": 0, "account": alice, "scheme": 1,
         "key": world.people[bot].key.hex(), "families": ["exit", "trade"]}
    ]  # fmt: skip
    assert world.get(SignerLimit, _place(world, alice, bot)) == SignerLimit(("exit", "trade"))


def test_a_limited_key_signs_its_families_and_nothing_else() -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, "exit"))
    receipt = world.block(world.tx(alice, ALL, signers=[bot]))[0]
    assert receipt.status in (APPLIED, REFUSED)
    not_admitted(world, alice, SignerLimited, Transfer("cny", 1, alice), signers=[bot])
    not_admitted(world, alice, SignerLimited, ALL, Transfer("cny", 1, alice), signers=[bot])
    assert world.block(world.tx(alice, Transfer("cny", 1, alice)))[0].status == APPLIED


def test_a_limited_key_still_protects() -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, "trade"))
    world.accept(alice, Lock(alice), signers=[bot])


def test_a_limit_acts_on_the_next_transaction_of_the_same_block() -> None:
    world = World()
    alice, bot = _with_bot(world)
    first = world.tx(alice, _limiting(world, bot, "trade"))
    second = world.tx(alice, Transfer("cny", 1, alice), signers=[bot], sequence=2)
    one, two = world.block(first, second)
    assert (one.status, two.status, two.refusal) == (APPLIED, REFUSED, "kernel.SignerLimited")


def test_a_limited_key_is_no_second_approver() -> None:
    world = World()
    firm = world.enterprise("firm")
    third = world.stranger("third", 0)
    keys = tuple([signer(world, key) for key in [*world.signers[firm], third]])
    world.accept(firm, SetSigners(keys, Thresholds(1, 1, 1)))
    world.accept(firm, _limiting(world, third, "trade"))
    change = AddTrusted(third)
    not_admitted(world, firm, SecondApproverNeeded, change, signers=[firm, third])
    world.accept(firm, change)


def test_without_the_limited_weight_a_threshold_is_missed_all_the_same() -> None:
    world = World()
    alice, bot = _with_bot(world)
    other = world.stranger("other", 0)
    keys = (signer(world, alice, 2), signer(world, other), signer(world, bot))
    world.accept(alice, SetSigners(keys, Thresholds(1, 3, 3)))
    world.accept(alice, _limiting(world, bot, "trade"), signers=[alice, other])
    not_admitted(world, alice, ThresholdNotMet, Transfer("cny", 1, alice), signers=[other, bot])
    not_admitted(world, alice, SignerLimited, Transfer("cny", 1, alice), signers=[alice, bot])


def test_widening_and_freeing_wait_narrowing_does_not() -> None:
    world = World()
    alice, bot = _with_bot(world)
    place = _place(world, alice, bot)
    world.accept(alice, _limiting(world, bot, "trade", "exit"))
    world.accept(alice, _limiting(world, bot, "trade"))
    assert world.get(SignerLimit, place).families == ("trade",)
    assert asked(world.accept(alice, _limiting(world, bot, "trade", "transfer"))) == 1
    assert asked(world.accept(alice, _limiting(world, bot))) == 2
    assert world.get(SignerLimit, place).families == ("trade",)
    told = wait(world, DAY - 1_000) + wait(world, 1_000)
    assert [event["families"] for event in told] == [["trade", "transfer"], None]
    assert world.get(SignerLimit, place) is None


def test_a_limit_goes_with_its_key_and_stays_with_it() -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, "trade"))
    both = (signer(world, alice), signer(world, bot))
    world.accept(alice, SetSigners(both, Thresholds(1, 1, 1)))
    assert world.get(SignerLimit, _place(world, alice, bot)) is not None
    world.accept(alice, _limiting(world, bot))
    world.accept(alice, SetSigners(both[:1], Thresholds(1, 1, 1)))
    assert world.get(SignerLimit, _place(world, alice, bot)) is None
    assert wait(world, DAY + 1_000) == []
    assert world.draft().index(Waiting).of(alice) == []


def test_refuses_thresholds_that_unlimited_signers_cannot_reach() -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, "trade"))
    world.refuse(alice, BadSigners, _limiting(world, alice, "trade"))
    both = (signer(world, alice), signer(world, bot))
    world.refuse(alice, BadSigners, SetSigners(both, Thresholds(1, 1, 2)))
    world.refuse(alice, BadSigners, SetSigners(both[1:], Thresholds(1, 1, 1)))


def test_refuses_an_organisation_whose_unlimited_signers_are_fewer_than_its_approvers() -> None:
    world = World()
    firm = world.enterprise("firm")
    facts = world.refuse(firm, BadSigners, _limiting(world, firm, "trade"))
    assert facts == {"rule": "as many unlimited signers as approvers", "need": 2}
    one = (signer(world, firm, 2),)
    world.refuse(firm, BadSigners, SetSigners(one, Thresholds(1, 1, 1)))


def test_refuses_another_key_and_freeing_what_is_free() -> None:
    world = World()
    alice, bot = _with_bot(world)
    stranger = world.people[bot].key[::-1].hex()
    world.refuse(alice, BadSigners, LimitSigner(1, stranger, ("trade",)))
    world.refuse(alice, BadSigners, LimitSigner(2, world.people[bot].key.hex(), ("trade",)))
    world.refuse(alice, BadSigners, _limiting(world, bot))


def test_refuses_a_ninth_pending_change() -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, "trade"))
    for _ in range(8):
        world.accept(alice, _limiting(world, bot))
    world.refuse(alice, TooManyPending, _limiting(world, bot))


def test_knows_the_family_of_every_operation_and_none_else() -> None:
    assert {kind.family for kind in op_kinds().values()} <= set(get_args(Family))
    world = World()
    alice, bot = _with_bot(world)
    for families in (("trading",), ()):
        with pytest.raises(Malformed):
            world.tx(alice, LimitSigner(1, world.people[bot].key.hex(), families))  # type: ignore[arg-type]


FAMILIES = st.lists(st.sampled_from(("exit", "transfer", "identity")), min_size=1, max_size=3)


@settings(max_examples=20)
@given(families=FAMILIES)
def test_a_limited_key_sends_an_op_exactly_when_its_family_is_named(families: list[Family]) -> None:
    world = World()
    alice, bot = _with_bot(world)
    world.accept(alice, _limiting(world, bot, *families))
    ops = (ALL, Transfer("cny", 1, alice), RemoveTrusted(alice))
    for op in ops:
        receipt = world.block(world.tx(alice, op, signers=[bot]))[0]
        assert (receipt.status != NOT_ADMITTED) == (op.family in families)


def test_a_limit_that_acts_at_once_cancels_the_wish_to_widen_that_signer() -> None:
    world = World()
    alice, bot = world.person("alice"), world.stranger("bot", 0)
    world.accept(alice, SetSigners((signer(world, alice), signer(world, bot)), Thresholds(1, 1, 1)))
    key = world.people[bot].key.hex()
    world.accept(alice, LimitSigner(1, key, ("trade", "transfer")))
    number = asked(world.accept(alice, LimitSigner(1, key, ("content", "trade", "transfer"))))
    events = world.accept(alice, LimitSigner(1, key, ("trade",)))
    assert [event["event"] for event in events] == [
        "accounts.PendingCancelled", "accounts.SignerLimited",
    ]  # fmt: skip
    assert events[0]["number"] == number
    assert wait(world, 2 * DAY) == []
    assert world.get(SignerLimit, f"{alice}/1-{key}").families == ("trade",)

"""accounts.remove_trusted: an address is trusted no longer, at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Threshold, Thresholds
from ctn.kernel.op import SAFETY_LANE
from ctn.modules.accounts.outgoing import TargetNotTrusted
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import signer
from tests.worlds import World


def test_value_reaches_the_address_no_more() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    world.trust(firm, bob)
    world.accept(firm, Transfer("cny", 1, bob))
    events = world.accept(firm, RemoveTrusted(bob))
    assert events == [
        {"event": "accounts.TrustedRemoved", "op": 0, "account": firm, "address": bob}
    ]
    world.refuse(firm, TargetNotTrusted, Transfer("cny", 1, bob))


def test_one_signer_of_low_weight_is_enough_in_the_safety_lane() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    world.trust(firm, bob)
    keys = tuple([signer(world, key) for key in world.signers[firm]])
    world.accept(firm, SetSigners(keys, Thresholds(1, 2, 2)))
    world.accept(firm, RemoveTrusted(bob), signers=[firm])
    assert (RemoveTrusted.threshold, RemoveTrusted.lane) == (Threshold.LOW, SAFETY_LANE)


def test_refuses_an_address_that_is_not_trusted() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.trust(bob, alice)
    assert world.refuse(alice, TargetNotTrusted, RemoveTrusted(bob)) == {"target": bob}


@settings(max_examples=20)
@given(removed=st.lists(st.sampled_from("abc"), max_size=4))
def test_what_is_left_is_what_was_not_removed(removed: list[str]) -> None:
    world = World()
    firm = world.enterprise("firm")
    others = {name: world.person(name) for name in "abc"}
    world.trust(firm, *others.values())
    left = dict(others)
    for name in removed:
        if name in left:
            world.accept(firm, RemoveTrusted(left.pop(name)))
        else:
            world.refuse(firm, TargetNotTrusted, RemoveTrusted(others[name]))
    for name, address in others.items():
        if name in left:
            world.accept(firm, Transfer("cny", 1, address))
        else:
            world.refuse(firm, TargetNotTrusted, Transfer("cny", 1, address))

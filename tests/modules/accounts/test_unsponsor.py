"""accounts.unsponsor: a sponsor stops paying, at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.refusal import NotSponsored
from ctn.modules.accounts.records import Sponsorship
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import SponsorshipNotFound, Unsponsor
from tests.modules.accounts.worlds import not_admitted
from tests.worlds import START, World

LATER = START + 10**9


def test_ends_a_sponsorship_at_once() -> None:
    world = World()
    alice, new = world.person("alice"), world.stranger("new")
    world.accept(alice, Sponsor(new, 500, 100, LATER))
    events = world.accept(alice, Unsponsor(new))
    assert events == [{"event": "accounts.Unsponsored", "op": 0, "payer": alice, "account": new}]
    assert world.get(Sponsorship, f"{alice}/{new}") is None
    not_admitted(world, new, NotSponsored, Unsponsor(alice), payer=alice)


def test_refuses_when_nothing_is_sponsored() -> None:
    world = World()
    alice, new = world.person("alice"), world.person("new")
    world.refuse(alice, SponsorshipNotFound, Unsponsor(new))
    world.accept(alice, Sponsor(new, 500, 100, LATER))
    world.refuse(new, SponsorshipNotFound, Unsponsor(alice))


def test_travels_in_the_safety_lane() -> None:
    assert Unsponsor.lane == SAFETY_LANE


@settings(max_examples=20)
@given(acts=st.lists(st.tuples(st.booleans(), st.sampled_from("xyz")), max_size=8))
def test_a_sponsorship_stands_exactly_from_sponsor_to_unsponsor(
    acts: list[tuple[bool, str]],
) -> None:
    world = World()
    alice = world.person("alice")
    others = {name: world.stranger(name, 0) for name in "xyz"}
    standing: dict[str, None] = {}
    for is_start, name in acts:
        if is_start:
            world.accept(alice, Sponsor(others[name], 5, 5, LATER))
            standing[name] = None
        elif name in standing:
            world.accept(alice, Unsponsor(others[name]))
            del standing[name]
        else:
            world.refuse(alice, SponsorshipNotFound, Unsponsor(others[name]))
    for name, address in others.items():
        assert (world.get(Sponsorship, f"{alice}/{address}") is not None) == (name in standing)

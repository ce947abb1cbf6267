"""accounts.add_trusted: value reaches an address only when the delay is over (people.md 2.6)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.accounts.add_trusted import AddTrusted, TooManyTrusted
from ctn.modules.accounts.outgoing import TargetNotTrusted
from ctn.modules.accounts.pending import TooManyPending
from ctn.modules.accounts.records import TRUSTED_MAX, Sponsorship, Trusted
from ctn.modules.accounts.set_guard import BadGuard
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import asked, guarded, wait
from tests.worlds import DAY, START, Person, World

SEND = 10


def test_value_reaches_an_address_only_after_72_hours() -> None:
    world = World()
    firm, bob = world.enterprise("firm"), world.person("bob")
    world.refuse(firm, TargetNotTrusted, Transfer("cny", SEND, bob))
    events = world.accept(firm, AddTrusted(bob))
    assert events == [
        {"event": "accounts.TrustedPending", "op": 0, "account": firm, "address": bob,
         "number": 1, "effective": world.time + 3 * DAY}
    ]  # fmt: skip
    assert wait(world, 3 * DAY - 2_000) == []
    world.refuse(firm, TargetNotTrusted, Transfer("cny", SEND, bob))
    assert [event["event"] for event in wait(world, 1_000)] == ["accounts.TrustedAdded"]
    assert world.get(Trusted, f"{firm}/{bob}") == Trusted(world.time)
    world.accept(firm, Transfer("cny", SEND, bob))


def test_a_person_waits_24_hours() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    guarded(world, alice, trusted_only=True)
    world.accept(alice, AddTrusted(bob))
    told = wait(world, DAY)
    assert told == [{"event": "accounts.TrustedAdded", "op": 0, "account": alice, "address": bob}]
    world.accept(alice, Transfer("cny", SEND, bob))


def test_an_account_that_never_held_anything_trusts_at_once() -> None:
    world = World()
    payer = world.person("payer")
    firm = world.person("firm", cny=0, kind="enterprise")
    world.put(Sponsorship(10_000, 1_000, START + DAY), f"{payer}/{firm}")
    events = world.accept(firm, AddTrusted(payer), payer=payer)
    assert [event["event"] for event in events] == ["accounts.TrustedAdded"]
    world.accept(payer, Transfer("cny", 1_000, firm))
    assert asked(world.accept(firm, AddTrusted(Person("x").address), payer=payer)) == 1


def test_refuses_oneself_and_an_address_twice() -> None:
    world = World()
    alice, bob, carol = [world.person(name) for name in ("alice", "bob", "carol")]
    world.trust(alice, bob)
    world.accept(alice, AddTrusted(carol))
    for address in (alice, bob, carol):
        world.refuse(alice, BadGuard, AddTrusted(address))


def test_trusts_64_addresses_those_that_wait_among_them() -> None:
    world = World()
    alice = world.person("alice")
    others = [Person(f"other {number}").address for number in range(TRUSTED_MAX + 1)]
    world.trust(alice, *others[: TRUSTED_MAX - 1])
    world.accept(alice, AddTrusted(others[-2]))
    assert world.refuse(alice, TooManyTrusted, AddTrusted(others[-1])) == {"limit": 64}
    wait(world, DAY)
    world.refuse(alice, TooManyTrusted, AddTrusted(others[-1]))


def test_refuses_a_ninth_pending_change() -> None:
    world = World()
    alice = world.person("alice")
    for number in range(8):
        world.accept(alice, AddTrusted(Person(f"other {number}").address))
    world.refuse(alice, TooManyPending, AddTrusted(Person("ninth").address))


@settings(max_examples=20)
@given(delays=st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_no_address_is_trusted_before_its_time(delays: list[int]) -> None:
    world = World()
    alice = world.person("alice")
    due: dict[str, int] = {}
    for number, hours in enumerate(delays):
        address = Person(f"other {number}").address
        (event,) = world.accept(alice, AddTrusted(address))
        due[address] = event["effective"]
        wait(world, hours * 3_600_000)
        for known, effective in due.items():
            is_trusted = world.get(Trusted, f"{alice}/{known}") is not None
            assert is_trusted == (effective <= world.time)

"""`previous`: from every interval a linked list leads back to issuance (registry.md 6)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.op import Op
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.freeze import Freeze
from ctn.modules.registry.intervals import Interval
from ctn.modules.registry.mutators import admit, step
from ctn.modules.registry.transfer import Transfer
from ctn.modules.registry.withdraw import Withdraw
from tests.modules.registry.bridge_worlds import FOREIGN, BridgeWorld, verra
from tests.modules.registry.worlds import (
    BATCH,
    PROJECT,
    TONNE,
    all_of,
    freezing,
    put_batch,
    put_project,
    regulator,
    retiring,
)
from tests.worlds import World

Part = tuple[int, int]


class History:
    """The intervals of a world as they stood after each of its blocks, by first serial."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heights: list[dict[tuple[str, int], Interval]] = []
        self.note()

    def note(self) -> None:
        """Remember the height that just came; called after each block that moves serials."""
        height = self.world.machine.height
        now = {(row.batch, row.start): row for row in all_of(self.world, Interval)}
        self.heights += [now] * (height + 1 - len(self.heights))

    def chain(self, interval: Interval) -> list[Part]:
        """The records that an interval comes from, back to issuance; each stood where it says."""
        found: list[Part] = []
        until = len(self.heights)
        while interval.previous:
            name, _, height = interval.previous.partition("@")
            batch, _, span = name.partition("/")
            start, end = map(int, span.split("-"))
            assert int(height) < until, "the list goes back in time"
            until = int(height)
            before = self.heights[until - 1][(batch, start)]
            assert before.end == end
            assert start <= interval.start <= interval.end <= end
            interval = before
            found.append((start, end))
        return found

    def check(self) -> None:
        """Follow the list of every interval that stands now."""
        self.note()
        for interval in self.heights[-1].values():
            self.chain(interval)


def previous(world: World) -> dict[Part, str]:
    """What each interval comes from."""
    return {(row.start, row.end): row.previous for row in all_of(world, Interval)}


def test_two_parts_of_one_interval_come_from_it_as_it_stood_before() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice))
    history = History(world)
    world.accept(alice, Transfer(BATCH, ((10, 20), (30, 40)), bob))
    assert previous(world) == dict.fromkeys(
        [(1, 9), (10, 20), (21, 29), (30, 40), (41, 100)], f"{BATCH}/1-100@1"
    )
    history.check()


def test_a_retirement_with_a_fraction_comes_from_the_custody_before_it() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    history = History(world)
    world.accept(alice, retiring(grams=2_400_000))
    assert previous(world) == dict.fromkeys([(1, 2), (3, 3), (4, 10)], f"{BATCH}/1-10@1")
    history.note()
    world.accept(alice, retiring(grams=800_000))
    assert previous(world)[(3, 3)] == f"{BATCH}/3-3@2"
    assert previous(world)[(4, 4)] == previous(world)[(5, 10)] == f"{BATCH}/4-10@2"
    history.check()


def test_what_moves_twice_in_a_block_comes_from_what_stood_before_the_block() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 100, "held", alice))
    history = History(world)
    world.accept(
        alice, Transfer(BATCH, ((1, 50),), bob), Deposit(BATCH, ((61, 80),)), Withdraw(BATCH, 5)
    )
    assert set(previous(world).values()) == {f"{BATCH}/1-100@1"}
    history.check()


def test_what_is_issued_and_moved_in_one_block_comes_from_nothing_before_it() -> None:
    world = World()
    put_project(world)
    ledger = world.draft()
    batch, start, end = admit(
        ledger, project=PROJECT, vintage=2021, labels=(), tonnes=100, owner="alice", cause="b-1"
    )
    step(ledger, batch, start, start + 4, "held", "bob", "tx")
    step(ledger, batch, start + 2, end, "retired", "carol", "r-1")
    rows = [row for _place, row in ledger.scan(Interval, batch, 9)]
    assert [(row.start, row.end, row.previous) for row in rows] == [
        (1, 2, ""), (3, 5, ""), (6, 100, "")
    ]  # fmt: skip


def test_a_freeze_of_parts_cuts_without_losing_the_list() -> None:
    world = World()
    alice, office = world.person("alice"), regulator(world)
    put_batch(world, (1, 100, "held", alice))
    history = History(world)
    freeze: Freeze = freezing("parts", BATCH, parts=((10, 20), (30, 40)))
    world.accept(office, freeze)
    history.note()
    world.accept(alice, Deposit(BATCH, ((1, 5), (50, 60))))
    history.check()
    assert history.chain(history.heights[-1][(BATCH, 50)]) == [(41, 100), (1, 100)]


def test_serials_that_came_in_moved_and_left_in_parts_lead_back_to_their_admission() -> None:
    world = BridgeWorld()
    history = History(world)
    world.bring_in(verra(1, 20))
    history.note()
    request = world.ask(world.outbound((3, 5), (9, 12)))
    history.note()
    world.release(request)
    history.check()
    for row in history.heights[-1].values():
        if row.batch == FOREIGN:
            assert history.chain(row)[-1] == (1, 20)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("give", "deposit", "withdraw", "retire", "claim")),
        st.integers(1, 36), st.integers(0, 4), st.integers(0, 3), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@given(ACTS)
@settings(max_examples=40)
def test_from_every_interval_a_list_of_records_that_stood_leads_back_to_issuance(
    acts: list[tuple[str, int, int, int, bool]],
) -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 20, "held", alice), (21, 40, "custody", ""))
    world.grant(alice, BATCH, 20 * TONNE)
    history = History(world)
    for kind, start, more, gap, is_double in acts:
        first = (start, min(40, start + more))
        second = (first[1] + 1 + gap, min(40, first[1] + 2 + gap))
        parts = (first, second) if second[0] <= second[1] else (first,)
        grams = (1 + more) * TONNE // 2
        ops: dict[str, Op] = {
            "give": Transfer(BATCH, parts, bob),
            "deposit": Deposit(BATCH, parts),
            "withdraw": Withdraw(BATCH, 1 + more),
            "retire": retiring(grams=grams),
            "claim": retiring(source="held", parts=parts),
        }
        again = (ops[kind], retiring(grams=grams)) if is_double else (ops[kind],)
        world.run(alice, *again)
        history.check()

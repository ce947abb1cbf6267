"""The block maker: propose, apply, commit, acknowledge; and the same chain after a restart."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.crypto.digest import merkle_root
from ctn.crypto.errors import BadSignature
from ctn.kernel.block import pack_block, unpack_block
from ctn.kernel.refusal import (
    CannotPayFee,
    DiskLow,
    Expired,
    NotSponsored,
    PoolFull,
    Refusal,
    SequenceGap,
    SequenceUsed,
    TooManyPending,
)
from ctn.kernel.tx import Tx
from ctn.modules.accounts.records import Sponsorship
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.node.home import Home
from ctn.node.maker import Made, verify_block
from tests.node.chains import (
    FAR,
    FEE,
    MAKER_KEY,
    PEOPLE,
    Bench,
    Sender,
    address,
    new_home,
    people_genesis,
    world_genesis,
)
from tests.worlds import START, World


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(new_home(tmp_path / "home"))


@pytest.fixture
def alice(bench: Bench) -> Sender:
    return bench.sender("alice")


def _refusals(dropped: list[tuple[Tx, Refusal]]) -> list[tuple[str, type[Refusal]]]:
    return [(tx.id, type(refusal)) for tx, refusal in dropped]


def test_a_block_links_seals_and_commits_to_what_it_holds(bench: Bench, alice: Sender) -> None:
    first = bench.maker.make(START).block
    bench.admit(alice.pay("bob"), alice.pay("carol"))
    made = bench.maker.make(START + 5)
    header = made.block.header
    link = bench.opened.block_hash(1).hex()
    verify_block(first, bench.home.genesis_hash(), MAKER_KEY)
    verify_block(made.block, link, MAKER_KEY)
    assert (header.height, header.time, header.count) == (2, START + 5, 2)
    assert header.state == bench.machine.root.hex()
    assert header.receipts == merkle_root(made.outcome.receipts).hex()
    assert unpack_block(pack_block(made.block)) == made.block


def test_a_changed_block_does_not_verify(bench: Bench, alice: Sender) -> None:
    bench.admit(alice.pay("bob"))
    block = bench.maker.make(START).block
    previous = block.header.previous
    verify_block(block, previous, MAKER_KEY)
    seal = bytes([block.seal[0] ^ 1]) + block.seal[1:]
    with pytest.raises(BadSignature):
        verify_block(block._replace(seal=seal), previous, MAKER_KEY)
    for changed, link, maker in (
        (block._replace(envelopes=()), previous, MAKER_KEY),
        (block, "00" * 32, MAKER_KEY),
        (block, previous, "00" * 32),
    ):
        with pytest.raises(ValueError, match=r"block|envelopes"):
            verify_block(changed, link, maker)


def test_time_never_stands_still_or_goes_back(bench: Bench) -> None:
    times = [bench.maker.make(now).block.header.time for now in (START, START, START - 99, 0)]
    assert times == [START, START + 1, START + 2, START + 3]


def test_a_block_is_in_the_order_of_its_root_not_of_arrival(tmp_path: Path) -> None:
    benches = [Bench(new_home(tmp_path / name)) for name in ("one", "two")]
    orders: list[list[str]] = []
    for bench, names in zip(benches, (PEOPLE, PEOPLE[::-1]), strict=True):
        senders = {name: bench.sender(name) for name in names}
        for _ in range(2):
            bench.admit(*[sender.pay("alice", 1) for sender in senders.values()])
        made = bench.maker.make(START)
        orders.append([tx.id for tx in made.outcome.included])
        sequences = [tx.body.sequence for tx in made.outcome.included]
        assert sequences == [0, 1] * len(PEOPLE)
    assert orders[0] == orders[1]


def test_refuses_used_sequences_and_gaps_behind_what_waits(bench: Bench, alice: Sender) -> None:
    bench.admit(alice.pay("bob"), alice.pay("bob"))
    with pytest.raises(SequenceUsed):
        bench.admit(alice.pay("bob", 7, sequence=1))
    with pytest.raises(SequenceGap):
        bench.admit(alice.pay("bob", sequence=3))
    bench.admit(alice.pay("bob", sequence=2))


def test_refuses_more_than_a_sender_or_the_pool_may_have(tmp_path: Path) -> None:
    bench = Bench(new_home(tmp_path / "home", size=70))
    alice, bob = bench.sender("alice"), bench.sender("bob")
    bench.admit(*[alice.pay("bob") for _ in range(64)])
    with pytest.raises(TooManyPending):
        bench.admit(alice.pay("bob", sequence=64))
    bench.admit(*[bob.pay("alice") for _ in range(6)])
    with pytest.raises(PoolFull):
        bench.admit(bob.pay("alice"))


def test_refuses_when_fees_that_wait_leave_too_little(tmp_path: Path) -> None:
    bench = Bench(new_home(tmp_path / "home", people_genesis("alice", "bob", cny=1)))
    alice = bench.sender("alice")
    bench.admit(alice.pay("bob", fee=6_000))
    with pytest.raises(CannotPayFee) as caught:
        bench.admit(alice.pay("bob", fee=6_000, sequence=1))
    assert caught.value.facts["have"] == 4_000
    bench.admit(alice.pay("bob", fee=4_000, sequence=1))


def test_what_a_block_made_unpayable_leaves_the_pool(tmp_path: Path) -> None:
    bench = Bench(new_home(tmp_path / "home", people_genesis("alice", "bob", cny=1)))
    alice = bench.sender("alice")
    first = bench.admit(alice.pay("bob", 9_700))
    late = bench.admit(alice.pay("bob"), alice.pay("bob", fee=101))
    made = bench.make_of(*first)
    assert _refusals(made.dropped) == [(late[1].id, CannotPayFee)]
    assert _names(bench.maker.pool.select()) == [late[0].id]


def _names(txs: list[Tx]) -> list[str]:
    return [tx.id for tx in txs]


def _full_block_of(bench: Bench, others: list[str]) -> None:
    """Fill a block with others' transactions, so that what comes later waits for the next."""
    for name in others:
        sender = bench.sender(name)
        bench.admit(*[sender.pay(name, memo="x" * 250) for _ in range(64)])


def test_the_payer_s_change_checks_again_all_that_waits_of_the_sender(tmp_path: Path) -> None:
    world = World()
    for name in PEOPLE:
        world.person(name)
    until = START + 10**9
    pays = Sponsorship(10_000, 10_000, until)
    world.put(pays, f"{address('bob')}/{address('alice')}")
    bench = Bench(new_home(tmp_path / "home", world_genesis(world)))
    alice, bob = bench.sender("alice"), bench.sender("bob")
    mine = bench.admit(alice.pay("carol", payer=bob.address), alice.pay("carol"))
    made = bench.make_of(*bench.admit(bob.pay("carol")))
    assert made.dropped == []
    assert _names(bench.maker.pool.select()) == _names(mine)
    assert len(bench.maker.make(START).outcome.included) == 2


def test_leaves_out_what_a_sponsor_can_no_longer_pay_and_what_stands_behind_it(
    tmp_path: Path,
) -> None:
    world = World()
    for name in PEOPLE:
        world.person(name)
    pays = Sponsorship(FEE, FEE, START + 10**9)
    world.put(pays, f"{address('bob')}/{address('alice')}")
    bench = Bench(new_home(tmp_path / "home", world_genesis(world)))
    alice = bench.sender("alice")
    payer = address("bob")
    txs = bench.admit(alice.pay("bob", payer=payer), alice.pay("bob", payer=payer),
                      alice.pay("bob"))  # fmt: skip
    made = bench.maker.make(START)
    assert _names(made.outcome.included) == [txs[0].id]
    assert _refusals(made.dropped) == [(txs[1].id, NotSponsored), (txs[2].id, SequenceGap)]
    assert len(bench.maker.pool) == 0
    assert bench.store.place(txs[1].id) is None
    assert bench.sender("alice").sequence == 1
    again = bench.admit(alice.pay("bob", sequence=1))
    assert _names(bench.maker.make(START).outcome.included) == [again[0].id]


def test_drops_the_expired_and_what_stands_behind_them(bench: Bench, alice: Sender) -> None:
    bob = bench.sender("bob")
    late = bench.admit(alice.pay("bob", expires=1), alice.pay("bob"))
    made = bench.make_of(*bench.admit(bob.pay("alice")))
    assert _refusals(made.dropped) == [(late[0].id, Expired), (late[1].id, SequenceGap)]
    assert len(bench.maker.pool) == 0


def test_a_safety_op_stands_before_what_came_earlier(bench: Bench, alice: Sender) -> None:
    bob = bench.sender("bob")
    sponsoring = Sponsor(address("carol"), 10, 10, START + 10**9)
    bench.admit(alice.sign(sponsoring))
    bench.maker.make(START)
    late = bench.admit(bob.pay("alice"), alice.sign(Unsponsor(address("carol"))))
    assert _names(bench.maker.make(START).outcome.included) == [late[1].id, late[0].id]


def test_a_full_block_leaves_the_rest_in_order_for_the_next(tmp_path: Path) -> None:
    names = [f"p{number:03}" for number in range(70)]
    bench = Bench(new_home(tmp_path / "home", people_genesis(*names)))
    _full_block_of(bench, names)
    size = len(bench.maker.pool)
    assert bench.maker.pool.is_full_block()
    waiting = [waiting.tx.id for waiting in bench.maker.pool._txs.values()]
    first = bench.maker.make(START)
    assert not first.dropped
    included = {tx.id for tx in first.outcome.included}
    left = [waiting.tx.id for waiting in bench.maker.pool._txs.values()]
    assert left == [identity for identity in waiting if identity not in included]
    total = len(included)
    while len(bench.maker.pool):
        total += len(bench.maker.make(START).outcome.included)
    assert total == size


def test_a_nearly_full_disk_takes_in_nothing_and_keeps_what_waits(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    bench = Bench(home)
    alice = bench.sender("alice")
    waiting = bench.admit(alice.pay("bob"), alice.pay("bob"))
    low = bench.opened.config.store
    full = type(low)(low.map_gib, low.ballast_mib, 1 << 20)
    bench.opened.config = bench.opened.config.__class__(store=full)
    bench.maker.check_disk()
    assert bench.maker.is_read_only
    with pytest.raises(DiskLow):
        bench.admit(alice.pay("bob"))
    made = bench.maker.make(START)
    assert _names(made.outcome.included) == _names(waiting)
    bench.opened.config = bench.opened.config.__class__(store=low)
    bench.maker.check_disk()
    bench.admit(alice.pay("bob", sequence=2))


def _run(home: Home, plan: list[list[tuple[int, int, int]]], restarts: bool) -> list[Made]:
    """Blocks of transfers (from, to, amount) at forced times, with or without restarts."""
    made: list[Made] = []
    bench = Bench(home)
    for number, rows in enumerate(plan):
        senders = {name: bench.sender(name) for name in PEOPLE}
        for source, target, amount in rows:
            bench.admit(senders[PEOPLE[source]].pay(PEOPLE[target], amount, expires=FAR))
        made.append(bench.maker.make(START + 1_000 * number))
        if restarts:
            bench.close()
            bench = Bench(home)
            head = bench.store.head()
            assert head is not None
            assert bench.machine.root.hex() == head.root == made[-1].block.header.state
            assert bench.machine.height == head.height == number + 1
    bench.close()
    return made


PLAN = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 20_000_000)), max_size=6
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15)
@given(plan=PLAN)
def test_the_same_envelopes_and_times_give_the_same_blocks_with_and_without_restarts(
    tmp_path_factory: pytest.TempPathFactory, plan: list[list[tuple[int, int, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("twins")
    one = _run(new_home(folder / "one"), plan, restarts=False)
    two = _run(new_home(folder / "two"), plan, restarts=True)
    assert [made.block for made in one] == [made.block for made in two]
    assert [made.outcome.receipts for made in one] == [made.outcome.receipts for made in two]

"""The store: one durable write a block, and no value that is not checked when it is read."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.block import block_hash
from ctn.kernel.codec import encode
from ctn.kernel.tx import tx_id, unpack
from ctn.node.home import Home, Opened
from ctn.node.process import scrub
from ctn.node.stops import StateCorrupt, WriteFailed
from ctn.node.store import HEAD, Place, Store
from tests.node.chains import Bench, address, blocks_of, damage, first_key, new_home, remove

HEIGHT = 12
LAST = HEIGHT.to_bytes(8, "big")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = new_home(tmp_path / "home")
    blocks_of(made, HEIGHT)
    return made


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    opened = Store(home.state, 1)
    yield opened
    opened.close()


def _scrub(store: Store) -> None:
    asyncio.run(scrub(store, rate=1 << 40))


def _an_id(store: Store) -> str:
    block = store.block(HEIGHT)
    assert block is not None
    return tx_id(unpack(block.envelopes[0])[0])


READS: dict[str, tuple[Callable[[Store], bytes], Callable[[Store], Any]]] = {
    "records": (lambda s: first_key(s, "records"), lambda s: s.read(first_key(s, "records"))),
    "blocks": (lambda s: LAST, lambda s: s.block(HEIGHT)),
    "receipts": (lambda s: LAST, lambda s: s.receipts(HEIGHT)),
    "changes": (lambda s: LAST, lambda s: s.changes(HEIGHT)),
    "txs": (lambda s: bytes.fromhex(_an_id(s)), lambda s: s.place(_an_id(s))),
    "meta": (lambda s: HEAD, lambda s: s.head()),
}


@pytest.mark.parametrize("database", READS)
@pytest.mark.parametrize("bit", [0, 255, -1])
def test_a_flipped_bit_is_found_on_read_and_named(store: Store, database: str, bit: int) -> None:
    key, read = READS[database]
    at = key(store)
    damage(store, database, at, bit)
    with pytest.raises(StateCorrupt) as caught:
        read(store)
    assert database in caught.value.reason
    assert repr(at) in caught.value.reason


@pytest.mark.parametrize("database", READS)
def test_a_flipped_bit_is_found_by_the_scrub_and_named(store: Store, database: str) -> None:
    at = READS[database][0](store)
    damage(store, database, at)
    with pytest.raises(StateCorrupt) as caught:
        _scrub(store)
    assert database in caught.value.reason
    assert repr(at) in caught.value.reason


@pytest.mark.parametrize("database", ["records", "blocks", "meta"])
def test_a_flipped_bit_is_found_at_the_start(home: Home, database: str) -> None:
    store = Store(home.state, 1)
    damage(store, database, READS[database][0](store))
    store.close()
    with pytest.raises(StateCorrupt, match=database):
        Opened(home)


def test_a_record_is_checked_where_it_is_read_by_any_way(store: Store) -> None:
    key = b"account\0" + address("bob").encode()
    damage(store, "records", key)
    for read in (
        lambda: store.read(key),
        lambda: store.value(key),
        lambda: list(store.range(b"account\0", b"")),
        lambda: store.scan(b"account\0", b"", 100),
        lambda: list(store.rows()),
    ):
        with pytest.raises(StateCorrupt, match="records"):
            read()


@pytest.mark.parametrize("database", ["blocks", "receipts", "changes", "txs", "meta"])
def test_a_lost_row_is_found_by_the_scrub(store: Store, database: str) -> None:
    remove(store, database, READS[database][0](store))
    with pytest.raises(StateCorrupt):
        _scrub(store)


def test_a_lost_record_is_found_at_the_start(home: Home) -> None:
    store = Store(home.state, 1)
    remove(store, "records", first_key(store, "records"))
    store.close()
    with pytest.raises(StateCorrupt, match="root"):
        Opened(home)


def test_a_value_under_another_key_is_damage(store: Store) -> None:
    other = (HEIGHT - 1).to_bytes(8, "big")
    for database in ("blocks", "receipts", "changes"):
        with store._environment.begin(write=True) as writing:
            handle = store._databases[database]
            writing.put(LAST, writing.get(other, db=handle) or b"", db=handle)
    for read in (store.block, store.receipts, store.changes):
        with pytest.raises(StateCorrupt):
            read(HEIGHT)


def test_a_file_that_is_no_store_is_damage(home: Home) -> None:
    (home.state / "data.mdb").write_bytes(b"\xff" * 40_960)
    with pytest.raises(StateCorrupt):
        Opened(home)


def test_a_truncated_store_is_damage_even_of_an_empty_file(home: Home) -> None:
    (home.state / "data.mdb").write_bytes(b"")
    with pytest.raises(OSError, match=r"StateRolledBack|StateCorrupt"):
        Opened(home)


def test_a_whole_store_passes_the_scrub(store: Store) -> None:
    _scrub(store)


def test_a_block_is_written_whole_or_not_at_all(home: Home) -> None:
    bench = Bench(home)
    before = bench.store.head()
    alice = bench.sender("alice")
    bench.admit(*[alice.pay("bob", memo="x" * 250) for _ in range(64)])
    bench.store._environment.set_mapsize(home.state.joinpath("data.mdb").stat().st_size)
    bench.store._renew()
    with pytest.raises(WriteFailed, match=f"block {HEIGHT + 1}.*MAP_FULL"):
        bench.maker.make(0)
    bench.close()
    store = Store(home.state, 1)
    assert store.head() == before
    assert store.block(HEIGHT + 1) is None
    assert store.receipts(HEIGHT + 1) is None
    assert store.changes(HEIGHT + 1) is None
    store.close()
    Opened(home).close()


def test_what_was_committed_is_read_back_equal(home: Home) -> None:
    bench = Bench(home)
    tx = bench.admit(bench.sender("alice").pay("bob"))[0]
    made = bench.maker.make(0)
    store, height = bench.store, made.outcome.height
    assert store.block(height) == made.block
    assert store.receipts(height) == made.outcome.receipts
    assert store.place(tx.id) == Place(height, 0)
    assert store.place("00" * 32) is None
    head = store.head()
    assert head is not None
    assert (head.height, head.root) == (height, made.outcome.root.hex())
    assert head.block == block_hash(encode(made.block.header)).hex()
    for item in made.outcome.changes:
        assert store.read(item.key) == store.value(item.key) == item.value
    bench.close()


def test_a_reader_sees_no_block_in_the_making(home: Home) -> None:
    bench = Bench(home)
    with bench.store._environment.begin() as before:
        bench.admit(bench.sender("alice").pay("bob"))
        bench.maker.make(0)
        handle = bench.store._databases["blocks"]
        assert before.get((HEIGHT + 1).to_bytes(8, "big"), db=handle) is None
    assert bench.store.block(HEIGHT + 1) is not None
    bench.close()


KEYS = st.binary(min_size=1, max_size=3)


@given(
    values=st.dictionaries(KEYS, st.binary(min_size=1, max_size=5), max_size=30),
    prefix=st.binary(max_size=2), after=st.binary(max_size=3), limit=st.integers(1, 10),
)  # fmt: skip
def test_ranges_and_scans_are_in_byte_order_above_after_and_under_the_prefix(
    shared: Store, values: dict[bytes, bytes], prefix: bytes, after: bytes, limit: int
) -> None:
    shared.replace_records(iter(sorted(values.items())))
    expected = [
        (key, value)
        for key, value in sorted(values.items())
        if key.startswith(prefix) and key > after
    ]
    assert list(shared.range(prefix, after)) == expected
    assert shared.scan(prefix, after, limit) == expected[:limit]
    assert [key for key, _leaf, _value in shared.rows()] == sorted(values)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("shared") / "state", 1)
    yield opened
    opened.close()

"""The same blocks give the same state, and records that were lost come back from them."""

import io
from pathlib import Path

import lmdb
import pytest

from ctn.kernel.block import unpack_block
from ctn.node.export import export_blocks
from ctn.node.home import Home, Opened
from ctn.node.replay import ReplayDiffers, Rerun, SortedSource, rebuild, replay, verify_export
from ctn.node.stops import BadConfig, HomeInUse, StateCorrupt
from ctn.node.store import Store
from tests.node.small_home import create_home, fill_home


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Home:
    return fill_home(tmp_path / "home")


@pytest.fixture(name="export")
def _export(home: Home, tmp_path: Path) -> Path:
    path = tmp_path / "export.jsonl"
    opened = Opened(home)
    out = io.BytesIO()
    export_blocks(opened, out)
    opened.close()
    path.write_bytes(out.getvalue())
    return path


def damage(home: Home, database: bytes, key: bytes) -> None:
    """Flip the last bit of a stored value behind the program's back."""
    environment = lmdb.open(str(home.state), max_dbs=6, map_size=1 << 30)
    with environment.begin(write=True) as writing:
        place = environment.open_db(database, txn=writing)
        value = bytearray(writing.get(key, b"", db=place))
        value[-1] ^= 1
        writing.put(key, bytes(value), db=place)
    environment.close()


def test_replay_gives_the_same_root_at_every_height(home: Home) -> None:
    opened = Opened(home)
    root = opened.machine.root.hex()
    opened.close()
    replayed = replay(home)
    assert (replayed.height, replayed.blocks, replayed.transactions) == (5, 5, 7)
    assert replayed.root == root


def test_replay_finds_a_damaged_record_and_rebuild_repairs_it(home: Home) -> None:
    damage(home, b"records", b"asset\0cny")
    with pytest.raises(StateCorrupt, match="asset"):
        replay(home)
    rebuild(home)
    assert replay(home).height == 5
    Opened(home).close()


def test_replay_finds_records_that_no_block_made(home: Home) -> None:
    store = Store(home.state, 1)
    rows = dict(store.range(b"", b""))
    store.replace_records(iter(sorted((rows | {b"asset\0usd": b"{}"}).items())))
    store.close()
    with pytest.raises(StateCorrupt, match="usd"):
        replay(home)


def test_replay_finds_a_damaged_block(home: Home) -> None:
    damage(home, b"blocks", (3).to_bytes(8, "big"))
    with pytest.raises(StateCorrupt, match="blocks"):
        replay(home)


def test_refuses_a_home_that_is_in_use_or_has_no_state(home: Home, tmp_path: Path) -> None:
    opened = Opened(home)
    with pytest.raises(HomeInUse):
        replay(home)
    opened.close()
    with pytest.raises(BadConfig, match="no state"):
        replay(create_home(tmp_path / "new"))


def test_refuses_a_block_out_of_place(home: Home) -> None:
    store = Store(home.state, 1)
    data, receipts = store.block_bytes(2), store.receipts(2)
    store.close()
    assert data is not None
    assert receipts is not None
    with pytest.raises(ReplayDiffers, match="height"):
        Rerun(home.read_genesis()).run(unpack_block(data), receipts)


def test_an_export_runs_again_to_the_same_state(home: Home, export: Path) -> None:
    assert verify_export(export) == replay(home)


def test_an_export_with_any_flipped_byte_is_refused(export: Path) -> None:
    data = export.read_bytes()
    for place in range(3, len(data), len(data) // 12):
        flipped = bytearray(data)
        flipped[place] ^= 1
        export.write_bytes(bytes(flipped))
        with pytest.raises(ReplayDiffers, match="line"):
            verify_export(export)


def test_an_export_that_was_cut_or_continued_is_refused(export: Path) -> None:
    lines = export.read_bytes().splitlines(keepends=True)
    for kept in (lines[:-1], [*lines, lines[-1]], [*lines[:2], *lines[3:]], []):
        export.write_bytes(b"".join(kept))
        with pytest.raises(ReplayDiffers, match="line"):
            verify_export(export)


def test_a_sorted_source_ranges_as_a_dict_would() -> None:
    source = SortedSource({b"a\0x": b"1", b"b\0y": b"2"})
    source.write(b"a\0m", b"3")
    source.write(b"b\0y", None)
    source.write(b"c", None)
    assert list(source.range(b"a\0", b"")) == [(b"a\0m", b"3"), (b"a\0x", b"1")]
    assert list(source.range(b"a\0", b"a\0m")) == [(b"a\0x", b"1")]
    assert list(source.range(b"", b"")) == sorted(source.values.items())

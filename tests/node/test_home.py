"""A home: one chain, one process, and no state older than what was acknowledged."""

import shutil
import stat
from pathlib import Path

import pytest

from ctn.kernel.codec import encode
from ctn.node.config import Config, StoreTable, config_text, read_config
from ctn.node.files import Mark
from ctn.node.home import Home, Opened, accept_rollback
from ctn.node.maker import Maker
from ctn.node.stops import BadConfig, HomeInUse, StateCorrupt, StateRolledBack
from ctn.node.store import Store
from tests.node.chains import (
    MAKER_SEED,
    Bench,
    blocks_of,
    damage,
    new_home,
    people_genesis,
    remove,
    settings,
)


def _height(home: Home) -> int:
    opened = Opened(home)
    head = opened.store.head()
    opened.close()
    assert head is not None
    return head.height


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


def test_a_new_home_keeps_its_keys_and_folders_to_its_owner(home: Home) -> None:
    Opened(home).close()
    assert stat.S_IMODE(home.maker.stat().st_mode) == 0o600
    for folder in (home.maker.parent, home.config.parent, home.socket.parent, home.state):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((home.state / "data.mdb").stat().st_mode) == 0o600


def test_refuses_to_make_a_home_where_a_chain_is(home: Home) -> None:
    with pytest.raises(BadConfig):
        home.create(people_genesis(), MAKER_SEED, settings())


def test_refuses_a_genesis_of_another_maker(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="maker"):
        Home(tmp_path / "other").create(people_genesis(), b"\1" * 32, settings())


def test_refuses_a_home_without_a_chain(tmp_path: Path) -> None:
    with pytest.raises(BadConfig):
        Opened(Home(tmp_path))


def test_refuses_a_maker_key_that_is_lost_spoilt_or_another_one(home: Home) -> None:
    for data in (None, b"{}", b'{"seed":"xy"}', encode({"seed": "01" * 32})):
        home.maker.unlink()
        if data is not None:
            home.maker.write_bytes(data)
        opened = Opened(home)
        with pytest.raises(BadConfig):
            Maker(opened)
        opened.close()
        home.maker.touch()


@pytest.mark.parametrize(
    "text", ["colour = 1", "[engine]\nblock_interval_ms = '1'", "[store]\nmap_gib = 0", "["]
)
def test_refuses_an_unknown_key_a_wrong_type_and_no_toml(home: Home, text: str) -> None:
    home.config.write_text(text)
    with pytest.raises(BadConfig, match=r"node\.toml"):
        Opened(home)


def test_a_configuration_is_read_back_as_written_and_defaults_when_absent(home: Home) -> None:
    home.config.write_text(config_text(settings(interval=7)))
    assert read_config(home.config) == settings(interval=7)
    home.config.unlink()
    assert read_config(home.config) == Config()


def test_refuses_a_second_opening(home: Home) -> None:
    opened = Opened(home)
    with pytest.raises(HomeInUse):
        Opened(Home(home.folder))
    opened.close()
    Opened(home).close()


def test_a_failed_opening_lets_go_of_the_home(home: Home) -> None:
    blocks_of(home, 2)
    Mark(home.mark).clear(9, b"\1" * 32)
    with pytest.raises(StateRolledBack):
        Opened(home)
    assert accept_rollback(home).height == 2


def test_an_old_copy_of_the_state_is_refused_until_it_is_accepted(
    home: Home, tmp_path: Path
) -> None:
    blocks_of(home, 3)
    shutil.copytree(home.state, tmp_path / "old")
    blocks_of(home, 4)
    shutil.rmtree(home.state)
    shutil.copytree(tmp_path / "old", home.state)
    for _ in range(2):
        with pytest.raises(StateRolledBack, match="block 7"):
            Opened(home)
    assert accept_rollback(home).height == 3
    assert _height(home) == 3
    blocks_of(home, 1)
    assert _height(home) == 4


def test_a_deleted_state_is_an_old_copy_too(home: Home) -> None:
    blocks_of(home, 3)
    shutil.rmtree(home.state)
    with pytest.raises(StateRolledBack):
        Opened(home)


@pytest.mark.parametrize("more", [0, 2])
def test_another_history_of_the_marked_height_is_refused(
    home: Home, tmp_path: Path, more: int
) -> None:
    twin = new_home(tmp_path / "twin")
    blocks_of(home, 3)
    blocks_of(twin, 3 + more, per_block=1)
    shutil.rmtree(home.state)
    shutil.copytree(twin.state, home.state)
    with pytest.raises(StateRolledBack, match="block 3"):
        Opened(home)


def test_a_state_ahead_of_the_mark_is_good(home: Home) -> None:
    blocks_of(home, 3)
    data = home.mark.read_bytes()
    blocks_of(home, 1)
    home.mark.write_bytes(data)
    assert _height(home) == 4


@pytest.mark.parametrize("data", [None, b"", b"\0" * 144])
def test_goes_on_without_a_good_slot(home: Home, data: bytes | None) -> None:
    blocks_of(home, 3)
    home.mark.unlink()
    if data is not None:
        home.mark.write_bytes(data)
    opened = Opened(home)
    slot = opened.mark.read()
    assert slot is not None
    assert slot.height == 3
    opened.close()


def test_refuses_the_state_of_another_chain(home: Home, tmp_path: Path) -> None:
    other = new_home(tmp_path / "other", people_genesis("alice"))
    blocks_of(home, 1)
    shutil.rmtree(other.state, ignore_errors=True)
    shutil.copytree(home.state, other.state)
    with pytest.raises(BadConfig, match="chain"):
        Opened(other)


def test_refuses_records_that_do_not_make_the_stored_root(home: Home) -> None:
    blocks_of(home, 2)
    store = Store(home.state, 1)
    rows = dict(store.range(b"", b""))
    rows[b"balance\0zoe/cny"] = b"1"
    store.replace_records(iter(sorted(rows.items())))
    store.close()
    with pytest.raises(StateCorrupt, match="root"):
        Opened(home)


def test_refuses_a_lost_or_damaged_block_among_the_last(home: Home) -> None:
    blocks_of(home, 5)
    for spoil in (damage, remove):
        copy = Home(home.folder.with_name(spoil.__name__))
        shutil.copytree(home.folder, copy.folder)
        store = Store(copy.state, 1)
        spoil(store, "blocks", (3).to_bytes(8, "big"))
        store.close()
        with pytest.raises(StateCorrupt, match="blocks"):
            Opened(copy)


def test_refuses_a_block_that_does_not_link(home: Home, tmp_path: Path) -> None:
    twin = new_home(tmp_path / "twin")
    blocks_of(home, 5)
    blocks_of(twin, 5, per_block=1)
    theirs = Store(twin.state, 1)
    block = theirs.block_bytes(3)
    theirs.close()
    assert block is not None
    store = Store(home.state, 1)
    with store._environment.begin(write=True) as writing:
        store._put(writing, "blocks", (3).to_bytes(8, "big"), block)
    store.close()
    with pytest.raises(StateCorrupt, match="link"):
        Opened(home)


def test_a_chain_may_begin_above_height_one(tmp_path: Path) -> None:
    home = new_home(tmp_path / "late", people_genesis(height=500))
    blocks_of(home, 3)
    assert _height(home) == 502
    store = Store(home.state, 1)
    store.check_places()
    store.close()


def test_the_ballast_stands_in_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    config = Config(store=StoreTable(map_gib=1, ballast_mib=2, min_free_mib=0))
    home.create(people_genesis(), MAKER_SEED, config)
    Opened(home).close()
    assert (home.folder / "ballast.bin").stat().st_size == 2 << 20


def test_the_maker_key_is_not_shown(home: Home) -> None:
    bench = Bench(home)
    seed = MAKER_SEED.hex()
    assert seed not in repr(vars(bench.maker)) + repr(vars(home))
    bench.close()

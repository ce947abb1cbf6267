"""The engine as a process: its exit codes, its signals, and who it leaves behind."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from ctn.node.files import Mark
from ctn.node.home import Home, Opened
from ctn.node.store import Store
from tests.faults.kills import NAMES, check_end, load_home
from tests.faults.load import Load
from tests.node.chains import blocks_of, chain_of, damage, new_home
from tests.node.processes import Node


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


def _reason(node: Node) -> str:
    last = node.events()[-1]
    assert last["event"] == "stopped"
    return str(last.get("reason", ""))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_with_0_when_told_and_says_where(home: Home, number: signal.Signals) -> None:
    blocks_of(home, 2)
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    node.send(number)
    assert node.wait() == 0
    events = node.events()
    assert [event["event"] for event in events] == ["serving", "stopped"]
    assert events[1]["height"] == 2
    assert len(node.lines) == 2
    assert node.wait_until_alone()


def test_ends_with_0_under_load_though_the_whole_group_is_told(tmp_path: Path) -> None:
    home = load_home(tmp_path / "home")
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert load.wait_for_more(50)
    node.send_group(signal.SIGTERM)
    assert node.wait() == 0
    assert len(node.lines) == 2, node.lines
    load.stop()
    assert check_end(home, load) > 0


def test_a_stopped_engine_goes_on_where_it_was(tmp_path: Path) -> None:
    home = load_home(tmp_path / "home")
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    for _ in range(3):
        assert load.wait_for_more(5)
        node.send(signal.SIGSTOP)
        time.sleep(0.2)
        node.send(signal.SIGCONT)
    assert load.wait_for_more(5)
    load.stop()
    assert node.stop() == 0
    assert check_end(home, load) > 0


def test_leaves_no_worker_behind_when_it_is_killed(home: Home) -> None:
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert len(node.group()) >= 2
    node.kill()
    assert node.wait_until_alone()


def test_a_second_engine_ends_with_75_and_the_first_goes_on(home: Home) -> None:
    first = Node(home)
    assert first.wait_until_serving(), first.lines
    second = Node(home)
    assert second.wait() == 75
    assert "HomeInUse" in _reason(second)
    assert home.socket.exists()
    assert first.stop() == 0


def test_a_bad_configuration_ends_with_78(home: Home) -> None:
    home.config.write_text("colour = 1\n")
    node = Node(home)
    assert node.wait() == 78
    assert "BadConfig" in _reason(node)


def test_a_home_without_chain_or_key_ends_with_78(home: Home, tmp_path: Path) -> None:
    home.maker.unlink()
    for folder in (home, Home(tmp_path / "nothing")):
        node = Node(folder)
        assert node.wait() == 78
        assert "BadConfig" in _reason(node)


def test_a_corrupt_state_ends_with_65_and_names_the_damage(home: Home) -> None:
    blocks_of(home, 3)
    store = Store(home.state, 1)
    damage(store, "records", b"chain\0clock")
    store.close()
    node = Node(home)
    assert node.wait() == 65
    assert "StateCorrupt" in _reason(node)
    assert "chain" in _reason(node)


def test_an_old_copy_ends_with_65_and_says_what_to_do(home: Home, tmp_path: Path) -> None:
    blocks_of(home, 3)
    shutil.copytree(home.state, tmp_path / "old")
    blocks_of(home, 2)
    shutil.rmtree(home.state)
    shutil.copytree(tmp_path / "old", home.state)
    node = Node(home)
    assert node.wait() == 65
    assert "accept-rollback" in _reason(node)
    Mark(home.mark).close()
    assert Opened(home, needs_mark=False).store.head() is not None


def test_serves_again_after_it_was_killed_though_the_socket_file_is_left(home: Home) -> None:
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    node.kill()
    assert home.socket.exists()
    again = Node(home)
    assert again.wait_until_serving(), again.lines
    assert again.stop() == 0

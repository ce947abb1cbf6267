"""Fifty power cuts under load (`CTN_CUTS`): every acknowledged transaction is there once."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctn.node.stops import Stop
from tests.faults.disk import Disk, Missing
from tests.faults.kills import NAMES, check_end, check_home, load_home
from tests.faults.load import Load
from tests.node.chains import chain_of
from tests.node.processes import MAIN, Node, kill_rest

CUTS = int(os.environ.get("CTN_CUTS", "50"))
SEED = int(os.environ.get("CTN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
DRAIN_SECONDS = 0.05
UNSYNCED = (
    "import lmdb; synced = lmdb.open; "
    "lmdb.open = lambda *a, **named: synced(*a, **(named | {'sync': False})); " + MAIN
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        made = Disk(tmp_path)
        made.cut_power()
        made.unmount()
        made.mount()
    except Missing as missing:
        pytest.skip(str(missing))
    yield made
    kill_rest()
    made.close()


def _cut(disk: Disk) -> None:
    disk.cut_power()
    disk.unmount()
    disk.mount()


def test_the_tool_loses_what_is_not_synced_and_keeps_what_is(disk: Disk) -> None:
    synced, folder = disk.mount_point / "synced", os.open(disk.mount_point, os.O_RDONLY)
    with synced.open("wb") as file:
        file.write(b"kept")
        file.flush()
        os.fsync(file.fileno())
    os.fsync(folder)
    os.close(folder)
    (disk.mount_point / "cached").write_bytes(b"lost")
    with synced.open("r+b") as file:
        file.write(b"lost")
    _cut(disk)
    assert synced.read_bytes() == b"kept"
    assert not (disk.mount_point / "cached").exists()


def test_the_loop_finds_a_store_that_does_not_sync(disk: Disk) -> None:
    home = load_home(disk.mount_point / "home")
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    node = Node(home, main=UNSYNCED)
    assert load.wait_for_more(50)
    node.send_group(signal.SIGSTOP)
    load.abandon()
    disk.cut_power()
    node.send_group(signal.SIGKILL)
    node.wait()
    disk.unmount()
    disk.mount()
    with pytest.raises((AssertionError, Stop)):
        check_home(home, load, load.acknowledged)


def test_nothing_acknowledged_is_lost_or_doubled_when_the_power_is_cut(
    disk: Disk, tell: Callable[[str], None]
) -> None:
    chance = random.Random(SEED)
    home = load_home(disk.mount_point / "home")
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    for _ in range(CUTS):
        node = Node(home)
        assert node.wait_until_serving(), node.lines
        assert load.wait_for_more(1), "nothing is acknowledged after a power cut"
        time.sleep(chance.uniform(0, 0.3))
        node.send_group(signal.SIGSTOP)
        # What the engine has said is on its way to the callers; let it arrive.
        time.sleep(DRAIN_SECONDS)
        known = load.acknowledged
        disk.cut_power()
        node.send_group(signal.SIGKILL)
        node.wait()
        assert node.wait_until_alone()
        disk.unmount()
        assert load.acknowledged == known
        disk.mount()
        check_home(home, load, known)
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert load.wait_for_more(1)
    load.stop()
    assert node.stop() == 0
    blocks = check_end(home, load)
    tell(f"power cuts: {CUTS} cuts, {load.acknowledged} acknowledged in {blocks} blocks, "
         f"0 lost, 0 doubled (CTN_SEED={SEED})")  # fmt: skip

"""A small disk that fills up: read-only before it is full, 74 when it is, and no repair after."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctn.kernel.codec import to_base64
from ctn.node.door_client import DoorClient, EngineRefused
from ctn.node.files import MIB
from ctn.node.home import Home
from tests.faults.disk import Disk, Missing
from tests.faults.kills import NAMES, check_end, check_home, load_home
from tests.faults.load import Load
from tests.node.chains import Sender, chain_of, new_home, people_genesis
from tests.node.processes import Node, kill_rest


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        made = Disk(tmp_path, mebibytes=48)
    except Missing as missing:
        pytest.skip(str(missing))
    yield made
    kill_rest()
    made.close()


def _fill(disk: Disk, leave: int) -> Path:
    """Take the disk's space but for so many bytes."""
    path = disk.mount_point / "filler"
    with path.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - leave)
    return path


def test_a_full_disk_ends_the_engine_with_74_and_loses_nothing(
    disk: Disk, tell: Callable[[str], None]
) -> None:
    home = load_home(disk.mount_point / "home")
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert load.wait_for_more(20)
    filler = _fill(disk, 1 << 20)
    assert node.wait(60) == 74, node.lines
    assert "WriteFailed" in node.events()[-1]["reason"]
    known = load.acknowledged
    filler.unlink()
    check_home(home, load, known)
    again = Node(home)
    assert again.wait_until_serving(), again.lines
    assert load.wait_for_more(20)
    load.stop()
    assert again.stop() == 0
    check_end(home, load)
    tell(f"disk full: {load.acknowledged} acknowledged, {known} before it was, 0 lost")


async def _submit(home: Home, envelope: bytes) -> str:
    client = DoorClient(str(home.socket))
    try:
        answer = await client.call("submit", tx=to_base64(envelope), wait=True)
    except EngineRefused as refused:
        return refused.code
    else:
        return str(answer["status"])
    finally:
        await client.close()


def test_a_nearly_full_disk_makes_the_engine_read_only_until_there_is_room(disk: Disk) -> None:
    home = new_home(
        disk.mount_point / "home", people_genesis(*NAMES), interval=2, heartbeat=1, min_free=8
    )
    sender = Sender(NAMES[0], chain_of(home))
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert asyncio.run(_submit(home, sender.pay(NAMES[1]))) == "applied"
    filler = _fill(disk, 4 * MIB)
    try:
        assert _comes(home, sender, "kernel.DiskLow")
        filler.unlink()
        assert _comes(home, sender, "applied")
    finally:
        code = node.stop()
    assert code == 0


def _comes(home: Home, sender: Sender, wanted: str) -> bool:
    """Whether an answer comes within a few heartbeats."""
    for _ in range(60):
        answer = asyncio.run(_submit(home, sender.pay(NAMES[1], sequence=sender.sequence)))
        if answer == "applied":
            sender.sequence += 1
        if answer == wanted:
            return True
        asyncio.run(asyncio.sleep(0.1))
    return False

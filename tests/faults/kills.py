"""The kill loop: an engine under load is killed at random moments, and nothing told is lost."""

import random
import signal
import time
from pathlib import Path
from typing import NamedTuple

from ctn.genesis import genesis_values
from ctn.node.home import Home
from ctn.node.store import Store
from tests.faults.load import Load
from tests.node.chains import chain_of, new_home, people_genesis
from tests.node.history import chain_log, check_history, check_replay
from tests.node.processes import Node

NAMES = tuple(f"caller{number}" for number in range(6))


class Figure(NamedTuple):
    """What a loop did."""

    kills: int
    stops: int
    acknowledged: int
    blocks: int

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.stops} pauses, {self.acknowledged} acknowledged in "
            f"{self.blocks} blocks, 0 lost, 0 doubled"
        )


def load_home(folder: Path) -> Home:
    """A home whose callers are rich enough for any loop, with quick blocks."""
    return new_home(folder, people_genesis(*NAMES, cny=100_000_000), interval=2)


def check_home(home: Home, load: Load, known: int) -> None:
    """What was acknowledged before this moment is in the store, and the whole store is sound."""
    told = load.history.acknowledged[:known]
    store = Store(home.state, 1)
    for _database, _size in store.check_all():
        pass
    for item in told:
        place = store.place(item.id)
        assert place is not None, f"{item.id} of block {item.height} was acknowledged and is lost"
        assert (place.height, place.place) == (item.height, item.place)
    store.check_places()
    store.close()


def check_end(home: Home, load: Load) -> int:
    """The whole history against the final chain, and its replay; the height."""
    store = Store(home.state, 1)
    check_history(load.history, chain_log(store), genesis_values(home.read_genesis()))
    height = check_replay(home, store)
    store.check_places()
    store.close()
    return height


def kill_loop(folder: Path, kills: int, seed: int) -> Figure:
    """Kill an engine under load so many times, at moments drawn from a seed."""
    chance = random.Random(seed)
    home = load_home(folder)
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    stops = 0
    for _ in range(kills):
        node = Node(home)
        # A tenth of the kills fall into the start itself.
        if chance.random() < 0.1:
            time.sleep(chance.uniform(0, 0.5))
        else:
            assert node.wait_until_serving(), node.lines
            assert load.wait_for_more(1), "nothing is acknowledged after a restart"
            if chance.random() < 0.1:
                stops += 1
                _pause(node, chance.uniform(0.05, 0.3))
                assert load.wait_for_more(1), "nothing is acknowledged after a pause"
            time.sleep(chance.uniform(0, 0.3))
        node.kill()
        known = load.acknowledged
        assert node.wait_until_alone(), "a worker outlives its engine"
        check_home(home, load, known)
    node = Node(home)
    assert node.wait_until_serving(), node.lines
    assert load.wait_for_more(1)
    load.stop()
    assert node.stop() == 0
    return Figure(kills, stops, load.acknowledged, check_end(home, load))


def _pause(node: Node, seconds: float) -> None:
    node.send(signal.SIGSTOP)
    time.sleep(seconds)
    node.send(signal.SIGCONT)

"""The history check passes what is right and finds each thing that can be wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctn.genesis import genesis_values
from ctn.kernel.block import pack_block
from ctn.node.home import Home
from ctn.node.store import Store
from tests.node.chains import address, blocks_of, new_home, people_genesis
from tests.node.history import (
    Acknowledged,
    Entry,
    History,
    Read,
    Wrong,
    chain_log,
    check_history,
    check_replay,
)

PLACE = f"{address('alice')}/cny"
BEFORE = {f"balance\0{PLACE}".encode(): b"7"}
LOG = [
    Entry(1, ["a", "b"], [("balance", PLACE, 5)]),
    Entry(2, [], []),
    Entry(3, ["c"], [("balance", PLACE, None)]),
]
A, B, C = (
    Acknowledged("a", 0, 10, 1, 0), Acknowledged("b", 5, 20, 1, 1), Acknowledged("c", 30, 40, 3, 0)
)  # fmt: skip


def _history(told: list[Acknowledged], reads: list[Read] | None = None) -> History:
    history = History()
    for item in told:
        history.acknowledge(item)
    for read in reads or []:
        history.read(read)
    return history


def _read(height: int, value: int | None, session: str = "s") -> Read:
    return Read(session, height, "balance", PLACE, value)


def test_passes_what_is_right() -> None:
    reads = [_read(0, 7), _read(1, 5), _read(2, 5), _read(3, None), _read(1, 5, "other")]
    check_history(_history([A, B, C], reads), LOG, BEFORE)
    check_history(_history([]), LOG, BEFORE)


WRONG: dict[str, tuple[list[Acknowledged], list[Read], list[Entry]]] = {
    "lost": ([A, B, C], [], LOG[:2]),
    "times": ([A], [], [*LOG, Entry(4, ["a"], [])]),
    "not where": ([B._replace(place=0)], [], LOG),
    "stands before": ([A._replace(sent=21), B], [], LOG),
    "was not 5 at 3": ([], [_read(3, 5)], LOG),
    "was not 5 at 0": ([], [_read(0, 5)], LOG),
    "saw 1 after 2": ([], [_read(2, 5), _read(1, 5)], LOG),
}


@pytest.mark.parametrize("found", WRONG)
def test_finds_what_is_wrong(found: str) -> None:
    told, reads, log = WRONG[found]
    with pytest.raises(Wrong, match=found):
        check_history(_history(told, reads), log, BEFORE)


def test_finds_a_doubled_transaction_that_nobody_was_told_of() -> None:
    with pytest.raises(Wrong, match="times"):
        check_history(_history([]), [*LOG, Entry(4, ["c"], [])], BEFORE)


def test_finds_what_surprised_a_caller() -> None:
    history = _history([A])
    history.surprise("SequenceGap")
    with pytest.raises(Wrong, match="SequenceGap"):
        check_history(history, LOG, BEFORE)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = new_home(tmp_path / "home")
    blocks_of(made, 5)
    return made


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    opened = Store(home.state, 1)
    yield opened
    opened.close()


def test_a_chain_replays_and_its_log_gives_its_balances(home: Home, store: Store) -> None:
    assert check_replay(home, store) == 5
    log = chain_log(store)
    assert [entry.height for entry in log] == [1, 2, 3, 4, 5]
    value = store.value(f"balance\0{PLACE}".encode())
    assert value is not None
    check_history(_history([], [_read(5, int(value))]), log, genesis_values(people_genesis()))


def test_a_changed_block_does_not_replay(home: Home, store: Store) -> None:
    block = store.block(3)
    assert block is not None
    changed = pack_block(block._replace(envelopes=block.envelopes[1:]))
    with store._environment.begin(write=True) as writing:
        store._put(writing, "blocks", (3).to_bytes(8, "big"), changed)
    with pytest.raises(Wrong, match="another root"):
        check_replay(home, store)

"""The history check (reliability.md 9): what callers were told, against the final chain.

The block log is the witness of the one order: each acknowledged transaction stands in it exactly
once and where it was said to stand, an earlier answer stands before a later question, and a read
that names a height saw the state of that height.
"""

import threading
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from ctn.crypto.digest import merkle_root
from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import tx_id, unpack
from ctn.node.home import Home
from ctn.node.store import Store


class Acknowledged(NamedTuple):
    """A transaction that a caller was told is committed; times are monotonic, in ns."""

    id: str
    sent: int
    answered: int
    height: int
    place: int


class Read(NamedTuple):
    """A record that a session was shown as of a height."""

    session: str
    height: int
    table: str
    place: str
    value: Any


class Entry(NamedTuple):
    """A block of the final chain: its transactions, and what it changed."""

    height: int
    ids: list[str]
    changes: list[tuple[str, str, Any]]


class Wrong(AssertionError):
    """The chain is not what callers were told."""


class History:
    """What callers saw, collected from any thread."""

    def __init__(self) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.reads: list[Read] = []
        self.surprises: list[str] = []
        self.lock = threading.Lock()

    def acknowledge(self, told: Acknowledged) -> None:
        """Remember an answer."""
        with self.lock:
            self.acknowledged.append(told)

    def read(self, seen: Read) -> None:
        """Remember a read."""
        with self.lock:
            self.reads.append(seen)

    def surprise(self, text: str) -> None:
        """Remember what no caller should have met."""
        with self.lock:
            self.surprises.append(text)


def chain_log(store: Store) -> list[Entry]:
    """The blocks of a store, first to last."""
    head, founding = store.head(), store.founding()
    assert head is not None
    assert founding is not None
    first = founding.initial_height
    log: list[Entry] = []
    for height in range(first, head.height + 1):
        block, changes = store.block(height), store.changes(height)
        assert block is not None
        assert changes is not None
        ids = [tx_id(unpack(envelope)[0]) for envelope in block.envelopes]
        rows = [(table, place, value) for table, place, value in msgspec.json.decode(changes)]
        log.append(Entry(height, ids, rows))
    return log


def check_history(history: History, log: list[Entry], genesis: dict[bytes, bytes]) -> None:
    """Raise Wrong with the first thing that callers were told and the chain does not bear out."""
    if history.surprises:
        raise Wrong(f"a caller met {history.surprises[0]}")
    _check_once(history.acknowledged, log)
    _check_order(history.acknowledged)
    _check_reads(history.reads, log, genesis)
    _check_sessions(history.reads)


def _check_once(acknowledged: list[Acknowledged], log: list[Entry]) -> None:
    places = {
        identity: (entry.height, index) for entry in log for index, identity in enumerate(entry.ids)
    }
    times = Counter(identity for entry in log for identity in entry.ids)
    for identity, count in times.items():
        if count > 1:
            raise Wrong(f"{identity} stands in the chain {count} times")
    for told in acknowledged:
        if told.id not in places:
            raise Wrong(f"{told.id} was acknowledged at {told.height} and is lost")
        if places[told.id] != (told.height, told.place):
            raise Wrong(f"{told.id} stands at {places[told.id]}, not where it was said to")


def _check_order(acknowledged: list[Acknowledged]) -> None:
    """Answered before another was sent: stands before it."""
    by_answer = sorted(acknowledged, key=lambda told: told.answered)
    answers = [told.answered for told in by_answer]
    furthest: list[tuple[int, int]] = []
    for told in by_answer:
        place = (told.height, told.place)
        furthest.append(max(furthest[-1], place) if furthest else place)
    for told in acknowledged:
        before = bisect_left(answers, told.sent)
        if before and furthest[before - 1] >= (told.height, told.place):
            raise Wrong(f"{told.id} was sent after {furthest[before - 1]} and stands before it")


def _check_reads(reads: list[Read], log: list[Entry], genesis: dict[bytes, bytes]) -> None:
    """Each read equals the replay of the changes up to its height."""
    state: dict[tuple[str, str], Any] = {}
    for key, value in genesis.items():
        table, _, place = key.decode().partition("\0")
        state[(table, place)] = msgspec.json.decode(value)
    waiting = iter(log)
    entry = next(waiting, None)
    for read in sorted(reads, key=lambda read: read.height):
        while entry is not None and entry.height <= read.height:
            for table, place, value in entry.changes:
                state[(table, place)] = value
            entry = next(waiting, None)
        if state.get((read.table, read.place)) != read.value:
            raise Wrong(f"{read.table}/{read.place} was not {read.value} at {read.height}")


def _check_sessions(reads: list[Read]) -> None:
    """The heights that a session is shown never fall."""
    sessions: dict[str, list[int]] = {}
    for read in reads:
        sessions.setdefault(read.session, []).append(read.height)
    for session, heights in sessions.items():
        for before, after in pairwise(heights):
            if after < before:
                raise Wrong(f"session {session} saw {after} after {before}")


def check_replay(home: Home, store: Store) -> int:
    """Run all blocks again from the genesis, in memory; the last height; raises Wrong."""
    genesis = home.read_genesis()
    source = MemorySource(genesis_values(genesis))
    machine = genesis_machine(genesis, State(source))
    head = store.head()
    assert head is not None
    for height in range(genesis.initial_height, head.height + 1):
        block = store.block(height)
        assert block is not None
        txs = [machine.read(envelope) for envelope in block.envelopes]
        outcome = machine.apply_block(txs, block.header.time, leave_out=False)
        if outcome.root.hex() != block.header.state:
            raise Wrong(f"block {height} replays to another root")
        if merkle_root(outcome.receipts).hex() != block.header.receipts:
            raise Wrong(f"block {height} replays to other receipts")
        source.write({item.key: item.value for item in outcome.changes})
        machine.committed(outcome)
    if machine.root.hex() != head.root:
        raise Wrong("the head replays to another root")
    return head.height

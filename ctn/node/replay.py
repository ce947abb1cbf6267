"""Replay: the same blocks give the same state, at every height (E1 of `reliability.md`).

A chain is run again from its genesis in memory, each block checked as a follower would: link,
maker, seal, signatures, order, receipts, root. From its own store that finds damage and repairs
the records; from an export it proves a chain to whoever holds the file.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.block import Block, Header, block_hash
from ctn.kernel.codec import DECODE_ERRORS, encode
from ctn.kernel.genesis import Genesis, genesis_hash
from ctn.kernel.invariant import Breach
from ctn.kernel.state import State
from ctn.machine import Machine
from ctn.node.checking import BlockDiffers, run_block
from ctn.node.config import read_config
from ctn.node.files import Lock
from ctn.node.home import Home
from ctn.node.retention import require_whole
from ctn.node.stops import BadConfig, StateCorrupt
from ctn.node.store import Head, Store

Progress = Callable[[int, int], None]


class ReplayDiffers(Exception):
    """A block is not what running it again makes; the text names the height and the check."""


class Replayed(NamedTuple):
    """What was run again, and where it ended."""

    chain: str
    height: int
    blocks: int
    transactions: int
    records: int
    root: str


class SortedSource:
    """Records in memory whose keys stay sorted, so that a range costs what it holds."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.values = values
        self._keys = sorted(values)

    def read(self, key: bytes) -> bytes | None:
        """The value under a key, or None."""
        return self.values.get(key)

    def range(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values under a prefix and above `after`, in byte order."""
        keys = self._keys
        start = bisect_left(keys, prefix)
        if after >= prefix:
            start = max(start, bisect_right(keys, after))
        for place in range(start, len(keys)):
            key = keys[place]
            if not key.startswith(prefix):
                return
            yield key, self.values[key]

    def write(self, key: bytes, value: bytes | None) -> None:
        """Put or drop one value."""
        if value is not None:
            if key not in self.values:
                insort(self._keys, key)
            self.values[key] = value
        elif key in self.values:
            del self.values[key]
            del self._keys[bisect_left(self._keys, key)]


class Rerun:
    """A chain that is run again, block by block."""

    def __init__(self, genesis: Genesis) -> None:
        if genesis.maker is None:
            raise ReplayDiffers("genesis: names no maker, so it is no embedded chain")
        try:
            self.source = SortedSource(genesis_values(genesis))
        except ValueError as error:
            raise ReplayDiffers(str(error)) from None
        self.machine: Machine = genesis_machine(genesis, State(self.source))
        self.transactions = 0
        self.blocks = 0
        self.version = genesis.app_version
        self._maker = genesis.maker
        self._previous = genesis_hash(genesis).hex()

    def run(self, block: Block, receipts: list[bytes]) -> None:
        """Check a block and run it; raises ReplayDiffers."""
        machine = self.machine
        try:
            outcome = run_block(machine, block, previous=self._previous, maker=self._maker)
        except BlockDiffers as error:
            raise self._differs(error.reason) from None
        if outcome.receipts != receipts:
            raise self._differs("its receipts are not what running it again makes")
        for item in outcome.changes:
            self.source.write(item.key, item.value)
        machine.committed(outcome)
        self.version = outcome.version or self.version
        self._previous = block_hash(encode(block.header)).hex()
        self.blocks += 1
        self.transactions += len(block.envelopes)

    def end(self) -> Replayed:
        """Recount every invariant over the last state; raises ReplayDiffers."""
        machine = self.machine
        rows = self.source.range(b"balance\0", b"")
        balances = {key[8:].decode(): int(value) for key, value in rows}
        try:
            machine.recount(balances)
        except Breach as breach:
            raise self._differs(str(breach)) from None
        return Replayed(
            machine.chain, machine.height, self.blocks, self.transactions,
            len(self.source.values), machine.root.hex(),
        )  # fmt: skip

    def _differs(self, reason: str) -> ReplayDiffers:
        return ReplayDiffers(f"block {self.machine.height + 1}: {reason}")


class Stopped:
    """The store of a home whose engine does not run, opened without trust in its records."""

    def __init__(self, home: Home) -> None:
        self.genesis = home.read_genesis()
        self._lock = Lock(home.folder / "lock")
        self.store = Store(home.state, read_config(home.config).store.map_gib)
        head = self.store.head()
        if head is None:
            self.close()
            raise BadConfig(f"{home.folder} has no state yet: start it once")
        self.head: Head = head

    def close(self) -> None:
        """Let go of the home."""
        self.store.close()
        self._lock.release()

    def run(self, progress: Progress | None) -> tuple[Rerun, Replayed]:
        """Run every stored block again; raises ReplayDiffers or StateCorrupt."""
        rerun = Rerun(self.genesis)
        first, last = self.genesis.initial_height, self.head.height
        require_whole(self.store, first)
        for height in range(first, last + 1):
            block, receipts = self.store.block(height), self.store.receipts(height)
            if block is None or receipts is None:
                raise StateCorrupt(f"blocks: block {height} is missing")
            rerun.run(block, receipts)
            if progress is not None:
                progress(height - first + 1, last - first + 1)
        replayed = rerun.end()
        if replayed.root != self.head.root:
            raise ReplayDiffers(f"the head says root {self.head.root}, the blocks make another")
        return rerun, replayed


def replay(home: Home, progress: Progress | None = None) -> Replayed:
    """Run all blocks of a stopped home again and compare; changes nothing.

    Raises ReplayDiffers when a block makes another state, StateCorrupt when a stored value or
    record is damaged.
    """
    stopped = Stopped(home)
    try:
        rerun, replayed = stopped.run(progress)
        _compare(stopped.store, rerun.source)
        return replayed
    finally:
        stopped.close()


def rebuild(home: Home, progress: Progress | None = None) -> Replayed:
    """Write the records of a stopped home anew from its verified blocks; raises as `replay`."""
    stopped = Stopped(home)
    try:
        rerun, replayed = stopped.run(progress)
        stopped.store.replace_records(rerun.source.range(b"", b""))
        return replayed
    finally:
        stopped.close()


def _compare(store: Store, source: SortedSource) -> None:
    """The stored records are those that the blocks make, no more and no fewer."""
    count = 0
    for key, value in store.range(b"", b""):
        count += 1
        if source.read(key) != value:
            raise StateCorrupt(f"records at {key!r}: the blocks make another value")
    if count != len(source.values):
        raise StateCorrupt(f"records: {len(source.values) - count} are missing")


# --- exports


class GenesisLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of an export with blocks."""

    genesis: Genesis


class BlockLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of an export, binary in hex."""

    header: Header
    seal: str
    envelopes: list[str]
    receipts: list[Any]

    def block(self) -> Block:
        """The block itself; raises ValueError when something is no hex."""
        envelopes = tuple([bytes.fromhex(text) for text in self.envelopes])
        return Block(self.header, bytes.fromhex(self.seal), envelopes)


class StateLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line of an export: the whole state."""

    chain: str
    height: int
    time: int
    app_version: int
    root: str
    params: dict[str, Any]
    records: list[tuple[str, str, Any]]


def verify_export(path: Path, progress: Callable[[int], None] | None = None) -> Replayed:
    """Run an export with blocks again, every signature checked; `progress(height)` is told.

    Raises ReplayDiffers, its text naming the line; OSError passes.
    """
    rerun: Rerun | None = None
    state: StateLine | None = None
    number = 0
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            try:
                if state is not None:
                    raise ReplayDiffers("nothing may follow the state")
                if rerun is None:
                    genesis = _line(raw, GenesisLine).genesis
                    rerun = Rerun(genesis)
                elif raw.startswith(b'{"app_version"'):
                    state = _line(raw, StateLine)
                    _compare_state(rerun, state)
                else:
                    line = _line(raw, BlockLine)
                    rerun.run(line.block(), [encode(receipt) for receipt in line.receipts])
            except (ReplayDiffers, ValueError) as error:
                raise ReplayDiffers(f"line {number}: {error}") from None
            if progress is not None and rerun is not None:
                progress(rerun.machine.height)
    if rerun is None or state is None:
        raise ReplayDiffers(f"line {number}: the file ends before the state")
    return rerun.end()


L = TypeVar("L", GenesisLine, BlockLine, StateLine)


def _line(raw: bytes, kind: type[L]) -> L:
    """A line as its type; raises ReplayDiffers unless it is exactly the canonical bytes."""
    try:
        line = msgspec.json.decode(raw, type=kind)
    except DECODE_ERRORS as error:
        raise ReplayDiffers(f"no {kind.__name__}: {error}") from None
    if encode(line) + b"\n" != raw:
        raise ReplayDiffers("re-encoding gives other bytes")
    return line


def _compare_state(rerun: Rerun, state: StateLine) -> None:
    machine = rerun.machine
    told = (state.chain, state.height, state.time, state.app_version, state.root)
    made = (machine.chain, machine.height, machine.time, rerun.version, machine.root.hex())
    if told != made:
        raise ReplayDiffers(f"the state is {told}, the blocks make {made}")
    rows = rerun.source.range(b"", b"")
    for record in state.records:
        key, value = next(rows, (b"", b""))
        if encode(record) != _row(key, value):
            raise ReplayDiffers(f"record {record[0]}/{record[1]}: the blocks make another")
    if next(rows, None) is not None:
        raise ReplayDiffers("records are missing")
    params = {name: value for table, name, value in state.records if table == "param"}
    if params != state.params:
        raise ReplayDiffers("the parameters are not those of the records")


def _row(key: bytes, value: bytes) -> bytes:
    table, _, place = key.decode().partition("\0")
    return b"[%s,%s,%s]" % (encode(table), encode(place), value)

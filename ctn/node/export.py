"""A chain as one file that others can read and check without this program (engine.md 16).

Every line is canonical JSON: for a whole chain first the genesis, then each block, last the state;
for the state alone that one line. Lines are joined from bytes that are stored in canonical form
already, so an export decodes no record.
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple, Protocol

from ctn.kernel.codec import encode
from ctn.node.home import Home
from ctn.node.queries import Snapshot, snapshot_of
from ctn.node.retention import require_whole
from ctn.node.stops import StateCorrupt
from ctn.node.store import Store


class Source(Protocol):
    """What is exported: a home that is open, or its store read beside the running engine."""

    @property
    def store(self) -> Store:
        """Blocks and records."""

    @property
    def home(self) -> Home:
        """The folder, which holds the genesis."""


class Exported(NamedTuple):
    """How much was written."""

    height: int
    blocks: int
    transactions: int
    records: int


def export_state(source: Source, out: BinaryIO) -> Exported:
    """Write the last state as one line; blocks may be made meanwhile."""
    snapshot = snapshot_of(source.store)
    return Exported(snapshot.head.height, 0, 0, _write_state(snapshot, out))


def export_blocks(
    source: Source, out: BinaryIO, progress: Callable[[int, int], None] | None = None
) -> Exported:
    """Write genesis, every block and the state after the last; `progress(done, of)` is told."""
    store = source.store
    snapshot = snapshot_of(store)
    genesis = source.home.read_genesis()
    out.write(b'{"genesis":%s}\n' % encode(genesis))
    first, last = genesis.initial_height, snapshot.head.height
    require_whole(store, first)
    transactions = 0
    for height in range(first, last + 1):
        transactions += _write_block(store, height, out)
        if progress is not None:
            progress(height - first + 1, last - first + 1)
    records = _write_state(snapshot, out)
    return Exported(last, last - first + 1, transactions, records)


def _write_block(store: Store, height: int, out: BinaryIO) -> int:
    block, receipts = store.block(height), store.receipts(height)
    if block is None or receipts is None:
        raise StateCorrupt(f"blocks: block {height} is missing")
    envelopes = b",".join([b'"%s"' % envelope.hex().encode() for envelope in block.envelopes])
    out.write(
        b'{"envelopes":[%s],"header":%s,"receipts":[%s],"seal":"%s"}\n'
        % (envelopes, encode(block.header), b",".join(receipts), block.seal.hex().encode())
    )
    return len(block.envelopes)


def _write_state(snapshot: Snapshot, out: BinaryIO) -> int:
    head = snapshot.head
    params = [
        b"%s:%s" % (encode(key.partition(b"\0")[2].decode()), value)
        for key, value in snapshot.params
    ]
    out.write(
        b'{"app_version":%d,"chain":%s,"height":%d,"params":{%s},"records":['
        % (head.app_version, encode(head.chain), head.height, b",".join(params))
    )
    count = 0
    for key, value in snapshot.rows:
        table, _, place = key.decode().partition("\0")
        comma = b"," if count else b""
        out.write(b"%s[%s,%s,%s]" % (comma, encode(table), encode(place), value))
        count += 1
    out.write(b'],"root":"%s","time":%d}\n' % (head.root.encode(), head.time))
    return count

"""Snapshots: all records of one height, cut in chunks, for nodes that do not run old blocks.

Format 1: every record by key as `u16be length | key | u32be length | value`, cut each 4 MiB; the
same bytes on every node. Nothing of a foreign snapshot is kept before its records make the root
that the light client verified (engine.md 12).
"""

import asyncio
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from ctn import upgrades
from ctn.kernel.block import Clock
from ctn.kernel.codec import encode
from ctn.kernel.commitment import Commitment, leaf_hash
from ctn.node.abci.chain import Chain
from ctn.node.abci.heights import Heights
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.files import sync_folder, write_whole
from ctn.node.process import log
from ctn.node.store import Base, Head

FORMAT = 1
CHUNK_BYTES = 4 << 20
CHUNKS_MAX = 65_536
METADATA = "metadata"
CLOCK = b"chain\0clock"

Offer = pb.ResponseOfferSnapshot
Apply = pb.ResponseApplySnapshotChunk


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a snapshot says of itself; the hash of these bytes names it."""

    chain: str
    app_version: int
    height: int
    root: str
    chunks: list[str]


class Restore(NamedTuple):
    """A snapshot on its way in: what it should be, and who sent which chunk."""

    metadata: Metadata
    hash: bytes
    senders: dict[int, str]


class Snapshots:
    """Takes, serves and restores snapshots of one node."""

    def __init__(self, chain: Chain, heights: Heights) -> None:
        self._chain = chain
        self._heights = heights
        self._folder = chain.opened.home.folder / "snapshots"
        self._incoming = chain.opened.home.folder / "restore"
        self._restore: Restore | None = None
        self._task: asyncio.Task[None] | None = None
        for half in self._folder.glob(".*"):
            shutil.rmtree(half)

    # --- taking and serving

    def after_block(self, height: int) -> None:
        """Begin a snapshot at each `snapshot.interval` heights, unless one is still written."""
        interval = self._chain.opened.config.snapshot.interval
        is_busy = self._task is not None and not self._task.done()
        if interval and height % interval == 0 and not is_busy:
            rows = self._rows()
            # Its first row opens the read transaction, which keeps this height for the thread.
            first = next(rows)
            head = self._chain.head
            self._task = asyncio.create_task(self._take(head, first, rows))

    async def written(self) -> None:
        """Wait for a snapshot that is being written."""
        if self._task is not None:
            await self._task

    async def _take(self, head: Head, first: bytes, rest: Iterator[bytes]) -> None:
        """Write a snapshot beside the blocks; a node without it goes on, and says so."""
        try:
            await asyncio.to_thread(self._write, head, first, rest)
        except OSError as error:
            log("snapshot failed", height=head.height, reason=str(error))

    def _rows(self) -> Iterator[bytes]:
        for key, _leaf, value in self._chain.store.rows():
            yield pack_row(key, value)

    def _write(self, head: Head, first: bytes, rest: Iterator[bytes]) -> None:
        half = self._folder / f".{head.height}"
        half.mkdir(mode=0o700, parents=True, exist_ok=True)
        hashes: list[str] = []
        for number, chunk in enumerate(cut(_joined(first, rest))):
            write_whole(half / str(number), chunk)
            hashes.append(hashlib.sha256(chunk).hexdigest())
        metadata = Metadata(head.chain, head.app_version, head.height, head.root, hashes)
        write_whole(half / METADATA, encode(metadata))
        # A block that was rolled back and decided again is told anew.
        self._remove(head.height)
        half.rename(self._folder / str(head.height))
        sync_folder(self._folder)
        for height in self._heights_held()[: -self._chain.opened.config.snapshot.keep]:
            self._remove(height)

    def _remove(self, height: int) -> None:
        """Take a snapshot out of the list at once, so that half of one is never served."""
        whole, gone = self._folder / str(height), self._folder / f".gone-{height}"
        if whole.exists():
            whole.rename(gone)
            shutil.rmtree(gone)

    def _heights_held(self) -> list[int]:
        """The heights of whole snapshots: their description is written last."""
        return sorted(int(path.parent.name) for path in self._folder.glob(f"[0-9]*/{METADATA}"))

    def oldest(self) -> int | None:
        """The height of the oldest snapshot on disk."""
        return next(iter(self._heights_held()), None)

    def listed(self) -> list[pb.Snapshot]:
        """The snapshots on disk."""
        found: list[pb.Snapshot] = []
        for height in self._heights_held():
            try:
                data = (self._folder / str(height) / METADATA).read_bytes()
            except FileNotFoundError:  # one that is not kept any more is being removed
                continue
            metadata = msgspec.json.decode(data, type=Metadata)
            found.append(snapshot_row(metadata, self._heights))
        return found

    def chunk(self, height: int, kind: int, number: int) -> bytes:
        """A chunk of a snapshot, empty when it is not here."""
        path = self._folder / str(self._heights.ours(height)) / str(number)
        try:
            return path.read_bytes() if kind == FORMAT else b""
        except FileNotFoundError:
            return b""

    # --- restoring

    def offered(self, snapshot: pb.Snapshot, app_hash: bytes) -> pb.ResponseOfferSnapshot:
        """Accept a snapshot of this chain whose root the light client verified."""
        if snapshot.format != FORMAT:
            return Offer(result=Offer.REJECT_FORMAT)
        metadata = self._metadata_of(snapshot)
        if metadata is None or metadata.root != app_hash.hex():
            return Offer(result=Offer.REJECT)
        if metadata.app_version != upgrades.APP_VERSION:
            return Offer(result=Offer.REJECT)
        if self._chain.head.height >= self._heights.first:
            self._chain.opened.begin_again()
            self._chain.reload()
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(mode=0o700)
        self._restore = Restore(metadata, snapshot.hash, {})
        return Offer(result=Offer.ACCEPT)

    def _metadata_of(self, snapshot: pb.Snapshot) -> Metadata | None:
        try:
            metadata = msgspec.json.decode(snapshot.metadata, type=Metadata)
        except msgspec.DecodeError:
            return None
        if encode(metadata) != snapshot.metadata or metadata.chain != self._chain.opened.chain:
            return None
        expected = snapshot_row(metadata, self._heights)
        is_whole = 1 <= len(metadata.chunks) <= CHUNKS_MAX and metadata.height > 0
        return metadata if is_whole and expected == snapshot else None

    def taken(self, index: int, chunk: bytes, sender: str) -> pb.ResponseApplySnapshotChunk:
        """Keep a chunk whose hash is right; after the last one, restore."""
        restore = self._restore
        if restore is None:
            return Apply(result=Apply.ABORT)
        hashes = restore.metadata.chunks
        if index >= len(hashes) or hashlib.sha256(chunk).hexdigest() != hashes[index]:
            log("chunk refused", chunk=index, height=restore.metadata.height, sender=sender)
            return Apply(result=Apply.RETRY, refetch_chunks=[index], reject_senders=[sender])
        (self._incoming / str(index)).write_bytes(chunk)
        restore.senders[index] = sender
        if len(restore.senders) < len(hashes):
            return Apply(result=Apply.ACCEPT)
        self._restore = None
        try:
            self._put_in_place(restore)
        except SnapshotInvalid:
            senders = sorted({name: None for name in restore.senders.values() if name})
            return Apply(result=Apply.REJECT_SNAPSHOT, reject_senders=senders)
        finally:
            shutil.rmtree(self._incoming, ignore_errors=True)
        return Apply(result=Apply.ACCEPT)

    def _put_in_place(self, restore: Restore) -> None:
        metadata = restore.metadata
        leaves: list[tuple[bytes, bytes]] = []
        clock = b""
        for key, value in self._arrived(restore):
            leaves.append((key, leaf_hash(key, value)))
            if key == CLOCK:
                clock = value
        if Commitment().rebuild(leaves).hex() != metadata.root:
            raise SnapshotInvalid("the records do not make the root")
        try:
            time = msgspec.json.decode(clock, type=Clock).time
        except msgspec.DecodeError:
            raise SnapshotInvalid("no clock among the records") from None
        link = restore.hash.hex()
        head = Head(
            metadata.chain, metadata.app_version, metadata.height, time, metadata.root, link
        )
        self._chain.store.restore(self._arrived(restore), head, Base(head.height, link))
        self._chain.opened.load_again()
        self._chain.reload()

    def _arrived(self, restore: Restore) -> Iterator[tuple[bytes, bytes]]:
        paths = [self._incoming / str(number) for number in range(len(restore.metadata.chunks))]
        return unpack_rows(paths)


class SnapshotInvalid(ValueError):
    """The chunks of a snapshot are not what it says."""


def snapshot_row(metadata: Metadata, heights: Heights) -> pb.Snapshot:
    """A snapshot as CometBFT lists and offers it."""
    data = encode(metadata)
    return pb.Snapshot(
        height=heights.theirs(metadata.height),
        format=FORMAT,
        chunks=len(metadata.chunks),
        hash=hashlib.sha256(data).digest(),
        metadata=data,
    )


def pack_row(key: bytes, value: bytes) -> bytes:
    """A record in a snapshot."""
    return len(key).to_bytes(2, "big") + key + len(value).to_bytes(4, "big") + value


def cut(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Rows as chunks of exactly 4 MiB, the last one shorter."""
    buffer = bytearray()
    for row in rows:
        buffer += row
        while len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    if buffer:
        yield bytes(buffer)


def unpack_rows(paths: list[Path]) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of chunks, in order; raises SnapshotInvalid."""
    buffer, last = b"", b""
    for path in paths:
        buffer += path.read_bytes()
        at = 0
        while (row := _row_at(buffer, at)) is not None:
            key, value, at = row
            if key <= last:
                raise SnapshotInvalid("keys do not ascend")
            last = key
            yield key, value
        buffer = buffer[at:]
    if buffer:
        raise SnapshotInvalid("ends inside a record")


def _row_at(data: bytes, at: int) -> tuple[bytes, bytes, int] | None:
    """A record and where the next one begins; None when more must come."""
    middle = at + 2 + int.from_bytes(data[at : at + 2], "big")
    start = middle + 4
    end = start + int.from_bytes(data[middle:start], "big")
    if start > len(data) or end > len(data):
        return None
    return data[at + 2 : middle], data[start:end], end


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

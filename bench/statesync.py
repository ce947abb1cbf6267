"""State sync: snapshots taken and restored, MB a second, one core.

Taking reads every record, checks its hash, cuts chunks of 4 MiB and writes them durably. Restoring
checks each chunk, keeps it, makes the tree of all records and compares its root, then writes them
in one transaction and reads them again as a start does. The network between two nodes is not in it.
The peer is the least that both must do: the same chunks written durably, read and hashed.
"""

import asyncio
import hashlib
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
from _chain import genesis, keys
from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.kernel.genesis import Genesis
from ctn.node.abci.application import Application
from ctn.node.abci.chain import Chain
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.snapshots import FORMAT
from ctn.node.config import Config, EngineTable, SnapshotTable, StoreTable
from ctn.node.files import write_whole
from ctn.node.home import Home, Opened

MAKER = b"m" * 32
RECORDS = 60_000 if IS_QUICK else 1_000_000
RUNS = 2 if IS_QUICK else 5
MEGA = 10**6


class Times(NamedTuple):
    """Seconds of one run, and the bytes of the snapshot."""

    take: float
    restore: float
    least: float
    size: int


def new_chain(folder: Path, founded: Genesis) -> Chain:
    """A node of a network that takes a snapshot after each block."""
    home = Home(folder)
    store = StoreTable(map_gib=8, ballast_mib=0, min_free_mib=64)
    config = Config(
        engine=EngineTable(kind="abci"), store=store, snapshot=SnapshotTable(interval=1)
    )
    home.create(founded, None, config)
    return Chain(Opened(home))


async def take(source: Application) -> tuple[pb.Snapshot, float]:
    """A block, and how long its snapshot takes."""
    block = pb.RequestFinalizeBlock(height=source.chain.head.height + 1)
    block.time.seconds = source.chain.head.height + 10
    await source.finalize_block(block)
    start = time.perf_counter()
    await source.commit(pb.RequestCommit())
    await source.snapshots.written()
    return source.snapshots.listed()[-1], time.perf_counter() - start


async def restore(target: Application, snapshot: pb.Snapshot, chunks: list[bytes]) -> float:
    """How long the chunks take to become the state."""
    root = bytes.fromhex(msgspec.json.decode(snapshot.metadata)["root"])
    start = time.perf_counter()
    offer = pb.RequestOfferSnapshot(snapshot=snapshot, app_hash=root)
    assert (await target.offer_snapshot(offer)).result == pb.ResponseOfferSnapshot.ACCEPT
    for number, chunk in enumerate(chunks):
        request = pb.RequestApplySnapshotChunk(index=number, chunk=chunk, sender="peer")
        answer = await target.apply_snapshot_chunk(request)
        assert answer.result == pb.ResponseApplySnapshotChunk.ACCEPT
    assert target.chain.machine.root == root
    return time.perf_counter() - start


def least(folder: Path, chunks: list[bytes]) -> float:
    """How long it takes to write the same chunks durably, read and hash them."""
    start = time.perf_counter()
    for number, chunk in enumerate(chunks):
        write_whole(folder / str(number), chunk)
        hashlib.sha256((folder / str(number)).read_bytes()).digest()
    return time.perf_counter() - start


async def run(source: Application, target: Application, folder: Path) -> Times:
    """A snapshot taken from one node and restored in the other."""
    snapshot, took = await take(source)
    chunks = [
        source.snapshots.chunk(snapshot.height, FORMAT, number) for number in range(snapshot.chunks)
    ]
    restored = await restore(target, snapshot, chunks)
    return Times(took, restored, least(folder, chunks), sum(map(len, chunks)))


async def measure(folder: Path, founded: Genesis) -> list[Times]:
    """Several runs between two nodes."""
    source = new_chain(folder / "source", founded)
    (folder / "least").mkdir()
    times = []
    for number in range(RUNS):
        target = new_chain(folder / f"target{number}", founded)
        times.append(await run(Application(source), Application(target), folder / "least"))
        target.opened.close()
    source.opened.close()
    return times


def main() -> None:
    """Taking and restoring; the last line is that of restoring."""
    founded = msgspec.structs.replace(genesis(keys(RECORDS // 3), MAKER), maker=None)
    with tempfile.TemporaryDirectory(prefix="ctn-bench-") as folder:
        times = asyncio.run(measure(Path(folder), founded))
    size = times[0].size / MEGA
    print_row(f"snapshot of {RECORDS:,} records", size, "MB")
    rates = {name: [size / getattr(one, name) for one in times] for name in Times._fields[:3]}
    for name, found in rates.items():
        print_row(f"{name}, median", middle(found), "MB/s")
        print_row(f"{name}, worst", min(found), "MB/s")
    peer = Peer("the same chunks written durably, read and hashed", middle(rates["least"]))
    goal = "none; a state of 1 GB joins in minutes"
    for name in ("take", "restore"):
        print_figure(f"statesync-{name}", middle(rates[name]), "MB/s", goal=goal, peer=peer)


if __name__ == "__main__":
    main()

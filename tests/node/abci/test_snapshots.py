"""Snapshots: taken at a height, served in chunks, restored only when the root matches."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctn.kernel.codec import encode
from ctn.node.abci import snapshots
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.rollback import rollback
from ctn.node.abci.snapshots import Metadata, cut, pack_row, unpack_rows
from tests.node.abci.nodes import Network, network_home
from tests.node.chains import PEOPLE

Offer, Apply = pb.ResponseOfferSnapshot, pb.ResponseApplySnapshotChunk


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A node at height 5 with a snapshot of height 4 in small chunks."""
    monkeypatch.setattr(snapshots, "CHUNK_BYTES", 1000)
    found = Network(network_home(tmp_path / "source", interval=2))
    alice = found.sender(PEOPLE[0])
    for _ in range(5):
        found.comet.check(alice.pay(PEOPLE[1], 3))
        found.comet.step()
        found.write_snapshots()
    yield found
    found.close()


@pytest.fixture
def target(tmp_path: Path, source: Network) -> Iterator[Network]:
    """A new node of the same chain."""
    found = Network(network_home(tmp_path / "target", source.genesis))
    yield found
    found.close()


def listed(node: Network) -> list[pb.Snapshot]:
    return list(node.ask("list_snapshots", pb.RequestListSnapshots()).snapshots)


def chunk(node: Network, number: int, height: int = 4) -> bytes:
    request = pb.RequestLoadSnapshotChunk(height=height, format=1, chunk=number)
    found: bytes = node.ask("load_snapshot_chunk", request).chunk
    return found


def offer(node: Network, snapshot: pb.Snapshot, root: bytes) -> int:
    request = pb.RequestOfferSnapshot(snapshot=snapshot, app_hash=root)
    found: int = node.ask("offer_snapshot", request).result
    return found


def apply(node: Network, number: int, data: bytes, sender: str = "peer") -> Apply:
    request = pb.RequestApplySnapshotChunk(index=number, chunk=data, sender=sender)
    return node.ask("apply_snapshot_chunk", request)


def restore(target: Network, source: Network, snapshot: pb.Snapshot) -> None:
    assert offer(target, snapshot, source.comet.blocks[3].root) == Offer.ACCEPT
    for number in range(snapshot.chunks):
        assert apply(target, number, chunk(source, number)).result == Apply.ACCEPT


def test_lists_the_snapshots_that_it_keeps(source: Network) -> None:
    assert [row.height for row in listed(source)] == [2, 4]
    assert all(row.format == 1 and row.chunks > 1 for row in listed(source))


def test_keeps_two(source: Network) -> None:
    for _ in range(3):
        source.comet.step()
        source.write_snapshots()
    assert [row.height for row in listed(source)] == [6, 8]


def test_a_chunk_that_is_not_here_is_empty(source: Network) -> None:
    assert chunk(source, 10_000) == b""
    assert chunk(source, 0, height=3) == b""


def test_a_restored_node_has_height_root_and_goes_on(source: Network, target: Network) -> None:
    restore(target, source, listed(source)[-1])
    info = target.ask("info", pb.RequestInfo())
    assert (info.last_block_height, info.last_block_app_hash) == (4, source.comet.blocks[3].root)
    target.comet.blocks = source.comet.blocks[:]
    target.comet.sets = dict(source.comet.sets)
    target.comet.handshake()
    assert target.chain.machine.root == source.chain.machine.root
    target.crash()
    assert target.chain.machine.height == 5
    target.chain.store.check_places()


def test_a_snapshot_replaces_a_state_that_is_not_empty(source: Network, target: Network) -> None:
    target.comet.step()
    restore(target, source, listed(source)[-1])
    assert target.chain.machine.height == 4


def test_an_accepted_offer_empties_the_state_first(source: Network, target: Network) -> None:
    target.comet.step()
    assert offer(target, listed(source)[-1], source.comet.blocks[3].root) == Offer.ACCEPT
    assert target.ask("info", pb.RequestInfo()).last_block_height == 0
    assert target.chain.store.block(1) is None


def test_an_altered_chunk_is_fetched_again_from_another(source: Network, target: Network) -> None:
    snapshot = listed(source)[-1]
    assert offer(target, snapshot, source.comet.blocks[3].root) == Offer.ACCEPT
    data = bytearray(chunk(source, 0))
    data[7] ^= 1
    answer = apply(target, 0, bytes(data), "liar")
    assert answer.result == Apply.RETRY
    assert (list(answer.refetch_chunks), list(answer.reject_senders)) == ([0], ["liar"])
    for number in range(snapshot.chunks):
        assert apply(target, number, chunk(source, number)).result == Apply.ACCEPT
    assert target.chain.machine.height == 4


def test_refuses_another_format(source: Network, target: Network) -> None:
    snapshot = listed(source)[-1]
    snapshot.format = 2
    assert offer(target, snapshot, source.comet.blocks[3].root) == Offer.REJECT_FORMAT


def test_refuses_a_root_that_the_light_client_did_not_verify(
    source: Network, target: Network
) -> None:
    assert offer(target, listed(source)[-1], b"\1" * 32) == Offer.REJECT


@pytest.mark.parametrize("field", ["hash", "metadata", "height", "chunks"])
def test_refuses_an_offer_that_is_not_what_its_metadata_says(
    source: Network, target: Network, field: str
) -> None:
    snapshot = listed(source)[-1]
    value = getattr(snapshot, field)
    setattr(snapshot, field, value + (b"x" if isinstance(value, bytes) else 1))
    assert offer(target, snapshot, source.comet.blocks[3].root) == Offer.REJECT


def test_refuses_records_that_do_not_make_the_root(source: Network, target: Network) -> None:
    """The metadata and its chunks agree, and lie together about the records."""
    root = source.comet.blocks[3].root
    rows = [(b"chain\0clock", b'{"height":4,"time":5}')]
    data = b"".join([pack_row(key, value) for key, value in rows])
    digest = hashlib.sha256
    metadata = Metadata(target.chain.opened.chain, 1, 4, root.hex(), [digest(data).hexdigest()])
    text = encode(metadata)
    snapshot = pb.Snapshot(height=4, format=1, chunks=1, hash=digest(text).digest(), metadata=text)
    assert offer(target, snapshot, root) == Offer.ACCEPT
    answer = apply(target, 0, data, "liar")
    assert answer.result == Apply.REJECT_SNAPSHOT
    assert list(answer.reject_senders) == ["liar"]
    assert target.ask("info", pb.RequestInfo()).last_block_height == 0


def test_a_chunk_without_an_offer_aborts(target: Network) -> None:
    assert apply(target, 0, b"x").result == Apply.ABORT


def test_rows_survive_any_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(b"a\0%03d" % number, b"v" * number) for number in range(1, 60)]
    for size in (1, 7, 64, 1 << 20):
        monkeypatch.setattr(snapshots, "CHUNK_BYTES", size)
        paths = []
        for number, data in enumerate(cut([pack_row(key, value) for key, value in rows])):
            paths.append(tmp_path / f"{size}-{number}")
            paths[-1].write_bytes(data)
        assert list(unpack_rows(paths)) == rows


def test_half_of_a_removed_snapshot_is_not_listed(source: Network) -> None:
    folder = source.home.folder / "snapshots"
    (folder / "2" / snapshots.METADATA).unlink()
    source.crash()
    assert [row.height for row in listed(source)] == [4]


def test_a_snapshot_of_a_block_that_was_rolled_back_is_written_anew(source: Network) -> None:
    source.comet.step()
    source.write_snapshots()
    before = listed(source)[-1]
    source.opened.close()
    rollback(source.home)
    source.start()
    last = source.comet.blocks[-1]
    source.ask("finalize_block", last.request)
    source.ask("commit", pb.RequestCommit())
    source.write_snapshots()
    assert listed(source)[-1] == before
    assert chunk(source, 0, before.height)

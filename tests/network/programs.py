"""Applications that differ from ours, each a process of its own: `programs NAME[+NAME] HOME`."""

import sys
from pathlib import Path

from ctn import upgrades
from ctn.kernel.ledger import Consensus, Ledger
from ctn.node.abci import answers, proposals, snapshots
from ctn.node.abci.heights import Heights
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.process import run_app
from ctn.node.process import log
from tests.node.chains import address
from tests.node.test_upgrading import pay_alice

SMALL_BYTES = 256


def next_version() -> None:
    """A later version of the program, with a migration."""
    upgrades.APP_VERSION = 2  # type: ignore[misc]
    upgrades.MIGRATIONS[2] = pay_alice


def wrong_version() -> None:
    """The later version with a bug: its migration pays one unit more."""
    next_version()

    def pay_more(ledger: Ledger) -> None:
        pay_alice(ledger)
        ledger.move("cny", 1, source="issued:cny", target=address("alice"))

    upgrades.MIGRATIONS[2] = pay_more


def small_chunks() -> None:
    """Snapshots of many chunks."""
    snapshots.CHUNK_BYTES = SMALL_BYTES


def lying_chunks() -> None:
    """Serves each chunk of a snapshot with one bit changed."""
    serve = snapshots.Snapshots.chunk

    def lie(self: snapshots.Snapshots, height: int, kind: int, number: int) -> bytes:
        data = serve(self, height, kind, number)
        return bytes([data[0] ^ 1]) + data[1:] if data else data

    snapshots.Snapshots.chunk = lie  # type: ignore[method-assign]


def empty_blocks() -> None:
    """Proposes blocks without transactions, whatever waits."""
    proposals.prepare = lambda *_chain, **_room: []  # type: ignore[assignment]


def told_evidence() -> None:
    """Logs the evidence that reaches the application."""
    facts_of = answers.block_facts

    def tell(request: pb.RequestFinalizeBlock, heights: Heights) -> Consensus:
        facts = facts_of(request, heights)
        for fault in facts.evidence:
            log("evidence", **fault._asdict())
        return facts

    answers.block_facts = tell


PROGRAMS = {
    each.__name__: each
    for each in (
        next_version, wrong_version, small_chunks, lying_chunks, empty_blocks, told_evidence,
    )
}  # fmt: skip


if __name__ == "__main__":
    for name in sys.argv[1].split("+"):
        PROGRAMS[name]()
    sys.exit(run_app(Path(sys.argv[2])))

"""A node that follows an embedded chain: it runs every block again and believes none before.

One thread fetches, one runs and commits. A block that its rules do not make is refused: the node
stops, and both headers stay in `<home>/evidence` for whoever wants proof (engine.md 6, 18).
"""

import asyncio
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from ctn.crypto.digest import merkle_root
from ctn.kernel.block import Block, unpack_block
from ctn.kernel.codec import Json, encode
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.node.checking import BlockDiffers, run_block
from ctn.node.files import free_mebibytes, write_whole
from ctn.node.home import Home, Opened
from ctn.node.leader import Leader, LeaderAway
from ctn.node.maker import Made
from ctn.node.pool import Pool
from ctn.node.process import log, serve
from ctn.node.retention import keeping
from ctn.node.stops import BadConfig, Stop, WriteFailed, WrongBlock
from ctn.node.trial import Trial
from ctn.node.upgrading import require_version

PAUSE_SECONDS = 0.2
AWAY_SECONDS = 1.0
WAITING_BLOCKS = 32
RELAYS = 4
EVIDENCE = "evidence"

Told = Callable[[Tx | None, Refusal | None], None]


class Followed:
    """The chain of a follower."""

    def __init__(self, opened: Opened) -> None:
        if not opened.founding.maker:
            raise BadConfig("validators order this chain: its nodes run CometBFT, none follows")
        self.opened = opened
        self.machine = opened.machine
        self.store = opened.store
        self.pool = Pool(1, 1)  # nothing waits here: what comes in goes to the maker's node
        self.is_read_only = False
        head = opened.store.head()
        assert head is not None
        self.head = head
        require_version(self.store, head)

    def add(self, data: bytes) -> Made:
        """Run the next block and commit it; raises BlockDiffers, or a reason to stop."""
        free = free_mebibytes(self.opened.home.folder)
        if free < self.opened.config.store.min_free_mib:
            raise WriteFailed("the disk is nearly full: no block without room for the next")
        try:
            block = unpack_block(data)
        except ValueError as error:
            raise BlockDiffers(f"no block: {error}") from None
        maker = self.opened.founding.maker
        outcome = run_block(self.machine, block, previous=self.head.block, maker=maker)
        self._commit(outcome, block)
        return Made(block, outcome, [])

    def _commit(self, outcome: Outcome, block: Block) -> None:
        version = outcome.version or self.head.app_version
        kept = keeping(self.opened, outcome, undo=False, snapshot=None)
        self.head = self.store.commit(outcome, block, version, kept)
        self.machine.committed(outcome)
        self.opened.mark.write(outcome.height, bytes.fromhex(self.head.block))


class Follower:
    """Drives the chain by the blocks of another node; its door reads and relays."""

    kind = "embedded"

    def __init__(self, chain: Followed, leader: Leader) -> None:
        self.maker = chain
        self.listeners: list[Callable[[Made], None]] = []
        self.failure: BaseException | None = None
        self.on_failure: Callable[[BaseException], None] | None = None
        self.rejected: dict[str, int] = {}  # wrong blocks stop it, and are published
        self._leader = leader
        self._posted: deque[Callable[[], None]] = deque()
        self._arrived: queue.Queue[bytes] = queue.Queue(WAITING_BLOCKS)
        self._stopping = threading.Event()
        self._trial = Trial()
        self._relay = ThreadPoolExecutor(RELAYS, "relay")
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), name=name)
            for name, work in (("fetch", self._fetch), ("writer", self._write))
        ]

    # --- from any thread

    def start(self) -> None:
        """Begin to follow."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Commit the block in hand, and end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._relay.shutdown(wait=False, cancel_futures=True)

    def post(self, work: Callable[[], None]) -> None:
        """Run something on the writer's thread, between blocks."""
        self._posted.append(work)

    def submit(self, envelope: bytes, answer: Told) -> None:
        """Relay an envelope to the node that is followed; its refusal is the answer."""
        self._relay.submit(self._hand_on, envelope, answer)

    def simulate(self, envelope: bytes) -> dict[str, Any]:
        """What would become of a transaction; changes nothing; bounded in work and time."""
        return self._trial.run(self.maker.machine, envelope)

    # --- on threads of its own

    def _hand_on(self, envelope: bytes, answer: Told) -> None:
        try:
            tx = self.maker.machine.read(envelope)
            self._leader.submit(envelope)
        except Refusal as refusal:
            answer(None, refusal)
        else:
            answer(tx, None)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever ends a thread is told
            self._stopping.set()
            self.failure = self.failure or error
            if self.on_failure is not None:
                self.on_failure(error)

    def _fetch(self) -> None:
        """Ask for one block after the other, as far ahead of the writer as the queue is long."""
        height = self.maker.head.height + 1
        while not self._stopping.is_set():
            try:
                data = self._leader.raw(height)
                if data is None:
                    self._require_above(height)
            except LeaderAway as error:
                log("away", reason=str(error))
                self._stopping.wait(AWAY_SECONDS)
                continue
            if data is None:
                self._stopping.wait(PAUSE_SECONDS)
                continue
            self._hand_in(data)
            height += 1

    def _require_above(self, height: int) -> None:
        """Stop when the other node has later blocks and not this one: it will never come."""
        if self._leader.height() > height and self._leader.raw(height) is None:
            raise BadConfig(f"{self._leader.url} keeps no block {height} any more: ask an archive")

    def _hand_in(self, data: bytes) -> None:
        while not self._stopping.is_set():
            try:
                self._arrived.put(data, timeout=PAUSE_SECONDS)
            except queue.Full:
                continue
            return

    def _write(self) -> None:
        last_sync = 0.0
        while not self._stopping.is_set():
            while self._posted:
                self._posted.popleft()()
            try:
                data = self._arrived.get(timeout=0.002)
            except queue.Empty:
                continue
            self._add(data)
            if time.monotonic() - last_sync >= 1:
                last_sync = time.monotonic()
                self.maker.opened.mark.sync()

    def _add(self, data: bytes) -> None:
        try:
            made = self.maker.add(data)
        except BlockDiffers as error:
            raise self._refused(data, error) from None
        for listener in self.listeners:
            listener(made)
        require_version(self.maker.store, self.maker.head)

    # --- a wrong block

    def _refused(self, data: bytes, error: BlockDiffers) -> WrongBlock:
        """Keep both headers; the reason to stop, which names their file."""
        height = self.maker.head.height + 1
        found = {"height": height, "reason": error.reason, "theirs": _sealed(data)}
        found["ours"] = self._ours(data, error.outcome)
        before = self.maker.store.block_bytes(height - 1)
        found["before"] = {"ours": _sealed(before), "theirs": _sealed(self._asked(height - 1))}
        folder = self.maker.opened.home.folder / EVIDENCE
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"block-{height}.json"
        write_whole(file, encode(found))
        log("wrong block", **found)
        return WrongBlock(f"block {height}: {error.reason}; both headers are in {file}")

    def _ours(self, data: bytes, outcome: Outcome | None) -> Json:
        """The header that running the block makes, which nobody sealed."""
        if outcome is None:
            return None
        header = unpack_block(data).header
        receipts = merkle_root(outcome.receipts).hex()
        return asdict(replace(header, state=outcome.root.hex(), receipts=receipts))

    def _asked(self, height: int) -> bytes | None:
        try:
            return self._leader.raw(height)
        except LeaderAway:
            return None


def _sealed(data: bytes | None) -> Json:
    """Header and seal of a block's bytes, None where they are none."""
    try:
        block = unpack_block(data or b"")
    except ValueError:
        return None
    return {"header": asdict(block.header), "seal": block.seal.hex()}


def run_follower(folder: Path, url: str) -> int:
    """Follow the chain of a home until told to stop; the exit code."""
    sys.setswitchinterval(0.001)
    home = Home(folder)
    try:
        leader = Leader(url)
        opened = Opened(home)
        try:
            return asyncio.run(serve(home, Follower(Followed(opened), leader)))
        finally:
            opened.close()
    except Stop as stop:
        log("stopped", reason=str(stop), kind=type(stop).__name__)
        return stop.code

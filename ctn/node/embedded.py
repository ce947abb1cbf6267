"""The embedded engine: one writer thread, signature workers beside it, a block when there is work.

A block is made every 200 ms while transactions wait, at once when they fill it, every 60 s when
idle, and when a module has work due. Callers on other threads hand in work by `post`; each gets
its answer by the callback it gave (engine.md 11).
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ctn.kernel import refusal
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.node.maker import Made, Maker
from ctn.node.trial import Trial
from ctn.node.verifiers import CHUNK, Verified, Verifiers


class Submission(NamedTuple):
    """An envelope on its way in, and who wants to know what the check said."""

    envelope: bytes
    answer: Callable[[Tx | None, Refusal | None], None]


class Engine:
    """The writer thread of an embedded chain."""

    kind = "embedded"

    def __init__(
        self,
        maker: Maker,
        verifiers: Verifiers,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.maker = maker
        self.verifiers = verifiers
        self.listeners: list[Callable[[Made], None]] = []
        self.failure: BaseException | None = None
        self.on_failure: Callable[[BaseException], None] | None = None
        self.rejected: dict[str, int] = {}  # nobody else proposes blocks
        config = maker.opened.config.engine
        self._interval = config.block_interval_ms / 1000
        self._heartbeat = float(config.heartbeat_s)
        self._clock = clock or _wall_clock
        self._posted: deque[Callable[[], None]] = deque()
        self._arrived: deque[Submission] = deque()
        self._out: deque[list[Submission]] = deque()
        self._stopping = False
        self._last_block = time.monotonic()
        self._last_sync = 0.0
        self._trial = Trial()
        self._thread = threading.Thread(target=self._run, name="writer")

    # --- from any thread

    def start(self) -> None:
        """Begin to make blocks."""
        self._thread.start()

    def stop(self) -> None:
        """Stop taking in, commit the block in hand, and end."""
        self._stopping = True
        self._thread.join()

    def post(self, work: Callable[[], None]) -> None:
        """Run something on the writer's thread, between blocks."""
        self._posted.append(work)

    def submit(
        self, envelope: bytes, answer: Callable[[Tx | None, Refusal | None], None]
    ) -> None:
        """Hand in an envelope; `answer` is called on the writer's thread after the check.

        A node that stops takes nothing in: whoever waits sees the door close.
        """
        if not self._stopping:
            self._arrived.append(Submission(envelope, answer))

    # --- on the writer's thread

    def simulate(self, envelope: bytes) -> dict[str, Any]:
        """What would become of a transaction; changes nothing; bounded in work and time."""
        return self._trial.run(self.maker.machine, envelope)

    def _run(self) -> None:
        try:
            while not self._stopping:
                self.step()
            while self._out or self._arrived:
                self.step()
            if len(self.maker.pool):
                self._make()
        except BaseException as error:  # noqa: BLE001 - whatever ends the writer is told
            self.failure = error
            if self.on_failure is not None:
                self.on_failure(error)

    def step(self) -> None:
        """One round: send to the workers, admit what they answered, answer, make a block."""
        self._send()
        idle = not self._arrived and not self._posted
        pause = 0.002 if self._out and not len(self.maker.pool) else 0.0005
        for verified in self.verifiers.ready(pause if idle else 0):
            self._admit(self._out.popleft(), verified)
        while self._posted:
            self._posted.popleft()()
        if self._is_due():
            self._make()
        elif idle and not self._out:
            time.sleep(0.002)

    def _send(self) -> None:
        while self._arrived and self.verifiers.has_room:
            chunk = [self._arrived.popleft() for _ in range(min(CHUNK, len(self._arrived)))]
            self.verifiers.send([item.envelope for item in chunk])
            self._out.append(chunk)

    def _admit(self, chunk: list[Submission], verified: Verified) -> None:
        """Admit a chunk in order of arrival: check 9's answer comes after checks 1 to 8."""
        maker = self.maker
        for item, bad in zip(chunk, verified.bad, strict=True):
            tx: Tx | None = None
            try:
                tx = maker.machine.read(item.envelope)
                if bad is not None:
                    raise refusal.BadSignature(key=tx.signatures[bad].key.hex())
                if tx.id not in maker.pool:
                    maker.admit(tx)
                item.answer(tx, None)
            except Refusal as error:
                item.answer(tx, None if self._is_repeat(tx, error) else error)
            if maker.pool.is_full_block():
                self._make()

    def _is_repeat(self, tx: Tx | None, error: Refusal) -> bool:
        """Whether this very transaction is in a block: then its answer is its receipt."""
        if tx is None or isinstance(error, refusal.BadSignature):
            return False
        return self.maker.store.place(tx.id) is not None

    def _is_due(self) -> bool:
        since = time.monotonic() - self._last_block
        if len(self.maker.pool):
            return since >= self._interval or self.maker.pool.is_full_block()
        if since >= self._heartbeat:
            return True
        if since < self._interval:
            return False
        due = self.maker.machine.next_due()
        return due is not None and due <= self._clock()

    def _make(self) -> None:
        made = self.maker.make(self._clock())
        self._last_block = time.monotonic()
        for listener in self.listeners:
            listener(made)
        self.maker.require_version()
        if self._last_block - self._last_sync >= 1:
            self._last_sync = self._last_block
            self.maker.opened.mark.sync()
            self.maker.check_disk()


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000

"""Signature workers: processes beside the writer, because a thread would wait for its lock.

Beside a busy writer a thread waits 5 ms for the interpreter after each signature; a process does
not (engine.md 11). A worker gets a list of envelopes and answers, in the same order, None for good
signatures or the index of the first bad one.
"""

import atexit
import multiprocessing
import os
import signal
import threading
from collections import deque
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import NamedTuple

from ctn.crypto import schemes
from ctn.crypto.errors import CryptoError
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import sign_bytes, unpack
from ctn.node.stops import Halted

CHUNK = 256
# Enough to keep a worker at work while the writer makes a full block.
WAITING_CHUNKS = 64


class Verified(NamedTuple):
    """A chunk in order of arrival, with the bad signature's index of each envelope, or None."""

    number: int
    bad: list[int | None]


def first_bad(envelope: bytes) -> int | None:
    """The index of the first signature that does not verify; None when all do.

    An envelope that does not unpack has none: the writer's decoder says what is wrong with it.
    """
    try:
        body, signatures = unpack(envelope)
    except Refusal:
        return None
    message = sign_bytes(body)
    for index, (scheme, key, signature) in enumerate(signatures):
        try:
            schemes.verify(scheme, key, message, signature)
        except CryptoError:
            return index
    return None


def work(connection: Connection) -> None:
    """Answer chunks until the other side closes."""
    # A terminal and a supervisor signal every process; the writer still needs its last answers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        try:
            envelopes = connection.recv()
            connection.send([first_bad(envelope) for envelope in envelopes])
        except (EOFError, ConnectionError):
            return


def _feed(feed: "SimpleQueue[list[bytes] | None]", connection: Connection) -> None:
    """Pass chunks on to a worker; a worker that died is noticed where its answer is read."""
    while True:
        chunk = feed.get()
        if chunk is None:
            return
        try:
            connection.send(chunk)
        except OSError:
            return


class Verifiers:
    """Worker processes, and the chunks that wait for them in order of arrival."""

    def __init__(self, count: int | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        size = max(1, (os.cpu_count() or 2) - 1) if count is None else count
        self._connections: list[Connection] = []
        self._feeds: list[SimpleQueue[list[bytes] | None]] = []
        self._processes = []
        self._queues: list[deque[int]] = [deque() for _ in range(size)]
        self._done: dict[int, list[int | None]] = {}
        self._sent = 0
        self._given = 0
        for _ in range(size):
            mine, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._connections.append(mine)
            self._processes.append(process)
            feed: SimpleQueue[list[bytes] | None] = SimpleQueue()
            self._feeds.append(feed)
            # A pipe holds 64 KiB, so whoever fills it waits; that must not be the writer.
            threading.Thread(target=_feed, args=(feed, mine), daemon=True).start()
        # At the interpreter's end a child that ignores SIGTERM would be waited for.
        atexit.register(self.close)

    @property
    def has_room(self) -> bool:
        """Whether another chunk can be sent without waiting."""
        return any(len(queue) < WAITING_CHUNKS for queue in self._queues)

    @property
    def is_busy(self) -> bool:
        """Whether chunks are out."""
        return self._sent > self._given

    def send(self, envelopes: list[bytes]) -> int:
        """Give a chunk to the least busy worker; the number it will come back under."""
        place = min(range(len(self._queues)), key=lambda at: len(self._queues[at]))
        self._feeds[place].put(envelopes)
        number = self._sent
        self._queues[place].append(number)
        self._sent += 1
        return number

    def ready(self, timeout: float) -> list[Verified]:
        """Chunks that are done, in the order in which they were sent."""
        for connection in wait(self._connections, timeout):
            assert isinstance(connection, Connection)
            place = self._connections.index(connection)
            try:
                answer: list[int | None] = connection.recv()
            except (EOFError, OSError):
                raise Halted("a signature worker died") from None
            self._done[self._queues[place].popleft()] = answer
        found: list[Verified] = []
        while self._given in self._done:
            found.append(Verified(self._given, self._done.pop(self._given)))
            self._given += 1
        return found

    def close(self) -> None:
        """End the workers."""
        atexit.unregister(self.close)
        for feed in self._feeds:
            feed.put(None)
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join(timeout=2)
            if process.is_alive():
                process.kill()

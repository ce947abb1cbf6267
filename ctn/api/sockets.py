"""Open sockets of every door: how many, from whom, and how far a slow one may fall behind."""

import asyncio
from collections import deque
from typing import Final

from ctn.api.rates import bucket_of, is_loopback
from ctn.api.refusals import TooManySockets

PER_ADDRESS_MAX: Final = 50
SOCKETS_MAX: Final = 2_000
MESSAGE_BYTES: Final = 96 * 1024
PING_SECONDS: Final = 20
PONG_SECONDS: Final = 10
WAITING_MAX: Final = 256
WAITING_BYTES: Final = 1 << 20
TRY_AGAIN: Final = 1013


class Sockets:
    """The count of open sockets, of all and of each address (IPv6: of each /64)."""

    def __init__(self, *, spares_loopback: bool) -> None:
        self.spares_loopback = spares_loopback
        self.count = 0
        self._by_address: dict[str, int] = {}

    def enter(self, client: str) -> None:
        """One more; refuses by TooManySockets. Whoever entered must leave."""
        key = bucket_of(client)
        mine = self._by_address.get(key, 0)
        is_full = mine >= PER_ADDRESS_MAX and not self.is_spared(client)
        if self.count >= SOCKETS_MAX or is_full:
            raise TooManySockets()
        self.count += 1
        self._by_address[key] = mine + 1

    def is_spared(self, client: str) -> bool:
        """Whether the limits of an address do not bind this one."""
        return self.spares_loopback and is_loopback(client)

    def leave(self, client: str) -> None:
        """One less."""
        key = bucket_of(client)
        self.count -= 1
        self._by_address[key] -= 1
        if self._by_address[key] == 0:
            del self._by_address[key]


class Outbox:
    """What waits to be sent to one socket: 256 messages or 1 MiB, then it is over for it."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._moved = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether more came than may wait."""
        return self.over.is_set()

    def put(self, data: bytes) -> None:
        """Another message; what is too much ends the outbox, and frees what waited."""
        if self.is_over:
            return
        self._waiting.append(data)
        self._bytes += len(data)
        if len(self._waiting) > WAITING_MAX or self._bytes > WAITING_BYTES:
            self.over.set()
            self._waiting.clear()
        self._moved.set()

    async def take(self) -> bytes:
        """The next message, as soon as there is one; none once it is over."""
        while not self._waiting:
            self._moved.clear()
            await self._moved.wait()
        data = self._waiting.popleft()
        self._bytes -= len(data)
        return data

"""The platform's side of the engine's door: calls by number, answered in any order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from ctn.kernel import codec

Answer = dict[str, Any]


class EngineGone(ConnectionError):
    """The engine closed its door."""


class EngineRefused(Exception):
    """The engine refused a call: stable code, public sentence, facts."""

    def __init__(self, refusal: Answer) -> None:
        super().__init__(f"{refusal['code']}: {refusal['sentence']}")
        self.code: str = refusal["code"]
        self.sentence: str = refusal["sentence"]
        self.facts: Answer = refusal["facts"]


class DoorClient:
    """One connection to `<home>/run/node.sock`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._next = 0
        self._opening = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Connect; raises EngineGone when no engine listens."""
        await self._connect()

    async def _connect(self) -> asyncio.StreamWriter:
        # One at a time: two would leave a connection that nobody reads or closes.
        async with self._opening:
            if self._writer is None or self._writer.is_closing():
                await self._open()
            assert self._writer is not None
            return self._writer

    async def _open(self) -> None:
        await self._end_reading()
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(
                self.path, limit=8 << 20
            )
        except OSError as error:
            raise EngineGone(f"no engine at {self.path}: {error.strerror}") from None
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Disconnect."""
        if self._writer is not None:
            self._writer.close()
        await self._end_reading()

    async def _end_reading(self) -> None:
        """What waits on a connection ends with it; the next one starts with nothing waiting."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._fail_waiting()

    async def call(self, call: str, **fields: Any) -> Answer:
        """The answer of a call; raises EngineRefused or EngineGone."""
        writer = await self._connect()
        self._next += 1
        number = self._next
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await _send(writer, {"id": number, "call": call} | fields)
            answer = await future
        except ConnectionError:
            raise EngineGone("the engine closed its door") from None
        finally:
            self._waiting.pop(number, None)
        if "refusal" in answer:
            raise EngineRefused(answer["refusal"])
        ok: Answer = answer["ok"]
        return ok

    async def follow(self, height: int) -> AsyncIterator[Answer]:
        """Each block from a height on, as it is committed, on a connection of its own."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.path, limit=8 << 20)
        except OSError as error:
            raise EngineGone(f"no engine at {self.path}: {error.strerror}") from None
        try:
            await _send(writer, {"id": 0, "call": "follow", "height": height})
            while True:
                try:
                    frame = await _receive(reader)
                except (asyncio.IncompleteReadError, ConnectionError):
                    raise EngineGone("the engine closed its door") from None
                yield frame["block"]
        finally:
            writer.close()

    async def _read(self) -> None:
        assert self._reader is not None
        try:
            while True:
                answer = await _receive(self._reader)
                future = self._waiting.get(answer["id"])
                if future is not None and not future.done():
                    future.set_result(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            if self._writer is not None:
                self._writer.close()
            self._fail_waiting()

    def _fail_waiting(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(EngineGone("the engine closed its door"))


async def _receive(reader: asyncio.StreamReader) -> Answer:
    size = int.from_bytes(await reader.readexactly(4), "big")
    answer: Answer = msgspec.json.decode(await reader.readexactly(size))
    return answer


async def _send(writer: asyncio.StreamWriter, request: Answer) -> None:
    data = codec.encode(request)
    writer.write(len(data).to_bytes(4, "big") + data)
    await writer.drain()

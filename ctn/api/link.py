"""The platform's link to the engine, with a bound on every wait, and what answers stand on."""

import asyncio
import time
from typing import Any, NamedTuple

import msgspec
from fastapi import Request
from starlette.responses import Response

from ctn.api.refusals import Busy
from ctn.node.door_client import DoorClient

CALL_SECONDS = 35  # the engine itself holds a submission for at most 30
Answer = dict[str, Any]


class Head(NamedTuple):
    """The block that an answer stands on."""

    chain: str
    height: int
    time: int
    edition: str = "0"  # of the read model; answers of the engine itself have none

    @property
    def etag(self) -> str:
        """The weak ETag of whatever is read at this height (thallo.md 5.1)."""
        return f'W/"{self.chain.rpartition(":")[2]}-{self.edition}-{self.height}"'

    @property
    def fields(self) -> dict[str, int]:
        """Height, time and age as every answer names them."""
        age = max(0, time.time_ns() // 1_000_000 - self.time)
        return {"height": self.height, "time": self.time, "age_ms": age}


class NotModified(Exception):
    """The client already holds what stands at this height."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head


class Link:
    """One connection to the engine's door, shared by all requests."""

    def __init__(self, socket: str) -> None:
        self.path = socket
        self._door = DoorClient(socket)

    async def call(self, call: str, **fields: Any) -> Answer:
        """The engine's answer; EngineRefused, EngineGone, or Busy when it takes too long."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await self._door.call(call, **fields)
        except TimeoutError:
            raise Busy() from None

    async def head(self) -> Head:
        """The last block."""
        status = await self.call("status")
        return Head(status["chain"], status["height"], status["time"])

    async def close(self) -> None:
        """Disconnect."""
        await self._door.close()


def link_of(request: Request) -> Link:
    """The link that the application was made with."""
    link = request.app.state.link
    assert isinstance(link, Link)
    return link


async def fresh_head(request: Request) -> Head:
    """The last block, read before anything else; NotModified when the client is as far."""
    head = await link_of(request).head()
    held = request.headers.get("if-none-match", "")
    if head.etag in [tag.strip() for tag in held.split(",")]:
        raise NotModified(head)
    return head


def answer(value: msgspec.Struct, head: Head | None = None, status: int = 200) -> Response:
    """A struct as JSON; with the ETag of its height when it can be asked for again."""
    headers = {"Cache-Control": "no-cache" if head else "no-store"}
    if head is not None:
        headers["ETag"] = head.etag
    return Response(msgspec.json.encode(value), status, headers, "application/json")

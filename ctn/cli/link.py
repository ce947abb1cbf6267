"""The ledger as commands ask it: the engine's own door when it is here, else a platform by HTTP.

Both give the same answers, so no command knows which it asked.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from ctn.cli.terminal import DEFAULT_URL, Refused, Trouble, options
from ctn.kernel.codec import to_base64
from ctn.node.door_client import DoorClient, EngineGone

Answer = dict[str, Any]
PAGE = 1000
NOT_YET = 75


class Link(Protocol):
    """A ledger that answers; what it refuses raises Refused, EngineRefused or Refusal."""

    def status(self) -> Answer:
        """Chain, height, root and condition of the node."""

    def state(self, table: str, place: str, *, at: int | None = None) -> Answer:
        """`value` of a record, None when there is none, with its height; `at` asks an archive."""

    def rows(self, table: str, prefix: str) -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, in byte order."""

    def proofs(self, keys: list[tuple[str, str]]) -> Answer:
        """Up to 32 records of one height with their paths, header and seal."""

    def send(self, envelope: bytes) -> Answer:
        """The receipt of an envelope, once a block holds it."""

    def simulate(self, envelope: bytes) -> Answer:
        """The receipt that an envelope would get in the next block."""

    def changes(self, height: int) -> list[tuple[str, str, Any]]:
        """Table, id and new value of everything that a block changed."""

    def follow(self, height: int) -> Iterator[Answer]:
        """Header and receipts of each block from a height on, as it is made."""

    def close(self) -> None:
        """Let go."""


class DoorLink:
    """The engine of this home, by its socket."""

    def __init__(self, path: str) -> None:
        self._runner = asyncio.Runner()
        self._door = DoorClient(path)

    def status(self) -> Answer:
        """Chain, height, root and condition of the node."""
        return self._call("status")

    def state(self, table: str, place: str, *, at: int | None = None) -> Answer:
        """`value` of a record, None when there is none, with its height; `at` asks an archive."""
        past = {} if at is None else {"past": at}
        return self._call("state", table=table, place=place, **past)

    def rows(self, table: str, prefix: str) -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, page by page."""
        after: str | None = ""
        while after is not None:
            page = self._call("records", table=table, prefix=prefix, after=after, limit=PAGE)
            yield from page["items"]
            after = page["next"]

    def proofs(self, keys: list[tuple[str, str]]) -> Answer:
        """Up to 32 records of one height with their paths, header and seal."""
        return self._call("proofs", keys=keys)

    def send(self, envelope: bytes) -> Answer:
        """The receipt of an envelope, once a block holds it."""
        answer = self._call("submit", tx=to_base64(envelope), wait=True)
        if "refusal" in answer:
            found = answer["refusal"]
            raise Refused(found["code"], found["sentence"], found["facts"])
        if "receipt" not in answer:
            raise Trouble(f"pending {answer['id']}: in no block after 30 seconds", NOT_YET)
        receipt: Answer = answer["receipt"]
        return receipt

    def simulate(self, envelope: bytes) -> Answer:
        """The receipt that an envelope would get in the next block."""
        answer = self._call("simulate", tx=to_base64(envelope))
        if "busy" in answer:
            raise Trouble("the engine is busy with other trials; try again", NOT_YET)
        receipt: Answer = answer["receipt"]
        return receipt

    def changes(self, height: int) -> list[tuple[str, str, Any]]:
        """Table, id and new value of everything that a block changed."""
        return self._call("changes", height=height)["changes"] or []

    def follow(self, height: int) -> Iterator[Answer]:
        """Header and receipts of each block from a height on, as it is made."""
        blocks = self._door.follow(height)
        while True:
            yield self._runner.run(_next(blocks))

    def close(self) -> None:
        """Let go of the socket."""
        self._runner.run(self._door.close())
        self._runner.close()

    def _call(self, call: str, **fields: Any) -> Answer:
        return self._runner.run(self._door.call(call, **fields))


async def _next(blocks: AsyncIterator[Answer]) -> Answer:
    try:
        return await anext(blocks)
    except (OSError, StopAsyncIteration):
        raise EngineGone("the engine closed its door") from None


@contextlib.contextmanager
def linked() -> Iterator[Link]:
    """The ledger that the options name: by `--url`, else the engine of the home, else HTTP."""
    socket = options().home / "run" / "node.sock"
    url = options().url
    link: Link
    if url is None and socket.exists():
        link = DoorLink(str(socket))
    else:
        from ctn.cli.platform import PlatformLink

        link = PlatformLink(url or DEFAULT_URL)
    try:
        yield link
    finally:
        link.close()

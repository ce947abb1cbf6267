"""Where questions to the read model are asked: each on a thread of its own, of one height."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Request
from starlette.responses import Response

from ctn.api.link import Head, NotModified
from ctn.api.refusals import Behind, Busy, refused_read
from ctn.views.reader import Reader, View
from ctn.views.refusals import ViewRefusal

T = TypeVar("T")
Work = Callable[[View], T]
WAITING_MAX: Final = 256
WAIT_SECONDS: Final = 2.0
HOT: Final = "max-age=1"
COLD: Final = "no-cache"


class Desk:
    """As many threads as the read model has connections; 256 questions wait, at most 2 s each."""

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        seats = 1 if reader is None else reader.shelf.readers
        self._threads = ThreadPoolExecutor(seats, thread_name_prefix="read")
        self._free = asyncio.Semaphore(seats)
        self._waiting = 0

    async def ask(self, work: Work[T], etags: str = "") -> tuple[Head, T]:
        """What `work` finds in one state, and where that stands.

        `etags` is the If-None-Match of the request: NotModified when it names this state, before
        anything is read. Refuses by Behind, Busy and Deadline.
        """
        reader = self.reader
        if reader is None:
            raise Behind(height=0, goal=0)

        def read() -> tuple[Head, T]:
            with reader.view() as view:
                head = head_of(view)
                refuse_known(head, etags)
                return head, work(view)

        await self._enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, read)
        except ViewRefusal as refusal:
            raise refused_read(refusal) from None
        finally:
            self._free.release()

    async def _enter(self) -> None:
        if self._waiting >= WAITING_MAX:
            raise Busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Busy() from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)


def head_of(view: View) -> Head:
    """Where a view stands."""
    return Head(view.chain, view.height, view.time, view.edition)


def refuse_known(head: Head, etags: str) -> None:
    """NotModified when one of the ETags is that of this state."""
    if head.etag in [tag.strip() for tag in etags.split(",")]:
        raise NotModified(head)


def desk_of(request: Request) -> Desk:
    """The desk that the application was made with."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


async def asked(request: Request, work: Work[T]) -> tuple[Head, T]:
    """What a request's work finds, unless its client holds that state already."""
    return await desk_of(request).ask(work, request.headers.get("if-none-match", ""))


async def found(
    request: Request, work: Work[Mapping[str, Any]], cache: str = COLD
) -> Response:
    """The answer of one object with the height it was read at, under the ETag of that state."""
    head, value = await asked(request, work)
    body = msgspec.json.encode(head.fields | dict(value))
    return Response(body, 200, headers_of(head, cache), "application/json")


def headers_of(head: Head, cache: str) -> dict[str, str]:
    """The headers of an answer that can be asked for again."""
    return {"ETag": head.etag, "Cache-Control": cache}

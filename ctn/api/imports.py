"""A dry run of a registry file: what it holds and every defect, and nothing is stored.

A file is read in a process of its own, so that no other reader waits for it.
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Annotated, Any, Final

from fastapi import Query, Request
from starlette.responses import Response

from ctn.api.bodies import SEND_SECONDS, receive
from ctn.api.rates import bucket_of
from ctn.api.refusals import (
    Busy,
    DoorRefusal,
    Failed,
    FileHasErrors,
    FileTooLarge,
    ImportRunning,
    LayoutUnknown,
    MediaTypeRefused,
    NotUtf8,
    TooSlow,
)
from ctn.api.routes import Route
from ctn.client.registry.reader import read_bytes
from ctn.client.registry.report import report_json
from ctn.kernel.refusal import Refusal

FILE_BYTES: Final = 16 << 20
READ_SECONDS: Final = 60
WAITING_MAX: Final = 8
MEDIA_TYPES: Final = ("text/csv", "text/csv;charset=utf-8")
Layout = Annotated[
    str, Query(pattern="^[a-z0-9._-]{1,40}$", description="A layout, or `auto`: by the header")
]
FileName = Annotated[
    str, Query(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="The name in the report")
]
Answer = bytes | tuple[str, dict[str, Any]]
UNREADABLE: Final[dict[str, type[DoorRefusal]]] = {
    kind.__name__: kind for kind in (FileHasErrors, FileTooLarge, LayoutUnknown, NotUtf8)
}


def dry_run(content: bytes, name: str, layout: str) -> Answer:
    """The report of a file, or why it cannot be read."""
    try:
        return report_json([read_bytes(content, name=name, layout=layout)])
    except Refusal as refusal:
        return type(refusal).__name__, refusal.facts


class Imports:
    """Who has a file read now: one at a time for each address, and few in all."""

    def __init__(self) -> None:
        self._reading: dict[str, None] = {}
        self._pool: ProcessPoolExecutor | None = None

    def enter(self, client: str) -> str:
        """Begin; refuses by ImportRunning and Busy. The bucket given must leave."""
        bucket = bucket_of(client)
        if bucket in self._reading:
            raise ImportRunning()
        if len(self._reading) >= WAITING_MAX:
            raise Busy()
        self._reading[bucket] = None
        return bucket

    def leave(self, bucket: str) -> None:
        """The file of an address was read."""
        del self._reading[bucket]

    async def read(self, content: bytes, name: str, layout: str) -> bytes:
        """The report; raises the reader's refusal, or Busy when it takes too long."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"))
        try:
            future = self._pool.submit(dry_run, content, name, layout)
            async with asyncio.timeout(READ_SECONDS):
                found = await asyncio.wrap_future(future)
        except TimeoutError:
            self.close()
            raise Busy() from None
        except BrokenProcessPool:
            self.close()
            raise Failed() from None
        if isinstance(found, bytes):
            return found
        name, facts = found
        raise UNREADABLE[name](**facts)

    def close(self) -> None:
        """End the reading process, also in the middle of a file."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list(getattr(pool, "_processes", {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)


async def import_file(
    request: Request, layout: Layout = "auto", name: FileName = "upload.csv"
) -> Response:
    """The report of a dry run of a registry file, the body as text/csv of at most 16 MiB."""
    imports: Imports = request.app.state.imports
    if request.headers.get("content-encoding", "identity") != "identity":
        raise MediaTypeRefused(encoding=request.headers["content-encoding"][:64])
    media = request.headers.get("content-type", "")
    if media.replace(" ", "").lower() not in MEDIA_TYPES:
        raise MediaTypeRefused(type=media[:64])
    bucket = imports.enter(request.client.host if request.client else "")
    try:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                content = await receive(request, FILE_BYTES)
        except TimeoutError:
            raise TooSlow(seconds=SEND_SECONDS) from None
        report = await imports.read(content, name, layout)
    finally:
        imports.leave(bucket)
    return Response(report, 200, {"Cache-Control": "no-store"}, "application/json")


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "/registry/imports", import_file, None, media=("application/json",), takes="text/csv"
    ),
)

"""A dry run of registry files: what they hold, every defect, what to watch; nothing is stored.

Files are read in a process of their own, so that no other reader waits for them.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request
from starlette.responses import Response

from ctn.api.aside import Aside
from ctn.api.bodies import SEND_SECONDS, receive
from ctn.api.form_parts import NAME, Upload, boundary_of, uploads_of
from ctn.api.link import Link
from ctn.api.peers import client_of
from ctn.api.rates import bucket_of
from ctn.api.refusals import (
    Busy,
    DoorRefusal,
    FileHasErrors,
    FileTooLarge,
    ImportRunning,
    LayoutUnknown,
    MediaTypeRefused,
    NotUtf8,
    TooSlow,
)
from ctn.api.registry_work import Known, Wish, dry_run
from ctn.api.routes import Route

FILE_BYTES: Final = 16 << 20
WAITING_MAX: Final = 8
MEDIA_TYPES: Final = ("text/csv", "text/csv;charset=utf-8")
Layout = Annotated[
    str, Query(pattern="^[a-z0-9._-]{1,40}$", description="A layout, or `auto`: by the header")
]
FileName = Annotated[
    str, Query(pattern=f"^{NAME}$", description="The name in the report of one file")
]
Whole = Annotated[
    Literal["0", "1"], Query(description="1: each file shows all that its registry has")
]
BINARY: Final = {"type": "string", "format": "binary"}
TAKES: Final[Mapping[str, Any]] = {
    "text/csv": BINARY,
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "array", "items": BINARY, "maxItems": 8}},
        "required": ["file"],
    },
}
UNREADABLE: Final[dict[str, type[DoorRefusal]]] = {
    kind.__name__: kind for kind in (FileHasErrors, FileTooLarge, LayoutUnknown, NotUtf8)
}


def known_of(link: Link) -> Known:
    """What the home of a platform holds to compare files with (architecture.md, homes)."""
    return Known(str(Path(link.path).parents[1] / "imports"), link.path)


class Imports:
    """Who has a file read now: one at a time for each address, and few in all."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._reading: dict[str, None] = {}
        self._aside = Aside()

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

    async def read(self, uploads: list[Upload], wish: Wish) -> bytes:
        """The report; raises the reader's refusal, or Busy when it takes too long."""
        found = await self._aside.run(dry_run, uploads, wish, self._known)
        if isinstance(found, bytes):
            return found
        name, facts = found
        raise UNREADABLE[name](**facts)

    def close(self) -> None:
        """End the reading process, also in the middle of a file."""
        self._aside.close()


async def import_file(
    request: Request,
    layout: Layout = "auto",
    name: FileName = "upload.csv",
    snapshot: Whole = "0",
) -> Response:
    """The report of a dry run of registry files: one as text/csv, up to 8 as multipart/form-data.

    All together have at most 16 MiB. They are compared with each other, with the platform's
    mirror, and with what the ledger holds of their numbers.
    """
    imports: Imports = request.app.state.imports
    boundary = _boundary(request)
    bucket = imports.enter(client_of(request.scope))
    try:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                content = await receive(request, FILE_BYTES)
        except TimeoutError:
            raise TooSlow(seconds=SEND_SECONDS) from None
        one = [Upload(name, content)]
        uploads = one if boundary is None else uploads_of(content, boundary)
        report = await imports.read(uploads, Wish(layout, snapshot == "1"))
    finally:
        imports.leave(bucket)
    return Response(report, 200, {"Cache-Control": "no-store"}, "application/json")


def _boundary(request: Request) -> str | None:
    """What parts files of a body, None for one file; refuses any other body."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise MediaTypeRefused(encoding=request.headers["content-encoding"][:64])
    media = request.headers.get("content-type", "")
    boundary = boundary_of(media)
    if boundary is None and media.replace(" ", "").lower() not in MEDIA_TYPES:
        raise MediaTypeRefused(type=media[:64])
    return boundary


ROUTES: Final[tuple[Route, ...]] = (
    Route("/registry/imports", import_file, None, media=("application/json",), takes=TAKES),
)

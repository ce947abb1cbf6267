"""Exports: whole tables as CSV, JSON or XLSX, written while they are read (thallo.md 5.5)."""

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Final

from fastapi import Path, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from ctn.api.desk import COLD, desk_of, head_of, headers_of, refuse_known
from ctn.api.export_files import csv_pieces, json_pieces, xlsx_pieces
from ctn.api.export_tables import TABLES, ExportTable, count_of
from ctn.api.link import Head
from ctn.api.peers import client_of
from ctn.api.rates import bucket_of
from ctn.api.reads import number
from ctn.api.refusals import (
    BadFilter,
    Behind,
    Busy,
    ExportTooLarge,
    FormatNotInstalled,
    NotFound,
    refused_read,
)
from ctn.api.routes import Route
from ctn.views.reader import Reader
from ctn.views.refusals import ViewRefusal

ROWS_MAX: Final = 1_000_000
SHEET_ROWS_MAX: Final = 200_000
TOGETHER: Final = 2_000
SECONDS: Final = 120.0
STALLED_SECONDS: Final = 30.0  # for a reader that takes nothing of what is sent
PER_ADDRESS: Final = 2
AT_ONCE_MAX: Final = 8
FILTER_BYTES: Final = 128
NUMBERS: Final = ("start", "end")
MEDIA: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
File = Annotated[
    str,
    Path(
        pattern=r"^[a-z_]{1,24}\.(csv|json|xlsx|parquet)$",
        description=f"One of {', '.join(TABLES)}, with its format",
    ),
]


class Reading:
    """One export under way, on a thread of its own: its rows are of one height."""

    def __init__(self, reader: Reader, file: str, filters: dict[str, str]) -> None:
        name, _, self.format = file.partition(".")
        self.table: ExportTable = TABLES[name]
        self.filters = filters
        self.reader = reader
        self.file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._open = contextlib.ExitStack()
        self._pieces: Iterator[bytes] = iter(())

    async def begin(self, etags: str) -> Head:
        """Open a view and count; refuses by ExportTooLarge before anything is sent."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._begin, etags)

    def _begin(self, etags: str) -> Head:
        view = self._open.enter_context(self.reader.view(SECONDS))
        head = head_of(view)
        refuse_known(head, etags)
        statement = self.table.rows(view, self.filters)
        limit = SHEET_ROWS_MAX if self.format == "xlsx" else ROWS_MAX
        if count_of(view, statement, limit) > limit:
            raise ExportTooLarge(limit=limit)
        found = view.connection.execute(statement, execution_options={"yield_per": TOGETHER})
        rows = found.partitions(TOGETHER)
        source = {
            "chain": head.chain, "height": head.height, "time": head.time, "file": self.file,
            "query": "&".join([f"{name}={text}" for name, text in self.filters.items()]),
        }  # fmt: skip
        if self.format == "csv":
            self._pieces = csv_pieces(self.table.columns, rows)
        elif self.format == "json":
            self._pieces = json_pieces(self.table.columns, rows, source)
        else:
            self._pieces = xlsx_pieces(self.table.columns, rows, source)
        return head

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the file."""
        loop = asyncio.get_running_loop()
        while piece := await loop.run_in_executor(self._thread, next, self._pieces, b""):
            yield piece

    def end(self, then: Callable[[], None]) -> None:
        """Give the connection back after what the thread has in hand, `then` also tell so."""
        loop = asyncio.get_running_loop()

        def close() -> None:
            try:
                self._open.close()
            finally:
                with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                    loop.call_soon_threadsafe(then)

        self._thread.submit(close)
        self._thread.shutdown(wait=False)


class Exports:
    """Who has an export running: two of each address, and in all one connection is left free."""

    def __init__(self, reader: Reader | None) -> None:
        self.limit = 0 if reader is None else min(AT_ONCE_MAX, max(1, reader.shelf.readers - 1))
        self.running: dict[str, int] = {}

    def enter(self, client: str) -> str:
        """Begin one; refuses by Busy. The bucket given must leave."""
        bucket = bucket_of(client)
        mine = self.running.get(bucket, 0)
        if mine >= PER_ADDRESS or sum(self.running.values()) >= self.limit:
            raise Busy(per_address=PER_ADDRESS, limit=self.limit)
        self.running[bucket] = mine + 1
        return bucket

    def leave(self, bucket: str) -> None:
        """One of an address has given its connection back."""
        self.running[bucket] -= 1
        if self.running[bucket] == 0:
            del self.running[bucket]


class Sending(StreamingResponse):
    """A file on its way; who takes it too slowly has the rest cut off.

    A reader that stops reading would hold its connection of the read model for ever.
    """

    def __init__(self, reading: Reading, end: Callable[[], None], headers: dict[str, str]) -> None:
        super().__init__(reading.pieces(), headers=headers, media_type=MEDIA[reading.format])
        self.end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it within 120 seconds, each piece within 30; whatever happens, it ends."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            async with asyncio.timeout(SECONDS):
                await super().__call__(scope, receive, send_in_time)
        except (TimeoutError, ClientDisconnect):
            return  # without its last piece the answer is plainly not whole
        finally:
            self.end()


async def export(request: Request, file: File) -> Response:
    """A whole table with the filters of its pages, as one file; the header names the units."""
    exports: Exports = request.app.state.exports
    reader = desk_of(request).reader
    filters = _filters(request, file)
    if reader is None:
        raise Behind(height=0, goal=0)
    bucket = exports.enter(client_of(request.scope))
    reading = Reading(reader, file, filters)

    def end() -> None:
        reading.end(lambda: exports.leave(bucket))

    try:
        head = await reading.begin(request.headers.get("if-none-match", ""))
    except ViewRefusal as refusal:
        end()
        raise refused_read(refusal) from None
    except BaseException:
        end()
        raise
    headers = headers_of(head, COLD) | {"Content-Disposition": f'attachment; filename="{file}"'}
    return Sending(reading, end, headers)


def _filters(request: Request, file: str) -> dict[str, str]:
    """The filters of a request; refuses a table, format or filter that there is not."""
    name, _, kind = file.partition(".")
    if name not in TABLES:
        raise NotFound(export=name)
    if kind not in MEDIA:  # no extra of this version writes Parquet
        raise FormatNotInstalled(format=kind, instead=" ".join(MEDIA))
    if kind == "xlsx" and not importlib.util.find_spec("xlsxwriter"):
        raise FormatNotInstalled(format=kind, extra="documents")
    found: dict[str, str] = {}
    for key, text in request.query_params.multi_items():
        if key not in TABLES[name].filters or key in found:
            raise BadFilter(field=key[:FILTER_BYTES], rule=" ".join(TABLES[name].filters))
        if len(text.encode()) > FILTER_BYTES or not text.isprintable():
            raise BadFilter(field=key, rule=f"at most {FILTER_BYTES} bytes, all printable")
        if key in NUMBERS:
            number(text, key)
        found[key] = text
    return found


ROUTES: Final[tuple[Route, ...]] = (
    Route("/exports/{file}", export, None, media=tuple(MEDIA.values())),
)

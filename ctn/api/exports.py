"""Exports: whole tables as CSV, JSON or XLSX, written while they are read (thallo.md 5.5)."""

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Final

from fastapi import Path, Request
from starlette.responses import Response, StreamingResponse

from ctn.api.desk import COLD, desk_of, head_of, headers_of, refuse_known
from ctn.api.export_files import csv_pieces, json_pieces, xlsx_pieces
from ctn.api.export_tables import TABLES, ExportTable, count_of
from ctn.api.link import Head
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
AT_ONCE: Final = 2
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

    def end(self) -> None:
        """Give the connection back, after what the thread has in hand."""
        self._thread.submit(self._open.close)
        self._thread.shutdown(wait=False)


class Exports:
    """How many exports run."""

    def __init__(self) -> None:
        self.running = 0


async def export(request: Request, file: File) -> Response:
    """A whole table with the filters of its pages, as one file; the header names the units."""
    exports: Exports = request.app.state.exports
    reader = desk_of(request).reader
    filters = _filters(request, file)
    if reader is None:
        raise Behind(height=0, goal=0)
    if exports.running >= AT_ONCE:
        raise Busy()
    reading = Reading(reader, file, filters)
    exports.running += 1
    try:
        head = await reading.begin(request.headers.get("if-none-match", ""))
    except ViewRefusal as refusal:
        _end(reading, exports)
        raise refused_read(refusal) from None
    except BaseException:
        _end(reading, exports)
        raise
    headers = headers_of(head, COLD) | {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingResponse(
        _sent(reading, exports), headers=headers, media_type=MEDIA[reading.format]
    )


async def _sent(reading: Reading, exports: Exports) -> AsyncIterator[bytes]:
    try:
        async for piece in reading.pieces():
            yield piece
    finally:
        _end(reading, exports)


def _end(reading: Reading, exports: Exports) -> None:
    exports.running -= 1
    reading.end()


def _filters(request: Request, file: str) -> dict[str, str]:
    """The filters of a request; refuses a table, format or filter that there is not."""
    name, _, kind = file.partition(".")
    if name not in TABLES:
        raise NotFound(export=name)
    if kind not in MEDIA or (kind == "xlsx" and not importlib.util.find_spec("xlsxwriter")):
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

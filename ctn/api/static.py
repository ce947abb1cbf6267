"""The built pages: documents and hashed assets, as the web build left them in `static/`.

A page that is not built is said, with the command that builds it; nothing else depends on it.
GraphiQL and Swagger UI style themselves inline, so their documents have a policy of their own:
without Trusted Types, and with nothing on them that a signature could be asked of.
"""

import asyncio
import gzip
import re
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from starlette.responses import FileResponse, Response

from ctn.api.refusals import NotFound

FOLDERS: Final = ("/assets/", "/fonts/")
BUILT: Final = Path(__file__).parent / "static"
DOCUMENTS: Final = {
    "/graphiql": "developer/graphiql.html",
    "/developer/rest": "developer/rest.html",
}
# The addresses of the application; the page that an address means is found in the browser.
APPLICATION: Final = (
    "/", "/trade/{id}", "/projects", "/projects/{id}", "/batches/{id}", "/serials/{text:path}",
    "/certificates", "/verify", "/registry", "/retire", "/wallet", "/wallet/setup", "/developer",
    "/wallet/security", "/wallet/signing", "/stake", "/stake/{operator}", "/governance",
    "/governance/{number}", "/freezes",
    "/explorer", "/explorer/blocks/{height}", "/explorer/transactions/{id}",
    "/explorer/accounts/{address}", "/explorer/supply",
)  # fmt: skip
DEVELOPER_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# Told apart by our own table: what the system's table says differs between machines.
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
_TEXTS: Final = frozenset({".css", ".js", ".json", ".svg"})
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")  # one segment, never `..`
_NOT_BUILT: Final = "网页应用尚未构建：make web\nweb application not built: make web\n"

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def document(folder: Path, name: str, policy: str | None = None) -> Endpoint:
    """What serves one document of the bundle in a folder, under the common policy or its own."""
    headers = {"Cache-Control": "no-cache"}
    if policy is not None:
        headers["Content-Security-Policy"] = policy

    async def serve(_request: Request) -> Response:
        path = folder / name
        if not path.is_file():
            absent = {"Cache-Control": "no-store", "Retry-After": "10"}
            return Response(_NOT_BUILT, 503, absent, "text/plain; charset=utf-8")
        media_type = _MEDIA_TYPES[path.suffix]
        return FileResponse(path, headers=headers, media_type=media_type)

    return serve


def asset(folder: Path) -> Endpoint:
    """What serves the files of a folder of the bundle; their names hold a hash of their bytes."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        media_type = _MEDIA_TYPES.get(Path(name).suffix)
        path = folder / name
        if media_type is None or _NAME.match(name) is None or not path.is_file():
            raise NotFound()
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        if path.suffix not in _TEXTS:
            return FileResponse(path, headers=headers, media_type=media_type)
        headers["Vary"] = "Accept-Encoding"
        if not _takes_gzip(request.headers.get("accept-encoding", "")):
            return FileResponse(path, headers=headers, media_type=media_type)
        data = await asyncio.to_thread(_gzipped, path)
        return Response(data, 200, headers | {"Content-Encoding": "gzip"}, media_type)

    return serve


def _takes_gzip(accepted: str) -> bool:
    """Whether a request takes gzip: named, and not with a weight of nothing."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@cache
def _gzipped(path: Path) -> bytes:
    """A text of the bundle, compressed once: its name changes when its bytes do."""
    return gzip.compress(path.read_bytes(), mtime=0)


PAGES: Final[tuple[tuple[str, Endpoint], ...]] = (
    *((path, document(BUILT, "index.html")) for path in APPLICATION),
    *((path, document(BUILT, name, DEVELOPER_POLICY)) for path, name in DOCUMENTS.items()),
    ("/licenses.md", document(BUILT, "licenses.md")),
    *((path + "{name}", asset(BUILT / path.strip("/"))) for path in FOLDERS),
)

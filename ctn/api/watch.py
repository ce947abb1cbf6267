"""The watch list of the platform's mirror: what registry files say against each other and us.

Finding it reads the whole mirror, so it is found beside the server and kept until the mirror or
enough of the ledger has changed (registry.md 14).
"""

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Query, Request
from sqlalchemy import BigInteger, Column, Text
from starlette.responses import Response

from ctn.api.aside import WORK_SECONDS, Aside
from ctn.api.link import Head, answer
from ctn.api.paging import Listing, Paged, cursor_of, read_cursor
from ctn.api.refusals import Busy
from ctn.api.registry_work import Known, Listed, list_watched
from ctn.api.routes import Route
from ctn.client.registry.mirror import FILE
from ctn.client.registry.watched import Kind, Watched

KEPT_SECONDS: Final = 60
KEY_MAX: Final = 200  # a cursor has 1,024 characters
Wanted = Annotated[Kind | Literal[""], Query(description="Only entries of this kind")]
LISTING: Final = Listing(
    "registry_watch",
    (
        Column("kind", Text), Column("registry", Text), Column("key", Text),
        Column("first", Text), Column("first_row", BigInteger),
        Column("second", Text), Column("second_row", BigInteger),
    ),
)  # fmt: skip


class WatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the watch list, with how many entries there are of each kind.

    `files` is how many the mirror took: 0 where there is none. Of a kind at most 2,000 are listed.
    """

    height: int
    time: int
    age_ms: int
    items: list[Watched]
    next: str | None
    counts: dict[str, int]
    files: int


class Watch:
    """The list as it was last found."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._aside = Aside()
        self._one = asyncio.Lock()
        self._of: tuple[Any, ...] | None = None
        self._until = 0.0
        self._found = Listed([], {}, 0, 0, 0)

    async def now(self) -> Listed:
        """The list, at most a minute old; refuses by Busy, raises EngineGone."""
        try:
            async with asyncio.timeout(WORK_SECONDS):
                await self._one.acquire()
        except TimeoutError:
            raise Busy() from None
        try:
            of = self._stands()
            if of != self._of or time.monotonic() >= self._until:
                found = await self._aside.run(list_watched, self._known)
                self._found = found._replace(entries=sorted(found.entries, key=_place))
                self._of, self._until = of, time.monotonic() + KEPT_SECONDS
            return self._found
        finally:
            self._one.release()

    def _stands(self) -> tuple[Any, ...]:
        """What changes whenever the mirror does."""
        paths = [Path(self._known.folder) / name for name in (FILE, FILE + "-wal")]
        stats = [path.stat() for path in paths if path.exists()]
        return tuple([(each.st_ino, each.st_size, each.st_mtime_ns) for each in stats])

    def close(self) -> None:
        """End the process that finds the list."""
        self._aside.close()


async def watched(request: Request, page: Paged, kind: Wanted = "") -> Response:
    """What registry files say against each other and against what is locked for us, by kind."""
    watch: Watch = request.app.state.watch
    after = tuple(read_cursor(page.cursor, LISTING)) if page.cursor else ()
    listed = await watch.now()
    chosen = [each for each in listed.entries if kind in ("", each.kind) and _place(each) > after]
    items = chosen[: page.size]
    found = WatchPage(
        items=items,
        next=cursor_of(LISTING, _place(items[-1])) if len(chosen) > page.size else None,
        counts=listed.counts,
        files=listed.files,
        **Head("", listed.height, listed.time).fields,
    )
    return answer(found)


def _place(entry: Watched) -> tuple[Any, ...]:
    """Where an entry stands in the list: whatever else comes or goes, a cursor stays right."""
    places = [part for place in entry.rows[:2] for part in (place.sha256, place.row)]
    missing = ("", 0, "", 0)[len(places) :]
    return (entry.kind, entry.registry, entry.key[:KEY_MAX], *places, *missing)


ROUTES: Final[tuple[Route, ...]] = (Route("/registry/watch", watched, WatchPage),)

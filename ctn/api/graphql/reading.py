"""What the resolvers of one request share: one state of the tables, the link, what was read."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Select, select
from strawberry.types import Info

from ctn.api.link import Answer, Link
from ctn.api.login.refusals import LoginRequired
from ctn.api.refusals import Busy
from ctn.views import tables
from ctn.views.reader import REQUEST_SECONDS, View

Row = dict[str, Any]


class Asker(Protocol):
    """Who sent a request: a session, and what is private to its account."""

    async def session(self) -> Any:
        """Whose token it carries; refuses LoginRequired."""

    async def pending(self, session: Any) -> Any:
        """What waits for the signatures of the account."""


class Door(NamedTuple):
    """How a resolver on a worker's thread asks the engine, and who asks."""

    link: Link
    loop: asyncio.AbstractEventLoop
    asker: Asker | None = None


class Reading:
    """One request: every field of its answer is read here, at one height."""

    def __init__(self, view: View, door: Door) -> None:
        self.view = view
        self.door = door
        self._records: dict[tuple[str, str], Row | None] = {}
        self._rows: dict[tuple[str, Any], Row | None] = {}
        self._session: Any = None
        self._pending: Any = None

    def record(self, table: str, place: str) -> Row | None:
        """A record by its id, read once."""
        key = (table, place)
        if key not in self._records:
            found = tables.RECORDS[table].table
            self._records[key] = self.view.row(select(found).where(found.c.place == place))
        return self._records[key]

    def once(self, name: str, key: Any, statement: Select[Any]) -> Row | None:
        """The row of a statement, read once for its name and key."""
        if (name, key) not in self._rows:
            self._rows[(name, key)] = self.view.row(statement)
        return self._rows[(name, key)]

    def call(self, call: str, **fields: Any) -> Answer:
        """The engine's answer, within the time of a request."""
        found: Answer = self._wait(self.door.link.call(call, **fields))
        return found

    def session(self) -> Any:
        """The session of who asks; refuses LoginRequired."""
        if self.door.asker is None:
            raise LoginRequired()
        if self._session is None:
            self._session = self._wait(self.door.asker.session())
        return self._session

    def pending(self, session: Any) -> Any:
        """What waits for the signatures of the session's account, read once."""
        assert self.door.asker is not None
        if self._pending is None:
            self._pending = self._wait(self.door.asker.pending(session))
        return self._pending

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        asked = asyncio.run_coroutine_threadsafe(work, self.door.loop)
        try:
            return asked.result(REQUEST_SECONDS)
        except TimeoutError:
            asked.cancel()
            raise Busy() from None


def reading(info: Info) -> Reading:
    """The request that a resolver answers."""
    found = info.context
    assert isinstance(found, Reading)
    return found

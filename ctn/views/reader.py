"""Reading the tables: each request sees one state of one height, by one connection of a few."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Executable, Select, func, literal_column, select
from sqlalchemy.exc import DBAPIError, OperationalError

from ctn.views.build import head_of
from ctn.views.condition import Condition
from ctn.views.fold import Head
from ctn.views.refusals import Behind, Busy, Deadline, ViewsBroken
from ctn.views.shelf import CURRENT, Shelf

Value = dict[str, Any]
Limit = Callable[[Connection, float], None]
REQUEST_SECONDS: Final = 2.0
WAIT_SECONDS: Final = 2.0
COUNT_MAX: Final = 10_000


class View:
    """One state of the tables, read until it is closed or its time is up."""

    def __init__(
        self,
        connection: Connection,
        head: Head,
        edition: str,
        deadline: float,
        limit: Limit | None = None,
    ) -> None:
        self.connection = connection
        self.head = head
        self.edition = edition
        self.deadline = deadline
        self._limit = limit

    @property
    def height(self) -> int:
        """The height that every answer of this view stands on."""
        return self.head.height

    @property
    def time(self) -> int:
        """The time of that block in ms."""
        return self.head.time

    @property
    def chain(self) -> str:
        """The chain that transactions name."""
        return self.head.chain

    def check(self) -> None:
        """Refuse to go on past the deadline."""
        if time.monotonic() > self.deadline:
            raise Deadline()

    def tuples(self, statement: Executable, values: Value | None = None) -> Sequence[Any]:
        """All rows of a statement."""
        try:
            self._begin()
            return self.connection.execute(statement, values or {}).all()
        except OperationalError as error:
            raise _deadline_or(error) from None

    def rows(self, statement: Executable, values: Value | None = None) -> list[Value]:
        """All rows of a statement by the names of their columns."""
        try:
            self._begin()
            found = self.connection.execute(statement, values or {})
            names = list(map(str, found.keys()))  # plain text, for encoders
            return [dict(zip(names, row, strict=True)) for row in found]
        except OperationalError as error:
            raise _deadline_or(error) from None

    def _begin(self) -> None:
        """Refuse to go on past the deadline; a statement gets what is left until then."""
        self.check()
        if self._limit is not None:
            self._limit(self.connection, self.deadline - time.monotonic())

    def row(self, statement: Executable, values: Value | None = None) -> Value | None:
        """The first row of a statement, or None."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def count(self, statement: Select[Any]) -> tuple[int, bool]:
        """How many rows a statement has, and whether counting stopped at 10,000."""
        some: Select[Any] = statement.with_only_columns(
            literal_column("1"), maintain_column_froms=True
        ).order_by(None)
        inner = some.limit(COUNT_MAX + 1).subquery()
        found: int = self.tuples(select(func.count()).select_from(inner))[0][0]
        return min(found, COUNT_MAX), found > COUNT_MAX


class _Seats:
    """The connections of one edition; each knows when its request must end."""

    def __init__(self, shelf: Shelf, edition: str) -> None:
        self.shelf = shelf
        self.edition = edition
        self.is_over = False
        self.free: queue.LifoQueue[_Seat] = queue.LifoQueue()
        self.made = 0
        self.used = 0
        self.is_left = False
        self.lock = threading.Lock()

    def take(self) -> "_Seat":
        """A free connection, made when there are fewer than allowed; refuses Busy."""
        with self.lock:
            if self.is_left:
                raise ViewsBroken(f"edition {self.edition} is over")
            # Counted before it is there: an edition is dropped when this count falls to 0.
            self.used += 1
            is_new = self.free.empty() and self.made < self.shelf.readers
            self.made += is_new
        try:
            if is_new:
                return _Seat(self.shelf, self.edition)
            return self.free.get(timeout=WAIT_SECONDS)
        except BaseException as error:
            with self.lock:
                self.used -= 1
                self.made -= is_new
            if isinstance(error, queue.Empty):
                raise Busy() from None
            raise

    def give(self, seat: "_Seat") -> None:
        """Give a connection back."""
        with self.lock:
            self.used -= 1
            if not self.is_left:
                self.free.put(seat)
                return
        seat.connection.close()
        self._close_all()

    def leave(self, *, is_over: bool) -> None:
        """Take no more; an edition that is over is dropped with its last connection."""
        with self.lock:
            self.is_left, self.is_over = True, is_over
        self._close_all()

    def _close_all(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self.free.get_nowait().connection.close()
        with self.lock:
            is_last = self.is_left and self.used == 0
        if is_last and self.is_over:
            # What cannot go now goes when the writer next starts.
            with contextlib.suppress(DBAPIError):
                self.shelf.drop(self.edition)


class _Seat:
    """One connection and the time at which its statements end."""

    def __init__(self, shelf: Shelf, edition: str) -> None:
        self.ends = float("inf")
        self.connection = shelf.reading(edition, self.is_late)

    def is_late(self) -> bool:
        """Whether the request that holds it must end."""
        return time.monotonic() > self.ends


class Reader:
    """The current edition, read by any thread; each `view` is one state."""

    def __init__(self, shelf: Shelf, condition: Condition, keep_from: int = 0) -> None:
        self.shelf = shelf
        self.condition = condition
        self.keep_from = keep_from
        self._lock = threading.Lock()
        self._seats: _Seats | None = None

    @contextlib.contextmanager
    def view(self, seconds: float = REQUEST_SECONDS) -> Iterator[View]:
        """One state of the tables for a request; refuses Behind, Busy and, inside, Deadline."""
        self.condition.require_good()
        seats, seat = self._taken()
        try:
            seat.ends = time.monotonic() + seconds
            self.shelf.begin(seat.connection)
            self.shelf.limit(seat.connection, seconds)
            head = head_of(seat.connection)
            if head is None:
                raise Behind(height=0, goal=self.condition.goal)
            head = head._replace(keep_from=max(head.keep_from, self.keep_from))
            yield View(seat.connection, head, seats.edition, seat.ends, self.shelf.limit)
        finally:
            seat.ends = float("inf")
            with contextlib.suppress(DBAPIError):
                seat.connection.rollback()
            seats.give(seat)

    def leave(self, old: str, new: str) -> None:
        """Read another edition from now on; the old one is dropped when nobody reads it."""
        with self._lock:
            seats = self._seats
            if seats is not None and seats.edition == old:
                self._seats = _Seats(self.shelf, new)
            else:
                seats = None
        if seats is None:
            self.shelf.drop(old)
        else:
            seats.leave(is_over=True)

    def close(self) -> None:
        """Close every connection that is free, the others as they are given back."""
        with self._lock:
            seats, self._seats = self._seats, None
        if seats is not None:
            seats.leave(is_over=False)

    def _taken(self) -> tuple[_Seats, _Seat]:
        """A connection of the current edition; again when that changed in between."""
        while True:
            seats = self._current()
            try:
                return seats, seats.take()
            except ViewsBroken:
                if seats is self._seats:
                    raise

    def _current(self) -> _Seats:
        with self._lock:
            if self._seats is None:
                edition = self.condition.edition or self.shelf.named(CURRENT)
                if edition is None:
                    raise Behind(height=self.condition.height, goal=self.condition.goal)
                self._seats = _Seats(self.shelf, edition)
            return self._seats


def _deadline_or(error: OperationalError) -> Exception:
    """A statement that was ended for its time, or what else went wrong."""
    text = str(error.orig)
    return Deadline() if "interrupted" in text or "statement timeout" in text else error

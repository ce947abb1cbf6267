"""Where the tables are kept: numbered editions, of which one is current.

An edition in use is never renamed. A new one is built beside it under the next number; that it is
current is said by one small file, replaced whole. So a kill at any moment leaves one good edition.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError

from ctn.node.config import read_config
from ctn.node.files import Lock, sync_folder, write_whole
from ctn.node.stops import HomeInUse
from ctn.views.refusals import ViewsBroken, ViewsInUse
from ctn.views.tables import create_indexes, create_tables

CHECK: Final = "check"
CURRENT: Final = "current"
NEXT: Final = "next"
SQLITE_READERS: Final = 4
BUSY_MS: Final = 10_000
STEPS: Final = 2_000
WRITER_MIB: Final = 64
READER_MIB: Final = 16
Stopped = Callable[[], bool]


class Shelf(Protocol):
    """The editions of a home; an edition is named by its number, or `check`."""

    readers: int

    def named(self, which: str) -> str | None:
        """The edition that is `current`, or that stands ready as `next`."""

    def name(self, which: str, edition: str | None) -> None:
        """Say durably which edition is `current` or `next`; None: no one."""

    def editions(self) -> list[str]:
        """All that are there, whole or not."""

    def make(self, edition: str) -> Connection:
        """A new edition with empty tables, written fast and not yet durably."""

    def finish(self, edition: str, connection: Connection) -> None:
        """Close an edition that was made; it is durable then."""

    def writing(self, edition: str) -> Connection:
        """An edition to go on with: each commit is durable."""

    def reading(self, edition: str, stopped: Stopped) -> Connection:
        """An edition to read; a statement ends when `stopped` says so."""

    def drop(self, edition: str) -> None:
        """Forget an edition."""

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that reads one state of an edition."""

    def limit(self, connection: Connection, seconds: float) -> None:
        """Give the next statement of a request so long; an edition may look by itself instead."""

    def lock(self, what: str) -> Lock:
        """The right to write, or to build; raises ViewsInUse."""


class FileShelf:
    """Editions as SQLite files `<home>/views/views.<n>.sqlite`."""

    readers = SQLITE_READERS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, edition: str) -> Path:
        """The file of an edition."""
        return self.folder / f"views.{edition}.sqlite"

    def named(self, which: str) -> str | None:
        """The edition that a small file names."""
        try:
            return (self.folder / f"views.{which}").read_text("ascii").strip() or None
        except FileNotFoundError:
            return None

    def name(self, which: str, edition: str | None) -> None:
        """Replace the small file whole, or remove it."""
        path = self.folder / f"views.{which}"
        if edition is not None:
            write_whole(path, f"{edition}\n".encode())
            return
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        sync_folder(self.folder)

    def editions(self) -> list[str]:
        """The numbers of the files that are there."""
        return sorted([path.name.split(".")[1] for path in self.folder.glob("views.*.sqlite")])

    def make(self, edition: str) -> Connection:
        """A new file; nothing is synced before it is finished."""
        self.drop(edition)
        pragmas = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF")
        connection = self._open(edition, *_cache(WRITER_MIB), *pragmas, mode="rwc")
        create_tables(connection)
        connection.commit()
        return connection

    def finish(self, edition: str, connection: Connection) -> None:
        """Turn to WAL with full sync, and sync file and folder."""
        create_indexes(connection)
        connection.commit()
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.close()
        with self.path(edition).open("rb+") as file:
            os.fsync(file.fileno())
        sync_folder(self.folder)

    def writing(self, edition: str) -> Connection:
        """The file in WAL mode, each commit synced (`reliability.md` 9)."""
        pragmas = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")
        return self._open(edition, *_cache(WRITER_MIB), *pragmas)

    def reading(self, edition: str, stopped: Stopped) -> Connection:
        """The file, for reading alone."""
        connection = self._open(edition, *_cache(READER_MIB), "PRAGMA query_only=ON")
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(stopped, STEPS)
        return connection

    def drop(self, edition: str) -> None:
        """Remove the file and what SQLite keeps beside it."""
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(FileNotFoundError):
                self.path(edition).with_name(self.path(edition).name + ending).unlink()

    def begin(self, connection: Connection) -> None:
        """Begin, so that the first read fixes what is seen."""
        connection.exec_driver_sql("BEGIN")

    def limit(self, connection: Connection, seconds: float) -> None:
        """The progress handler of `reading` looks at the clock; nothing is to be told."""

    def lock(self, what: str) -> Lock:
        """The exclusive lock on a file of the folder."""
        return locked(self.folder, what)

    def _open(self, edition: str, *pragmas: str, mode: str = "rw") -> Connection:
        path = self.path(edition)
        # Without a mode SQLite would make an empty file in place of one that is gone.
        uri = f"{path.absolute().as_uri()}?mode={mode}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(
                uri, isolation_level=None, check_same_thread=False, uri=True
            )

        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
        try:
            connection = engine.connect()
        except OperationalError:
            raise ViewsBroken(f"{path.name} cannot be opened: ctn views rebuild") from None
        settings = (f"PRAGMA busy_timeout={BUSY_MS}", "PRAGMA temp_store=MEMORY")
        for pragma in (*settings, *pragmas):
            connection.exec_driver_sql(pragma)
        return connection


def _cache(mebibytes: int) -> tuple[str]:
    return (f"PRAGMA cache_size=-{mebibytes << 10}",)


def shelf_of(home: Path) -> Shelf:
    """The shelf of a home: its folder, or the PostgreSQL database that `views.url` names."""
    folder = home / "views"
    url = read_config(home / "config" / "node.toml").views.url
    if not url:
        return FileShelf(folder)
    from ctn.views.schemas import SchemaShelf

    return SchemaShelf(folder, url)


def locked(folder: Path, what: str) -> Lock:
    """The exclusive lock on a file of a folder; raises ViewsInUse."""
    try:
        return Lock(folder / f"{what}.lock")
    except HomeInUse:
        raise ViewsInUse(f"another process does that: {what} views of {folder.parent}") from None


def number_after(shelf: Shelf) -> str:
    """The number of the next edition."""
    taken = [int(edition) for edition in shelf.editions() if edition.isdigit()]
    return str(max(taken, default=0) + 1)

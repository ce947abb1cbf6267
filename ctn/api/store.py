"""What the platform keeps beside the ledger: sessions and the signing room (thallo.md 2.2).

One file `platform.sqlite` of the home, or the PostgreSQL database that `platform.url` names. It
never holds a key, a seed or a password. The numbered files of `migrations/` make its tables, in
order, each in one transaction.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from ctn.node.stops import Stop
from ctn.views.schemas import driver_url

MIGRATIONS: Final = Path(__file__).parent / "migrations"
MEMORY: Final = "sqlite://"
_DONE: Final = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)"
T = TypeVar("T")


class PlatformStore:
    """One connection, on a thread of its own; each piece of work is one durable transaction."""

    def __init__(self, url: str = MEMORY) -> None:
        """`url` as SQLAlchemy names a database; by default nothing outlives the process."""
        self._engine = _engine(url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="platform")
        self._migrate()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds; all of what it writes is kept, or nothing when it raises."""

        def turn() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, turn)

    def close(self) -> None:
        """End the thread and the connection."""
        self._thread.shutdown(wait=True)
        self._engine.dispose()

    def _migrate(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(_DONE))
            done = set(connection.scalars(text("SELECT number FROM migration")))
        for path in sorted(MIGRATIONS.glob("*.sql")):
            number = int(path.stem)
            if number in done:
                continue
            with self._engine.begin() as connection:
                for statement in path.read_text("ascii").split(";\n"):
                    if statement.strip():
                        connection.execute(text(statement))
                add = text("INSERT INTO migration VALUES (:number)")
                connection.execute(add, {"number": number})


class PlatformStoreBroken(Stop):
    """What the platform keeps cannot be opened."""

    code = 4


def platform_store(home: Path, url: str) -> PlatformStore:
    """The store of a home: its own file, or the PostgreSQL database of `url`.

    Raises PlatformStoreBroken, which names the file or the key of the configuration.
    """
    path = home / "platform.sqlite"
    try:
        if url:
            return PlatformStore(driver_url(url))
        path.touch(mode=0o600)
        return PlatformStore(f"sqlite:///{path.absolute()}")
    except ModuleNotFoundError:
        raise PlatformStoreBroken("platform.url needs the extra: ctn[postgres]") from None
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise PlatformStoreBroken(f"{'platform.url' if url else path}: {cause}") from None


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        # A connection that the server has ended is noticed before it is used.
        return create_engine(url, pool_size=1, max_overflow=1, pool_pre_ping=True)
    ours = {"isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, poolclass=StaticPool, connect_args=ours)
    event.listen(engine, "connect", _connected)
    # The driver alone begins late and never for the making of tables.
    event.listen(engine, "begin", _begun)
    return engine


def _connected(raw: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        raw.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

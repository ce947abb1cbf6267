"""Editions as schemas `views_<n>` of a PostgreSQL database; which is current is a row."""

import math
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from ctn.node.files import Lock
from ctn.views.refusals import ViewsBroken
from ctn.views.shelf import Stopped, locked
from ctn.views.tables import create_indexes, create_tables

POSTGRESQL_READERS: Final = 16
DROP_MS: Final = 5_000
_NAMES: Final = "CREATE TABLE IF NOT EXISTS views_named (which TEXT PRIMARY KEY, edition TEXT)"


class SchemaShelf:
    """Editions in one database, which belongs to one home."""

    readers = POSTGRESQL_READERS

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.engine: Engine = create_engine(driver_url(url), poolclass=NullPool)
        except ModuleNotFoundError:
            raise ViewsBroken("PostgreSQL needs the extra: pip install ctn[postgres]") from None
        with self.engine.begin() as connection:
            connection.execute(text(_NAMES))

    def named(self, which: str) -> str | None:
        """The edition that a row names."""
        with self.engine.connect() as connection:
            wanted = text("SELECT edition FROM views_named WHERE which = :which")
            found: str | None = connection.execute(wanted, {"which": which}).scalar()
        return found

    def name(self, which: str, edition: str | None) -> None:
        """Write the row, or drop it."""
        with self.engine.begin() as connection:
            gone = text("DELETE FROM views_named WHERE which = :which")
            connection.execute(gone, {"which": which})
            if edition is not None:
                put = text("INSERT INTO views_named VALUES (:which, :edition)")
                connection.execute(put, {"which": which, "edition": edition})

    def editions(self) -> list[str]:
        """The numbers of the schemas that are there."""
        wanted = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views\\_%' ORDER BY 1"
        with self.engine.connect() as connection:
            return [row[0].removeprefix("views_") for row in connection.execute(text(wanted))]

    def make(self, edition: str) -> Connection:
        """A new schema; commits do not wait for the disk before it is finished."""
        self.drop(edition)
        with self.engine.begin() as connection:
            connection.execute(text(f'CREATE SCHEMA "views_{edition}"'))
        made = self._open(edition, "SET synchronous_commit = off")
        create_tables(made)
        made.commit()
        return made

    def finish(self, edition: str, connection: Connection) -> None:
        """One durable commit makes those before it durable."""
        create_indexes(connection)
        connection.exec_driver_sql("SET synchronous_commit = on")
        connection.exec_driver_sql("UPDATE meta SET version = version")
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        connection.close()

    def writing(self, edition: str) -> Connection:
        """The schema, each commit durable."""
        return self._open(edition)

    def reading(self, edition: str, stopped: Stopped) -> Connection:
        """The schema, for reading alone; `limit` says when the server ends a statement."""
        return self._open(
            edition,
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        )

    def drop(self, edition: str) -> None:
        """Drop the schema; a reader elsewhere that never ends holds it up for 5 s at most."""
        with self.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = {DROP_MS}"))
            connection.execute(text(f'DROP SCHEMA IF EXISTS "views_{edition}" CASCADE'))

    def begin(self, connection: Connection) -> None:
        """The driver begins by itself; the first read fixes what is seen."""

    def limit(self, connection: Connection, seconds: float) -> None:
        """Until its transaction ends, a statement ends after so long; 0 would mean never."""
        left = max(1, math.ceil(seconds * 1_000))
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {left}")

    def lock(self, what: str) -> Lock:
        """The exclusive lock on a file of the home, which one machine has."""
        return locked(self.folder, what)

    def _open(self, edition: str, *settings: str) -> Connection:
        connection = self.engine.connect()
        for setting in (f'SET search_path TO "views_{edition}"', *settings):
            connection.exec_driver_sql(setting)
        connection.commit()
        return connection


def driver_url(url: str) -> str:
    """A PostgreSQL address for the driver that is ours, whichever one it names."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}+psycopg://{rest}"

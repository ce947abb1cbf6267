"""Both databases for tests: SQLite always, PostgreSQL when the machine has one.

`$CTN_POSTGRES` names a database to use; else the programs of an installed server start one in a
temporary folder, without a port.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import pytest

from ctn.views.schemas import SchemaShelf
from ctn.views.shelf import FileShelf, Shelf

REMEDY = "install postgresql (apt-get install postgresql), or name a database in CTN_POSTGRES"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
READY_SECONDS = 20


def _programs() -> Path | None:
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)
    at = found[0] if found else shutil.which("initdb")
    return Path(at).resolve().parent if at else None


def _server_user() -> str | None:
    """The server refuses to run as root, so root starts it as somebody else."""
    if os.geteuid() != 0:
        return None
    names = [entry.pw_name for entry in pwd.getpwall()]
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a database that tests may fill; skips with a remedy when there is none."""
    given = os.environ.get("CTN_POSTGRES")
    if given:
        yield given
        return
    programs = _programs()
    if programs is None:
        print(f"skipped: no PostgreSQL: {REMEDY}")
        pytest.skip(f"no PostgreSQL: {REMEDY}")
    folder = Path(tempfile.mkdtemp(prefix="ctn-pg-"))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    try:
        made = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "ctn",
                "--no-sync", "-E", "UTF8", "--locale=C"]  # fmt: skip
        subprocess.run(made, check=True, capture_output=True, user=user, cwd=folder)
        line = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-c",
                "listen_addresses=", "-c", "fsync=off"]  # fmt: skip
        server = subprocess.Popen(line, user=user, cwd=folder, stderr=subprocess.DEVNULL)
        try:
            url = f"postgresql://ctn@/postgres?host={folder}"
            _wait_for(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is connected
            server.wait(READY_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    import psycopg

    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def empty_shelf(folder: Path, url: str | None) -> Shelf:
    """A shelf without editions: files of a folder, or schemas of a database."""
    if url is None:
        return FileShelf(folder)
    shelf = SchemaShelf(folder, url)
    for edition in shelf.editions():
        shelf.drop(edition)
    for which in ("current", "next"):
        shelf.name(which, None)
    return shelf

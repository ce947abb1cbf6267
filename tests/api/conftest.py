"""One running chain for all tests of a module, and the platform over it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from ctn.api.store import PlatformStore, platform_store
from ctn.views.schemas import driver_url
from tests.api.chains import Asked, Chain, running
from tests.views.databases import BOTH, POSTGRESQL, postgresql

TABLES = ("migration", "session", "pending", "pending_signature")


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    """A running chain; its folder is short, since a socket's path has at most 100 bytes."""
    with TemporaryDirectory(prefix="ctn-") as folder, running(Path(folder) / "home") as found:
        yield found


@pytest.fixture(scope="module")
def api(chain: Chain) -> Iterator[Asked]:
    """The platform over the chain."""
    asked = Asked(chain)
    yield asked
    asked.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server, or the test is skipped."""
    with postgresql() as url:
        yield url


@pytest.fixture(params=BOTH)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PlatformStore]:
    """Opens one store of each database, empty at first."""
    url = ""
    if request.param == POSTGRESQL:
        url = request.getfixturevalue("server")
        with create_engine(driver_url(url)).begin() as connection:
            for table in TABLES:
                connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    return lambda: platform_store(tmp_path, url)

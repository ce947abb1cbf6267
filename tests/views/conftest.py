"""One recorded life and one database server for all tests of the read model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctn.views.build import build
from ctn.views.shelf import CURRENT, Shelf
from tests.views.databases import BOTH, POSTGRESQL, empty_shelf, postgresql
from tests.views.lives import LifeFeed, Recorded, feed_of

BLOCKS = 400


@pytest.fixture(scope="session")
def life() -> Recorded:
    """A life that meets nearly everything that can be told."""
    return Recorded(5).live(BLOCKS)


@pytest.fixture
def feed(life: Recorded) -> LifeFeed:
    """The feed of that life, up to its end."""
    return feed_of(life)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server, or the test is skipped."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="module", params=BOTH)
def served(
    request: pytest.FixtureRequest, life: Recorded, tmp_path_factory: pytest.TempPathFactory
) -> Shelf:
    """A shelf of each database whose current edition holds the whole life, for a test file."""
    url = request.getfixturevalue("server") if request.param == POSTGRESQL else None
    shelf = empty_shelf(tmp_path_factory.mktemp("served"), url)
    build(shelf, "1", feed_of(life), until=None, told=lambda _done, _of: None)
    shelf.name(CURRENT, "1")
    return shelf


@pytest.fixture(params=BOTH)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """An empty shelf of each database."""
    url = request.getfixturevalue("server") if request.param == POSTGRESQL else None
    return empty_shelf(tmp_path / "views", url)

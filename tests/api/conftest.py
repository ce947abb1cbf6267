"""One running chain for all tests of a module, and the platform over it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.api.chains import Asked, Chain, running


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

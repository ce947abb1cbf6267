"""One demo world for all tests that only read it."""

import pytest

from tests.demo.worlds import HEIGHT, Told, make


@pytest.fixture(scope="session", name="told")
def _told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A world of 60 blocks."""
    return make(tmp_path_factory.mktemp("demo") / "home", HEIGHT)

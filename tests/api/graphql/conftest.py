"""One running chain with a market for the tests of a module, and the platform over it."""

from collections.abc import Iterator

import pytest

from tests.api.graphql.worlds import Platform, platform


@pytest.fixture(scope="module")
def market() -> Iterator[Platform]:
    """A platform over a chain with an instrument, a batch and three people."""
    with platform() as found:
        yield found

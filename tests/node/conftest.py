"""Engines that a failed test leaves behind are ended."""

from collections.abc import Iterator

import pytest

from tests.node.processes import kill_rest


@pytest.fixture(autouse=True)
def _no_engine_is_left() -> Iterator[None]:
    yield
    kill_rest()

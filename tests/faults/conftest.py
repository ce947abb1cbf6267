"""What fault tests share: figures that are seen, and engines that a failed test leaves behind."""

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.network.conftest import _begin  # noqa: F401  the fixture `begin`
from tests.node.processes import kill_rest


@pytest.fixture(autouse=True)
def _no_engine_is_left() -> Iterator[None]:
    yield
    kill_rest()


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line that is seen also when a test passes, and from a parallel worker."""

    def line(text: str) -> None:
        with capfd.disabled():
            print(f"\n{text}", file=sys.stderr, flush=True)

    return line

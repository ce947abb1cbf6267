"""One live dev chain for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.homes import Cli, Running


@pytest.fixture(scope="module", name="live")
def _live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A dev chain whose engine runs."""
    cli = Cli(tmp_path_factory.mktemp("live") / "home").init()
    running = Running(cli.home, "node", "start")
    running.wait()
    yield cli
    assert running.stop() == 0


@pytest.fixture(name="cli")
def _cli(tmp_path: Path) -> Cli:
    """The command line on an empty home."""
    return Cli(tmp_path / "home")

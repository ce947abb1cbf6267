"""What the tests of networks share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctn import cometbft
from tests.network.networks import SKIP, Net

Begin = Callable[..., Net]


@pytest.fixture(name="begin")
def _begin(tmp_path: Path) -> Iterator[Begin]:
    """Make a network, not yet started; all of it is gone afterwards."""
    if cometbft.look().path is None:
        pytest.skip(SKIP)
    made: list[Net] = []

    def begin(count: int = 4, **options: object) -> Net:
        net = Net(tmp_path / f"net{len(made)}", count, **options)  # type: ignore[arg-type]
        made.append(net)
        return net

    yield begin
    for net in made:
        net.close()

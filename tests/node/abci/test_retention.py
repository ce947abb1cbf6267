"""What Commit tells CometBFT to keep: evidence, snapshots and whoever lags must still be served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctn.node.abci.rollback import rollback
from ctn.node.retention import AGE_MS
from tests.node.abci.nodes import Network, network_home
from tests.node.test_retention import configured, heights


def network(folder: Path, **changes: int) -> Network:
    home = network_home(folder / "home", interval=changes.pop("interval", 0))
    return Network(configured(home, **changes))


@pytest.fixture(name="made")
def _made() -> Iterator[list[Network]]:
    made: list[Network] = []
    yield made
    for each in made:
        each.close()


def commit(network: Network, later_ms: int = 0) -> int:
    """The retain_height of the Commit of the next block, so much later than the one before."""
    comet = network.comet
    comet.time_ms += later_ms
    heard: list[int] = []

    def ask(method: str, body: Any) -> Any:
        answer = network.ask(method, body)
        if method == "commit":
            heard.append(answer.retain_height)
        return answer

    comet.ask = ask
    comet.finish(comet.decide([]))
    return heard[0]


def test_tells_the_first_block_that_is_kept_here(tmp_path: Path, made: list[Network]) -> None:
    node = network(tmp_path, retain_blocks=2)
    made.append(node)
    assert [commit(node) for _ in range(4)] == [0, 0, 0, 0]
    assert commit(node, AGE_MS) == 4
    assert heights(node.chain.store) == [4, 5]


def test_keeps_all_unless_told_and_always_in_an_archive(
    tmp_path: Path, made: list[Network]
) -> None:
    for name, words in (("all", {}), ("archive", {"retain_blocks": 2, "kind": "archive"})):
        node = network(tmp_path / name, **words)  # type: ignore[arg-type]
        made.append(node)
        commit(node)
        commit(node)
        assert commit(node, 2 * AGE_MS) == 0
        assert heights(node.chain.store) == [1, 2, 3]


def test_keeps_what_follows_the_oldest_snapshot(tmp_path: Path, made: list[Network]) -> None:
    node = network(tmp_path, retain_blocks=2, interval=3)
    made.append(node)
    for _ in range(5):
        commit(node)
    node.loop.run_until_complete(node.application.snapshots.written())
    assert node.application.snapshots.oldest() == 3
    assert commit(node, 2 * AGE_MS) == 3
    assert heights(node.chain.store) == [3, 4, 5, 6]


def test_goes_back_one_block_after_pruning(tmp_path: Path, made: list[Network]) -> None:
    node = network(tmp_path, retain_blocks=2)
    for _ in range(4):
        commit(node)
    commit(node, AGE_MS)
    node.close()
    assert rollback(node.home).height == 4

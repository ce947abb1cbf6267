"""Under CometBFT the program of before answers its last Commit and then asks to be ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctn import upgrades
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.stops import UpgradeNeeded
from tests.node.abci.nodes import Network, network_genesis, network_home
from tests.node.test_upgrading import pay_alice, planned


@pytest.fixture(name="network")
def _network(tmp_path: Path) -> Iterator[Network]:
    network = Network(network_home(tmp_path / "home", planned(network_genesis())))
    yield network
    network.close()


def become_next(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrades, "APP_VERSION", 2)
    monkeypatch.setitem(upgrades.MIGRATIONS, 2, pay_alice)
    network.crash()


def test_the_last_commit_is_answered_and_the_reason_told(network: Network) -> None:
    told: list[UpgradeNeeded] = []
    network.application.ended = told.append
    network.comet.step()
    assert told == []
    network.comet.step()
    assert [reason.code for reason in told] == [3]
    with pytest.raises(UpgradeNeeded):
        network.ask("finalize_block", pb.RequestFinalizeBlock(height=3))


def test_a_crash_before_cometbft_kept_the_last_block_is_replayed_by_the_next_version(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.comet.step()
    network.comet.step()
    become_next(network, monkeypatch)
    found = network.ask("finalize_block", network.comet.decide([]).request)
    assert found.consensus_param_updates.version.app == 2
    assert found.consensus_param_updates.block.max_bytes > 0, "each part is sent whole"
    network.ask("commit", pb.RequestCommit())
    network.comet.height += 1
    found = network.ask("finalize_block", network.comet.decide([]).request)
    assert not found.HasField("consensus_param_updates")
    network.ask("commit", pb.RequestCommit())
    info = network.ask("info", pb.RequestInfo())
    assert (info.app_version, info.last_block_height) == (2, 4)


def test_a_next_version_without_blocks_refuses_the_genesis_of_before(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades, "APP_VERSION", 2)
    with pytest.raises(UpgradeNeeded):
        network.ask("init_chain", network.comet.genesis)

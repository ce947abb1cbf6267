"""The first set under consensus: of CometBFT's genesis, of the records, or of the bonds.

And the three periods that must stand in one order for a set to be answerable (I27).
"""

from pathlib import Path

import msgspec
import pytest

from ctn.client.light.verify import TRUSTING_NS
from ctn.kernel.genesis import Genesis
from ctn.kernel.record import Record
from ctn.modules.staking.records import EVIDENCE_MS, UNBONDING_MS, Power
from ctn.node.abci.answers import consensus_params
from tests.modules.staking.worlds import StakeWorld
from tests.node.abci.nodes import KEYS, Network, network_genesis, network_home
from tests.node.chains import world_genesis

OLD = {"ee" * 32: 7, "ef" * 32: 9}


def with_records(genesis: Genesis, *found: Record) -> Genesis:
    """The same genesis with some records more."""
    rows = [*genesis.records, *[(row.table, row.place(), row) for row in found]]
    return msgspec.structs.replace(genesis, records=sorted(rows, key=lambda row: row[:2]))


def bonded() -> tuple[Genesis, dict[str, int]]:
    """A genesis with two bonds, and the powers that follow from them."""
    world = StakeWorld()
    operators = [world.operator(name, tonnes=2_000) for name in ("north", "south")]
    assert world.machine.height == 0
    genesis = msgspec.structs.replace(world_genesis(world), maker=None)
    return genesis, {world.key(operator): 500_000 for operator in operators}


def test_the_set_of_the_genesis_of_consensus_is_written_by_the_first_block(tmp_path: Path) -> None:
    network = Network(network_home(tmp_path))
    network.comet.step()
    assert network.chain.powers == KEYS
    assert network.comet.blocks[0].updates == {}
    network.close()


def test_it_replaces_the_set_of_an_imported_chain_without_an_update(tmp_path: Path) -> None:
    powers = [Power(key, "", power) for key, power in OLD.items()]
    genesis = with_records(network_genesis(), *powers)
    network = Network(network_home(tmp_path, genesis))
    root = network.comet.root
    assert root == network.chain.machine.root
    for _ in range(3):
        network.comet.step()
    assert [block.updates for block in network.comet.blocks] == [{}, {}, {}]
    assert network.chain.powers == KEYS
    network.crash()
    network.comet.step()
    assert network.chain.powers == KEYS
    network.close()


def test_without_one_the_records_name_the_set(tmp_path: Path) -> None:
    powers = [Power(key, "", power) for key, power in OLD.items()]
    home = network_home(tmp_path, with_records(network_genesis(), *powers))
    network = Network(home, {})
    assert network.comet.sets[1] == OLD
    network.comet.step()
    assert network.chain.powers == OLD
    network.close()


def test_without_either_the_bonds_make_the_set(tmp_path: Path) -> None:
    genesis, powers = bonded()
    network = Network(network_home(tmp_path, genesis), {})
    assert network.comet.sets[1] == powers
    network.comet.step()
    assert network.chain.powers == powers
    assert network.comet.blocks[0].updates == {}
    network.close()


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_crash_in_the_first_blocks_leaves_the_set_as_it_was(tmp_path: Path, blocks: int) -> None:
    genesis, powers = bonded()
    network = Network(network_home(tmp_path, genesis), {})
    for _ in range(blocks):
        network.comet.step()
    network.crash()
    assert network.comet.sets[1] == powers
    network.comet.step()
    assert network.chain.powers == powers
    network.close()


def test_trust_ends_before_evidence_and_evidence_before_the_bond() -> None:
    age = consensus_params(1).evidence.max_age_duration.seconds * 1_000
    assert TRUSTING_NS // 1_000_000 < age < UNBONDING_MS
    assert EVIDENCE_MS <= UNBONDING_MS

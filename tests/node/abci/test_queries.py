"""Query: values, receipts, ICS-23 proofs, and the peer filter."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ctn.kernel.commitment import Step
from ctn.kernel.proof import Present, ProofInvalid, verify_absence, verify_membership
from ctn.modules.staking.records import Expelled
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.pb.ics23_pb2 import SHA256, CommitmentProof
from tests.node.abci.nodes import Network, network_genesis, network_home
from tests.node.chains import PEOPLE, address
from tests.worlds import Person


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    found = Network(network_home(tmp_path))
    found.comet.check(found.sender(PEOPLE[0]).pay(PEOPLE[1], 5))
    found.comet.step()
    yield found
    found.close()


def query(network: Network, path: str, *, prove: bool = False) -> Any:
    return network.ask("query", pb.RequestQuery(path=path, prove=prove))


def present(proof: Any) -> Present:
    assert (proof.leaf.hash, proof.leaf.prehash_key, proof.leaf.prehash_value) == (SHA256,) * 3
    assert proof.leaf.prefix == b"\0"
    return Present(proof.key, proof.value, [Step(row.prefix, row.suffix) for row in proof.path])


def test_gives_a_record_with_its_height(network: Network) -> None:
    answer = query(network, f"/state/account/{address(PEOPLE[0])}")
    assert (answer.code, answer.height) == (0, 1)
    assert json.loads(answer.value)["sequence"] == 1
    assert not answer.proof_ops.ops


def test_proves_a_record_against_the_root_of_the_next_header(network: Network) -> None:
    answer = query(network, f"/state/account/{address(PEOPLE[0])}", prove=True)
    (op,) = answer.proof_ops.ops
    assert (op.type, op.key) == ("ics23:smt", answer.key)
    found = present(CommitmentProof.FromString(op.data).exist)
    verify_membership(network.comet.root, answer.key, answer.value, found.path)
    with pytest.raises(ProofInvalid):
        verify_membership(network.comet.root, answer.key, answer.value + b" ", found.path)


def test_proves_an_absence(network: Network) -> None:
    answer = query(network, "/state/account/nobody", prove=True)
    assert answer.value == b""
    proof = CommitmentProof.FromString(answer.proof_ops.ops[0].data).nonexist
    sides = [
        present(getattr(proof, side)) if proof.HasField(side) else None
        for side in ("left", "right")
    ]
    verify_absence(network.comet.root, b"account\0nobody", *sides)


def test_a_proof_waits_while_a_block_is_not_committed(network: Network) -> None:
    block = network.comet.decide([])
    network.ask("finalize_block", block.request)
    request = pb.Request(query=pb.RequestQuery(path="/state/chain/clock", prove=True))

    async def ask() -> Any:
        waiting = asyncio.create_task(network.application.answer(request))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await network.application.answer(pb.Request(commit=pb.RequestCommit()))
        return (await waiting).query

    answer = network.loop.run_until_complete(ask())
    assert (answer.height, json.loads(answer.value)["height"]) == (2, 2)
    found = present(CommitmentProof.FromString(answer.proof_ops.ops[0].data).exist)
    verify_membership(network.chain.machine.root, answer.key, answer.value, found.path)


def test_gives_a_receipt(network: Network) -> None:
    receipts = network.chain.store.receipts(1)
    assert receipts is not None
    answer = query(network, f"/tx/{json.loads(receipts[0])['tx']}")
    assert (answer.code, answer.value, answer.height) == (0, receipts[0], 1)


@pytest.mark.parametrize(
    "path", ["", "/", "/tx/xyz", "/tx/" + "0" * 64, "/state/UPPER/x", "/state/a/\n", "/store/x"]
)
def test_refuses_what_is_no_path(network: Network, path: str) -> None:
    assert query(network, path).code == 1


def test_filters_banned_peers(network: Network) -> None:
    identity = "ab" * 20
    assert query(network, f"/p2p/filter/id/{identity}").code == 0
    assert query(network, "/p2p/filter/addr/10.0.0.1:26656").code == 0
    folder = network.home.config.parent
    (folder / "banned.txt").write_text(f"{identity}\n10.0.0.1\n")
    assert query(network, f"/p2p/filter/id/{identity}").code == 1
    assert query(network, "/p2p/filter/addr/10.0.0.1:26656").code == 1
    assert query(network, "/p2p/filter/addr/10.0.0.10:26656").code == 0


def test_filters_the_nodes_of_an_expelled_operator(tmp_path: Path) -> None:
    node = "cd" * 20
    genesis = network_genesis()
    expelled = (Expelled.table, node, Expelled(node, Person("north").address, "fault", 0))
    records = sorted([*genesis.records, expelled], key=lambda row: row[:2])
    network = Network(network_home(tmp_path, msgspec.structs.replace(genesis, records=records)))
    assert query(network, f"/p2p/filter/id/{node}").code == 1
    assert query(network, f"/p2p/filter/id/{'ce' * 20}").code == 0
    network.close()

"""The methods of ABCI over one chain: handshake, checks, proposals, blocks, crashes."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from ctn.kernel.receipt import NOT_ADMITTED
from ctn.modules.accounts.records import Sponsorship
from ctn.modules.staking.records import Power
from ctn.node.abci.driver import SpecBroken, double_vote
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.rollback import rollback
from ctn.node.stops import BadConfig, Halted, StateCorrupt, WriteFailed
from tests.node.abci.nodes import KEYS, Network, first_request, network_genesis, network_home
from tests.node.chains import PEOPLE, Bench, damage, new_home, people_genesis, world_genesis
from tests.worlds import START, World

ALICE, BOB = PEOPLE[0], PEOPLE[1]


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    found = Network(network_home(tmp_path))
    yield found
    found.close()


def test_a_new_application_is_at_height_0_and_gives_the_root_of_the_genesis(
    network: Network,
) -> None:
    info = network.ask("info", pb.RequestInfo())
    assert (info.data, info.last_block_height, info.app_version) == ("ctn", 0, 1)
    assert info.last_block_app_hash == network.comet.root == network.chain.machine.root


def test_init_chain_twice_changes_nothing(network: Network) -> None:
    answer = network.ask("init_chain", first_request(network.genesis))
    assert answer.app_hash == network.comet.root
    assert not answer.validators
    assert answer.consensus_params.block.max_bytes == 2 << 20
    assert answer.consensus_params.evidence.max_age_num_blocks == 1_728_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain_id", "another"),
        ("initial_height", 2),
        ("app_state_bytes", b"{}"),
        ("app_state_bytes", b'"'),
    ],
)
def test_refuses_a_genesis_of_another_chain(network: Network, field: str, value: object) -> None:
    request = first_request(network.genesis)
    setattr(request, field, value)
    with pytest.raises(BadConfig, match="genesis"):
        network.ask("init_chain", request)


def test_refuses_a_first_set_of_nobody(network: Network) -> None:
    with pytest.raises(BadConfig, match="name a validator"):
        network.ask("init_chain", first_request(network.genesis, {}))


def test_refuses_init_chain_when_blocks_are_here(network: Network) -> None:
    network.comet.step()
    with pytest.raises(BadConfig, match="has blocks"):
        network.ask("init_chain", first_request(network.genesis))


def test_refuses_a_home_with_a_block_maker(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with pytest.raises(BadConfig, match="block maker"):
        Network(home)


def test_a_transfer_is_checked_proposed_decided_and_has_a_receipt(network: Network) -> None:
    envelope = network.sender(ALICE).pay(BOB, 5)
    assert network.comet.check(envelope).code == 0
    block = network.comet.step()
    assert list(block.request.txs) == [envelope]
    result = pb.ExecTxResult.FromString(block.results[0])
    receipts = network.chain.store.receipts(1)
    assert receipts is not None
    assert (result.code, result.data) == (0, hashlib.sha256(receipts[0]).digest())
    told = {row.key: row.value for row in result.events[0].attributes}
    receipt = json.loads(receipts[0])
    assert result.events[0].type == "ctn.tx"
    assert told == {"id": receipt["tx"], "sender": receipt["fee"]["payer"], "refusal": ""}
    assert network.comet.mempool == []
    assert len(network.chain.pool) == 0


def test_check_refuses_with_module_class_and_facts(network: Network) -> None:
    answer = network.comet.check(network.sender(ALICE, 3).pay(BOB))
    assert (answer.code, answer.codespace, answer.info) == (1, "kernel", "SequenceGap")
    assert json.loads(answer.data) == {"next": 0, "sequence": 3}
    assert network.comet.check(b"\x01nothing").info == "Malformed"


def test_a_bad_signature_never_waits(network: Network) -> None:
    envelope = bytearray(network.sender(ALICE).pay(BOB))
    envelope[-1] ^= 1
    assert network.comet.check(bytes(envelope)).info == "BadSignature"


def test_what_waits_counts_for_the_next_sequence(network: Network) -> None:
    alice = network.sender(ALICE)
    codes = [network.comet.check(alice.pay(BOB)).code for _ in range(3)]
    assert codes == [0, 0, 0]
    assert len(network.comet.step().request.txs) == 3


def test_a_transaction_that_a_block_spoilt_fails_its_recheck(network: Network) -> None:
    late = network.sender(ALICE).pay(BOB, expires=1)
    other = network.sender(BOB).pay(ALICE)
    network.comet.check(late)
    network.comet.check(other)
    network.comet.finish(network.comet.decide([]))
    assert network.comet.mempool == [other]
    assert len(network.chain.pool) == 1


def test_what_time_alone_spoilt_fails_its_recheck(tmp_path: Path) -> None:
    """A sponsorship that ran out is touched by no block."""
    world = World()
    alice, bob = world.person(ALICE), world.person(BOB)
    world.put(Sponsorship(10**9, 10**6, START + 500), f"{bob}/{alice}")
    genesis = msgspec.structs.replace(world_genesis(world), maker=None)
    network = Network(network_home(tmp_path / "home", genesis))
    assert network.comet.check(network.sender(ALICE).pay(BOB, payer=bob)).code == 0
    while network.chain.machine.time < START + 500:
        assert len(network.comet.mempool) == 1
        network.comet.finish(network.comet.decide([]))
    assert network.comet.mempool == []
    assert len(network.chain.pool) == 0
    network.close()


def test_what_cometbft_no_longer_holds_leaves_the_pool(network: Network) -> None:
    network.comet.check(network.sender(ALICE).pay(BOB))
    network.comet.finish(network.comet.decide([]))
    network.comet.mempool.clear()
    network.comet.finish(network.comet.decide([]))
    network.comet.finish(network.comet.decide([]))
    assert len(network.chain.pool) == 0


def test_rejected_rounds_leave_no_trace(network: Network) -> None:
    alice, bob = network.sender(ALICE), network.sender(BOB)
    for envelope in (alice.pay(BOB), alice.pay(BOB), bob.pay(ALICE)):
        network.comet.check(envelope)
    good = network.comet.propose()
    assert not network.comet.accepts(good[::-1])
    assert not network.comet.accepts([*good, good[0]])
    assert not network.comet.accepts([*good, b"junk"])
    assert not network.comet.accepts([alice.pay(BOB)])
    assert network.comet.accepts(good)
    assert network.comet.propose() == good
    block = network.comet.decide(good)
    network.comet.finish(block)
    assert {pb.ExecTxResult.FromString(row).code for row in block.results} == {0}


def test_what_a_faulty_majority_decided_is_not_admitted_and_changes_nothing(
    network: Network,
) -> None:
    gap, good = network.sender(ALICE, 7).pay(BOB), network.sender(BOB).pay(ALICE)
    block = network.comet.decide([b"junk", gap, good])
    network.comet.finish(block)
    results = [pb.ExecTxResult.FromString(row) for row in block.results]
    assert [result.code for result in results] == [3, 3, 0]
    receipts = [json.loads(row) for row in network.chain.store.receipts(1) or ()]
    assert receipts[0]["tx"] == hashlib.sha256(b"junk").hexdigest()
    assert receipts[0]["status"] == NOT_ADMITTED
    assert network.chain.store.place(receipts[1]["tx"]) is None
    place = network.chain.store.place(receipts[2]["tx"])
    assert place is not None
    assert place.place == 2
    network.chain.store.check_places()


def test_votes_and_evidence_reach_the_block_facts(network: Network) -> None:
    network.comet.step()
    key = next(iter(KEYS))
    fault = double_vote(KEYS, key, 1, network.comet.time_ms)
    block = network.comet.decide([], [fault], absent=[key])
    network.ask("finalize_block", block.request)
    assert network.chain.pending is not None
    facts = network.chain.pending.outcome.ledger.block.consensus
    address = hashlib.sha256(bytes.fromhex(key)).digest()[:20].hex()
    assert [(row.address, row.is_signed) for row in facts.votes if not row.is_signed] == [
        (address, False)
    ]
    assert len(facts.votes) == 4
    assert (facts.evidence[0].kind, facts.evidence[0].height) == ("duplicate_vote", 1)


def test_the_first_block_alone_tells_the_founders(network: Network) -> None:
    block = network.comet.decide([])
    network.ask("finalize_block", block.request)
    assert network.chain.pending is not None
    facts = network.chain.pending.outcome.ledger.block.consensus
    assert dict(facts.founders) == KEYS
    network.ask("commit", pb.RequestCommit())
    network.comet.height = 1
    network.ask("finalize_block", network.comet.decide([]).request)
    assert network.chain.pending.outcome.ledger.block.consensus.founders == ()


def test_heights_of_an_imported_chain_are_shifted(tmp_path: Path) -> None:
    network = Network(network_home(tmp_path, network_genesis(height=500)))
    assert network.ask("info", pb.RequestInfo()).last_block_height == 0
    network.comet.step()
    assert network.ask("info", pb.RequestInfo()).last_block_height == 1
    assert network.chain.machine.height == 500
    network.close()


@pytest.mark.parametrize("point", ["before", "run", "committed"])
def test_a_crash_at_each_point_is_replayed(network: Network, point: str) -> None:
    network.comet.check(network.sender(ALICE).pay(BOB, 5))
    network.comet.step()
    network.comet.check(network.sender(BOB).pay(ALICE, 2))
    block = network.comet.decide(network.comet.propose())
    if point == "run":
        network.ask("finalize_block", block.request)
    if point == "committed":
        network.comet.finish(block)
    network.crash()
    assert network.chain.machine.height == 2
    assert network.chain.machine.root == block.root
    network.comet.step()


def test_a_crash_before_the_first_commit_begins_again(network: Network) -> None:
    block = network.comet.decide([])
    network.ask("finalize_block", block.request)
    network.crash()
    assert network.chain.machine.height == 1


def test_refuses_a_block_out_of_turn(network: Network) -> None:
    block = network.comet.decide([])
    block.request.height = 2
    with pytest.raises(Halted, match="does not follow"):
        network.ask("finalize_block", block.request)


def test_a_second_run_without_commit_halts(network: Network) -> None:
    block = network.comet.decide([])
    network.ask("finalize_block", block.request)
    with pytest.raises(Halted, match="never committed"):
        network.ask("finalize_block", block.request)


def test_a_commit_without_a_block_halts(network: Network) -> None:
    with pytest.raises(Halted, match="without FinalizeBlock"):
        network.ask("commit", pb.RequestCommit())


def test_a_full_disk_ends_the_node_before_it_votes(tmp_path: Path) -> None:
    network = Network(network_home(tmp_path, min_free=1 << 20))
    with pytest.raises(WriteFailed, match="no vote"):
        network.comet.accepts([])
    assert network.comet.check(network.sender(ALICE).pay(BOB)).info == "DiskLow"
    network.close()


def test_a_rollback_takes_back_exactly_one_block(network: Network) -> None:
    network.comet.check(network.sender(ALICE).pay(BOB, 5))
    network.comet.step()
    first = network.chain.machine.root
    identity = json.loads((network.chain.store.receipts(1) or [b""])[0])["tx"]
    network.comet.check(network.sender(BOB).pay(ALICE, 2))
    second = network.comet.step()
    network.opened.close()
    head = rollback(network.home)
    assert (head.height, head.root) == (1, first.hex())
    network.start()
    network.comet.handshake()
    assert network.chain.machine.root == second.root
    assert network.chain.store.place(identity) is not None


def test_damage_of_what_stood_before_is_found_and_named(network: Network) -> None:
    network.comet.step()
    damage(network.chain.store, "undo", (1).to_bytes(8, "big"))
    with pytest.raises(StateCorrupt, match="undo"):
        network.chain.store.roll_back()
    with pytest.raises(StateCorrupt, match="undo"):
        list(network.chain.store.check_all())


def test_refuses_a_rollback_of_block_0_and_of_an_embedded_chain(
    network: Network, tmp_path_factory: pytest.TempPathFactory
) -> None:
    network.opened.close()
    with pytest.raises(StateCorrupt, match="not kept"):
        rollback(network.home)
    with pytest.raises(BadConfig, match="embedded"):
        rollback(new_home(tmp_path_factory.mktemp("other")))
    network.start()


def test_echo_and_flush_answer_at_once(network: Network) -> None:
    assert network.ask("echo", pb.RequestEcho(message="x")).message == "x"
    network.ask("flush", pb.RequestFlush())


def test_only_an_empty_vote_extension_is_accepted(network: Network) -> None:
    extension = network.ask("extend_vote", pb.RequestExtendVote(height=1)).vote_extension
    kind = pb.ResponseVerifyVoteExtension
    verify = pb.RequestVerifyVoteExtension(vote_extension=extension)
    assert network.ask("verify_vote_extension", verify).status == kind.ACCEPT
    verify = pb.RequestVerifyVoteExtension(vote_extension=b"x")
    assert network.ask("verify_vote_extension", verify).status == kind.REJECT


def test_both_engines_give_the_same_state_and_receipts(tmp_path: Path) -> None:
    """Chains differ by the maker in G, so accounts sign for each; all else is one history.

    Nobody's keys hold the power, so what consensus tells of its votes is written down of no one.
    """
    genesis = people_genesis()
    powers = [(Power.table, key, Power(key, "", power)) for key, power in KEYS.items()]
    records = sorted([*genesis.records, *powers], key=lambda row: row[:2])
    genesis = msgspec.structs.replace(genesis, records=records)
    network = Network(
        network_home(tmp_path / "abci", msgspec.structs.replace(genesis, maker=None)), {}
    )
    bench = Bench(new_home(tmp_path / "embedded", genesis))
    times = []
    for number in range(4):
        for name in PEOPLE[:2]:
            to = ALICE if name == BOB else BOB
            amount = 10**12 if number == 2 else 3 + number
            network.comet.check(network.sender(name, number).pay(to, amount))
            bench.admit(bench.sender(name).pay(to, amount))
        network.comet.step()
        times.append(network.chain.machine.time)
        bench.maker.make(times[-1])
    assert _told(network.chain.store.receipts(3)) == _told(bench.store.receipts(3))
    assert network.chain.machine.root == bench.machine.root
    bench.close()
    network.close()


def _told(receipts: list[bytes] | None) -> list[str]:
    rows = [json.loads(receipt) for receipt in receipts or ()]
    for row in rows:
        row.pop("tx")
        row.pop("index")
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def test_the_driver_finds_an_application_that_forgets(network: Network) -> None:
    network.comet.step()
    network.comet.blocks[0].root = b"another root"
    with pytest.raises(SpecBroken, match="another root"):
        network.crash()


def test_a_refused_proposal_is_counted_by_its_proposer(network: Network, capfd: Any) -> None:
    kind = pb.ResponseProcessProposal
    address = b"\xab" * 20
    time = Timestamp(seconds=1_900_000_000)
    for count in (1, 2):
        bad = pb.RequestProcessProposal(
            txs=[b"junk"], height=1, time=time, proposer_address=address
        )
        assert network.ask("process_proposal", bad).status == kind.REJECT
        assert network.application.rejected == {"ab" * 20: count}
    good = pb.RequestProcessProposal(txs=[], height=1, time=time, proposer_address=b"\xcd" * 20)
    assert network.ask("process_proposal", good).status == kind.ACCEPT
    assert network.application.rejected == {"ab" * 20: 2}
    assert '"proposal rejected"' in capfd.readouterr().err

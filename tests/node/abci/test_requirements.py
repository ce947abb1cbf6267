"""The 13 requirements of `spec/abci/abci++_app_requirements.md` (CometBFT v0.38.25), one test each.

Proposals are drawn: transfers of few people in any order, with gaps, repeats, bad signatures,
junk, missing money and small rooms. Two nodes of one chain stand for two correct processes.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctn.node.abci.driver import framed, set_time
from ctn.node.abci.pb import abci_pb2 as pb
from tests.node.abci.nodes import Network, network_genesis, network_home
from tests.node.chains import PEOPLE

NAMES = PEOPLE[:3]
FULL = 2 << 20


class Pair(NamedTuple):
    """Two nodes of one chain, and transactions of which any may be proposed."""

    p: Network
    q: Network
    txs: list[bytes]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory() as folder:
        genesis = network_genesis()
        found = [Network(network_home(Path(folder) / name, genesis)) for name in "pq"]
        for network in found:
            for number in range(2):
                envelope = network.sender(NAMES[0], number).pay(NAMES[1])
                network.comet.finish(network.comet.decide([envelope]))
        yield Pair(found[0], found[1], drawn(found[0]))
        for network in found:
            network.close()


def drawn(network: Network) -> list[bytes]:
    """Good transactions, and some of each kind that is not."""
    txs = []
    for start, name in ((2, NAMES[0]), (0, NAMES[1]), (0, NAMES[2])):
        sender = network.sender(name, start)
        txs += [sender.pay(NAMES[0], 1 + number) for number in range(4)]
        txs.append(sender.pay(NAMES[0], 1, expires=1))
    poor = network.sender("poor")
    txs.append(poor.pay(NAMES[0]))
    broken = bytearray(txs[0])
    broken[-1] ^= 1
    return [*txs, bytes(broken), b"", b"\x01junk"]


def fresh(pair: Pair) -> None:
    """Forget what the examples before let wait: a proposer's pool is its own affair."""
    for network in pair[:2]:
        network.chain.reload()
        network.comet.mempool.clear()


choices = st.lists(st.integers(0, 18), max_size=24)
LIGHT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def prepared(pair: Pair, chosen: list[int], room: int = FULL) -> list[bytes]:
    fresh(pair)
    request = pb.RequestPrepareProposal(
        max_tx_bytes=room, txs=[pair.txs[at] for at in chosen], height=pair.p.comet.height + 1
    )
    set_time(request.time, pair.p.comet.time_ms + 1_000)
    return list(pair.p.ask("prepare_proposal", request).txs)


def outcome(network: Network, txs: list[bytes]) -> Any:
    """What FinalizeBlock answers, in a node that is then thrown back to its last commit."""
    comet = network.comet
    request = pb.RequestFinalizeBlock(txs=txs, height=comet.height + 1)
    set_time(request.time, comet.time_ms + 1_000)
    answer = network.ask("finalize_block", request)
    network.chain.pending = None
    network.application._settled.set()
    network.opened.load_again()
    network.chain.reload()
    return answer


def test_1_preparing_the_largest_block_takes_a_fraction_of_the_propose_timeout(pair: Pair) -> None:
    """Blocks are not run in PrepareProposal; 3 s is CometBFT's timeout_propose."""
    before = time.monotonic()
    prepared(pair, list(range(19)) * 50)
    assert time.monotonic() - before < 1.5


@LIGHT
@given(choices, st.integers(0, 4_000))
def test_2_a_proposal_never_exceeds_max_tx_bytes(pair: Pair, chosen: list[int], room: int) -> None:
    assert sum(framed(tx) for tx in prepared(pair, chosen, room)) <= room


@LIGHT
@given(choices, st.integers(0, 4_000) | st.just(FULL))
def test_3_whatever_is_prepared_is_accepted(pair: Pair, chosen: list[int], room: int) -> None:
    txs = prepared(pair, chosen, room)
    assert pair.q.comet.accepts(txs)
    assert pair.p.comet.accepts(txs)


@LIGHT
@given(choices, choices)
def test_4_a_verdict_depends_on_block_and_state_alone(
    pair: Pair, chosen: list[int], other: list[int]
) -> None:
    fresh(pair)
    txs = [pair.txs[at] for at in chosen]
    first = pair.p.comet.accepts(txs)
    for at in other:
        pair.p.comet.check(pair.txs[at])
    pair.p.comet.accepts([pair.txs[at] for at in other])
    assert pair.p.comet.accepts(txs) == first


@LIGHT
@given(choices)
def test_5_all_correct_processes_give_one_verdict(pair: Pair, chosen: list[int]) -> None:
    fresh(pair)
    txs = [pair.txs[at] for at in chosen]
    for tx in txs:
        pair.q.comet.check(tx)
    assert pair.p.comet.accepts(txs) == pair.q.comet.accepts(txs)


def test_6_an_extension_of_a_correct_process_is_accepted(pair: Pair) -> None:
    extension = pair.p.ask("extend_vote", pb.RequestExtendVote(height=9)).vote_extension
    assert verified(pair.q, extension) == pb.ResponseVerifyVoteExtension.ACCEPT


@LIGHT
@given(st.binary(max_size=40))
def test_7_the_verdict_on_an_extension_depends_on_it_alone(pair: Pair, data: bytes) -> None:
    assert verified(pair.p, data) == verified(pair.p, data)


@LIGHT
@given(st.binary(max_size=40))
def test_8_all_correct_processes_judge_an_extension_alike(pair: Pair, data: bytes) -> None:
    assert verified(pair.p, data) == verified(pair.q, data)


def verified(network: Network, extension: bytes) -> int:
    request = pb.RequestVerifyVoteExtension(vote_extension=extension)
    found: int = network.ask("verify_vote_extension", request).status
    return found


@LIGHT
@given(choices)
def test_9_proposing_and_judging_changes_no_state(pair: Pair, chosen: list[int]) -> None:
    before = (pair.p.chain.machine.root, outcome(pair.p, [pair.txs[0]]))
    pair.p.comet.accepts(prepared(pair, chosen))
    pair.p.comet.accepts([pair.txs[at] for at in chosen])
    pair.p.ask("extend_vote", pb.RequestExtendVote())
    verified(pair.p, b"")
    assert (pair.p.chain.machine.root, outcome(pair.p, [pair.txs[0]])) == before


def test_10_the_state_does_not_depend_on_an_extension(pair: Pair) -> None:
    verified(pair.p, b"an extension")
    assert outcome(pair.p, [pair.txs[0]]) == outcome(pair.q, [pair.txs[0]])


@LIGHT
@given(choices, choices)
def test_11_the_state_depends_on_the_last_one_and_the_block_alone(
    pair: Pair, chosen: list[int], other: list[int]
) -> None:
    fresh(pair)
    for at in other:
        pair.q.comet.check(pair.txs[at])
    txs = [pair.txs[at] for at in chosen]
    assert outcome(pair.p, txs).app_hash == outcome(pair.q, txs).app_hash


@LIGHT
@given(choices)
def test_12_the_results_depend_on_the_last_state_and_the_block_alone(
    pair: Pair, chosen: list[int]
) -> None:
    fresh(pair)
    txs = [pair.txs[at] for at in chosen]
    assert outcome(pair.p, txs).tx_results == outcome(pair.q, txs).tx_results


@LIGHT
@given(choices)
def test_13_a_transaction_that_waits_comes_to_rest(pair: Pair, chosen: list[int]) -> None:
    """Without blocks that touch them, what passed passes again and what failed fails again."""
    fresh(pair)
    verdicts = [pair.p.comet.check(pair.txs[at]).code for at in dict.fromkeys(chosen)]
    for _ in range(2):
        passed = [at for at, code in zip(dict.fromkeys(chosen), verdicts, strict=True) if not code]
        again = [
            pair.p.ask("check_tx", pb.RequestCheckTx(tx=pair.txs[at], type=pb.RECHECK)).code
            for at in passed
        ]
        assert again == [0] * len(passed)

"""Four validators whose processes are killed, paused, misled and sent garbage."""

import itertools
import json
import random
import shutil
import signal
import socket
import time

import pytest

from ctn.kernel.codec import to_base64
from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder
from ctn.node.cometbft.repair import prepare_resync, roll_back
from tests.network.callers import Callers, check_network
from tests.network.conftest import Begin
from tests.network.networks import KINDS, Net, is_alive, wait_until


@pytest.mark.parametrize("kind", KINDS)
def test_four_validators_make_one_chain_that_bears_out_every_answer(
    begin: Begin, kind: str
) -> None:
    net = begin(kind=kind).start()
    net.wait_for_height(2)
    callers = Callers(net)
    assert callers.wait_for_more(20)
    assert check_network(net, callers.stop()) > 2
    assert [net.stop(number) for number in range(4)] == [0, 0, 0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_one_killed_validator_stops_nobody_and_catches_up(begin: Begin, kind: str) -> None:
    net = begin(kind=kind).start()
    net.wait_for_height(2)
    callers = Callers(net, 0, 1, 2)
    assert callers.wait_for_more(5)
    net.kill(3)
    assert callers.wait_for_more(15)
    net.start(3)
    check_network(net, callers.stop())


def test_two_killed_of_four_halt_the_chain_and_one_back_revives_it(begin: Begin) -> None:
    net = begin().start()
    net.wait_for_height(2)
    callers = Callers(net, 0)
    assert callers.wait_for_more(2)
    net.kill(2)
    net.kill(3)
    assert net.is_still(0, 1)
    net.start(2)
    assert callers.wait_for_more(2)
    check_network(net, callers.stop(), 0, 1, 2)


def test_a_paused_validator_is_not_waited_for_and_goes_on(begin: Begin) -> None:
    net = begin().start()
    net.wait_for_height(2)
    callers = Callers(net, 0, 1, 2)
    net.signal(3, signal.SIGSTOP)
    assert callers.wait_for_more(10)
    net.signal(3, signal.SIGCONT)
    check_network(net, callers.stop())


@pytest.mark.parametrize("victim", ["app", "cometbft"])
def test_a_node_that_lost_one_of_its_two_programs_starts_both_again(
    begin: Begin, victim: str
) -> None:
    net = begin(1).start()
    net.wait_for_height(2)
    before = net.pids(0)
    net.signal(0, signal.SIGKILL, victim)
    wait_until(lambda: net.pids(0) != before, 20)
    after = net.pids(0)
    assert after["node"] == before["node"]
    assert after["app"] != before["app"]
    assert after["cometbft"] != before["cometbft"]
    net.wait_for_height(net.height(0) + 2)
    assert net.stop(0) == 0


def test_a_node_whose_consensus_stops_ends_both_programs_and_nobody_else(begin: Begin) -> None:
    net = begin()
    net.start(0, 1, 2)
    net.start(3, kind="noop")  # an application that makes other headers
    assert net.wait_end(3) == 70
    assert net.events(3)[-1]["reason"] == "the consensus of CometBFT has stopped"
    assert not any(is_alive(pid) for pid in net.pids(3).values())
    top = net.height(0)
    net.wait_for_height(top + 2, 0, 1, 2)


def test_a_validator_that_signs_twice_is_named_by_evidence_in_the_chain(begin: Begin) -> None:
    net = begin(5)
    key = Folder(net.home(3)).validator_key
    shutil.copy(key, Folder(net.home(4)).validator_key)
    address = json.loads(key.read_bytes())["address"]
    net.start()
    net.wait_for_height(2)
    callers = Callers(net, 0, 1, 2)
    heights = itertools.count(1)
    wait_until(
        lambda: differ(net, 3, 4) and address in evidence(net, next(heights)), 120,
        lambda: f"no evidence up to {net.height(0)}",
    )  # fmt: skip
    check_network(net, callers.stop(), 0, 1, 2)


def differ(net: Net, *nodes: int) -> bool:
    """Give each node a transaction that the others lack for a moment, so that blocks differ."""
    for number in nodes:
        net.call(number, "broadcast_tx_async", tx=to_base64(b"%d=%d" % (number, time.time_ns())))
    return True


def evidence(net: Net, height: int) -> list[str]:
    """The validators that the evidence in a block names, once there is the block."""
    net.wait_for_height(height, 0)
    rows = net.call(0, "block", height=str(height))["block"]["evidence"]["evidence"]
    return [row["value"]["vote_a"]["validator_address"] for row in rows]


def test_garbage_at_the_port_of_the_nodes_stops_nobody(begin: Begin) -> None:
    net = begin().start()
    net.wait_for_height(2)
    callers = Callers(net)
    chance = random.Random(7)
    held = []
    for number in range(200):
        host, _, port = net.members[number % 4].p2p.rpartition(":")
        sender = socket.create_connection((host, int(port)), 5)
        sender.sendall(chance.randbytes(chance.randrange(1, 4_000)))
        held.append(sender)
        if len(held) > 30:  # the rest hang half open while others come
            held.pop(0).close()
    assert callers.wait_for_more(10)
    for sender in held:
        sender.close()
    check_network(net, callers.stop())


def test_garbage_at_the_door_for_transactions_is_refused(begin: Begin) -> None:
    net = begin(1).start()
    net.wait_for_height(2)
    for tx in (b"", b"\x00" * 10, b"\xff" * 65_000, b"a" * 70_000):
        assert is_refused(net, tx), tx[:10]
    net.wait_for_height(net.height(0) + 1)


def is_refused(net: Net, tx: bytes) -> bool:
    """Whether the check refuses a transaction, or the door does before it."""
    try:
        return bool(rpc.send(net.members[0].rpc, tx)["code"])
    except rpc.RpcRefused:
        return True


def test_a_node_that_goes_back_one_block_executes_it_again(begin: Begin) -> None:
    net = begin(4, kind="ctn").start()
    net.wait_for_height(2)
    callers = Callers(net, 0, 1, 2)
    assert callers.wait_for_more(8)
    net.kill(3)
    head = roll_back(net.home(3))
    assert head.height >= 1
    net.start(3)
    check_network(net, callers.stop())


def test_an_emptied_node_takes_a_snapshot_and_has_the_roots_of_the_others(begin: Begin) -> None:
    net = begin(4, kind="ctn")
    for number in range(4):
        config = net.home(number).config
        # What a joining node found 15 seconds before must still be there.
        text = config.read_text().replace("interval = 1000\nkeep = 2", "interval = 5\nkeep = 100")
        config.write_text(text)
    net.start()
    net.wait_for_height(14)
    net.kill(3)
    servers = [f"http://{net.members[number].rpc}" for number in (0, 1)]
    prepare_resync(net.home(3), servers, None)
    net.start(3)
    net.wait_for_height(net.height(0) + 2, seconds=60)
    first = int(net.call(3, "status")["sync_info"]["earliest_block_height"])
    assert first > 1, "the blocks came one by one, not by a snapshot"
    net.wait_for_height(first + 2)
    answers = [net.call(number, "block", height=str(first + 2)) for number in range(4)]
    assert len({answer["block"]["header"]["app_hash"] for answer in answers}) == 1

"""Four validators whose processes are killed, paused, misled and sent garbage."""

import itertools
import json
import random
import shutil
import signal
import socket
from typing import Any

import pytest

from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder
from ctn.node.cometbft.log_lines import Verdict
from ctn.node.cometbft.repair import prepare_resync, roll_back
from tests.cli.homes import Cli, Running
from tests.network.callers import Callers, check_network
from tests.network.conftest import Begin
from tests.network.networks import KINDS, Net, free_ports, is_alive, plain_genesis, wait_until
from tests.node.chains import address
from tests.node.test_upgrading import planned


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
    net = begin(1, kind="ctn").start()
    net.wait_for_height(2)
    callers = Callers(net, 0)
    before = net.pids(0)
    net.signal(0, signal.SIGKILL, victim)
    wait_until(lambda: net.pids(0) != before, 20)
    after = net.pids(0)
    assert after["node"] == before["node"]
    assert after["app"] != before["app"]
    assert after["cometbft"] != before["cometbft"]
    assert callers.wait_for_more(3)
    check_network(net, callers.stop())
    assert net.stop(0) == 0


def test_a_node_whose_consensus_stops_ends_both_programs_and_nobody_else(begin: Begin) -> None:
    net = begin()
    net.start(0, 1, 2)
    net.start(3, kind="noop")  # an application that makes other headers
    callers = Callers(net, 0, 1, 2)
    assert net.wait_end(3) == 70
    assert net.events(3)[-1]["reason"] == "the consensus of CometBFT has stopped"
    assert not any(is_alive(pid) for pid in net.pids(3).values())
    assert callers.wait_for_more(3)
    check_network(net, callers.stop(), 0, 1, 2)


def test_a_validator_that_signs_twice_is_named_to_the_application(begin: Begin) -> None:
    net = begin(5, kind="ctn")
    key = Folder(net.home(3)).validator_key
    shutil.copy(key, Folder(net.home(4)).validator_key)
    address = json.loads(key.read_bytes())["address"]
    net.start(0, kind="programs:told_evidence")
    net.start(1, 2, 3)
    net.start(4, kind="programs:empty_blocks")  # so that the blocks of both differ
    net.wait_for_height(2)
    callers = Callers(net, 0, 1, 2)
    wait_until(lambda: bool(told(net)), 120, lambda: f"no evidence up to {net.height(0)}")
    (fault, *_more) = told(net)
    assert (fault["kind"], fault["address"]) == ("duplicate_vote", address.lower())
    assert evidence(net, fault["height"]) == address
    check_network(net, callers.stop(), 0, 1, 2)


def told(net: Net) -> list[dict[str, Any]]:
    """The evidence that reached the application of node 0."""
    return [row for row in net.events(0) if row["event"] == "evidence"]


def evidence(net: Net, height: int) -> str:
    """The validator that evidence of a height names, in one of the blocks after it."""
    for later in itertools.count(height + 1):
        net.wait_for_height(later, 0)
        rows = net.call(0, "block", height=str(later))["block"]["evidence"]["evidence"]
        for row in rows:
            if row["value"]["vote_a"]["height"] == str(height):
                found: str = row["value"]["vote_a"]["validator_address"]
                return found
    raise AssertionError


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
    net = begin(1, kind="ctn").start()
    net.wait_for_height(2)
    callers = Callers(net, 0)
    for tx in (b"", b"\x00" * 10, b"\xff" * 65_000, b"a" * 70_000):
        assert is_refused(net, tx), tx[:10]
    assert callers.wait_for_more(3)
    check_network(net, callers.stop())


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


def joining(begin: Begin, *, liar: str = "") -> Net:
    """A network whose node 3 was emptied and joins by a snapshot; node 0 may serve lies."""
    net = begin(4, kind="ctn")
    for number in range(4):
        config = net.home(number).config
        # What a joining node found 15 seconds before must still be there.
        text = config.read_text().replace("interval = 1000\nkeep = 2", "interval = 5\nkeep = 100")
        config.write_text(text)
    net.start(0, kind=liar or "programs:small_chunks")
    net.start(1, 2, 3, kind="programs:small_chunks")
    net.wait_for_height(14)
    callers = Callers(net, 0, 1, 2)
    net.kill(3)
    prepare_resync(net.home(3), [f"http://{net.members[number].rpc}" for number in (0, 1)], None)
    net.start(3)
    net.wait_for_height(net.height(0) + 2, seconds=90)
    check_network(net, callers.stop(), 0, 1, 2)
    return net


def check_joined(net: Net) -> None:
    """Node 3 came by a snapshot and has the roots of the others."""
    first = int(net.call(3, "status")["sync_info"]["earliest_block_height"])
    assert first > 1, "the blocks came one by one, not by a snapshot"
    net.wait_for_height(first + 2)
    answers = [net.call(number, "block", height=str(first + 2)) for number in range(4)]
    assert len({answer["block"]["header"]["app_hash"] for answer in answers}) == 1


def test_an_emptied_node_takes_a_snapshot_and_has_the_roots_of_the_others(begin: Begin) -> None:
    check_joined(joining(begin))


def test_a_peer_that_serves_altered_chunks_is_refused_and_others_serve(begin: Begin) -> None:
    net = joining(begin, liar="programs:small_chunks+lying_chunks")
    check_joined(net)
    refused = [row["sender"] for row in net.events(3) if row["event"] == "chunk refused"]
    assert set(refused) == {net.members[0].node}


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_root_unlike_the_chains_stops_the_node_and_diff_names_the_records(begin: Begin) -> None:
    net = begin(4, kind="ctn", founder=lambda _keys: planned(plain_genesis(), 8)).start()
    assert [net.wait_end(number) for number in range(4)] == [3, 3, 3, 3]
    net.start(0, 1, 2, kind="programs:next_version")
    net.start(3, kind="programs:wrong_version")
    callers = Callers(net, 0, 1, 2)
    assert net.wait_end(3, 90) == 70
    assert net.events(3)[-1]["reason"] == Verdict.WRONG_ROOT.value
    net.start(3)
    assert net.wait_end(3) == 70, "not without a repair"

    port = free_ports(1)
    platform = Running(net.home(0).folder, "api", "start", "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_listening(port), 20)
    said = Cli(net.home(3).folder)("node", "diff", url, "--json")
    assert platform.stop() == 0
    assert said.code == 1
    named = [f"balance/{address('alice')}/cny", "balance/issued:cny/cny", "chain/hooks"]
    assert said.json == {"height": 8, "different": named}
    assert callers.wait_for_more(3)
    check_network(net, callers.stop(), 0, 1, 2)

"""Stake under real CometBFT: who bonds enters its set, who signs twice leaves it for ever."""

import base64
import json
import shutil
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from ctn.client.founding import Member as Attested
from ctn.client.founding import class_records, founding
from ctn.client.founding_stake import Staked, stake_batch, with_stake
from ctn.crypto import ed25519
from ctn.kernel.genesis import Genesis, chain_name
from ctn.modules.accounts.records import ENTERPRISE
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.records import EPOCH_MS
from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder
from tests.network.conftest import Begin
from tests.network.networks import Net, wait_until
from tests.node.chains import Sender
from tests.worlds import Person

FIFTH = "fifth"
FIFTH_KEY = ed25519.public_key(b"the consensus key of the fifth..").hex()
NAMES = (*[f"operator{number}" for number in range(5)], FIFTH)
EPOCH_SECONDS = 10
STAKE_T = 1_000
MONEY = 10_000_000


def staked(pubkeys: Sequence[str]) -> Genesis:
    """Every node is an operator with a bond; the fifth is admitted and has bonded nothing."""
    operators = [Person(name).address for name in NAMES]
    made = founding(
        "ctn-network", time=time.time_ns() // 1_000_000 - 60_000, maker="", profile="dev",
        authorities=[], people=[Attested(operator, ENTERPRISE) for operator in operators],
        money=dict.fromkeys(operators, MONEY), records=class_records(),
    )  # fmt: skip
    params = made.params | {EPOCH_MS.name: EPOCH_SECONDS * 1_000}
    stake = [
        Staked(operators[number], pubkey, f"node{number}", STAKE_T)
        for number, pubkey in enumerate(pubkeys)
    ]
    stake.append(Staked(operators[-1], FIFTH_KEY, FIFTH, 0, STAKE_T))
    return with_stake(msgspec.structs.replace(made, maker=None, params=params), stake)


def record(net: Net, place: str) -> dict[str, Any]:
    """A record as the application of node 0 answers CometBFT's query."""
    answer = net.call(0, "abci_query", path=f"/state/{place}")["response"]
    found: dict[str, Any] = json.loads(base64.b64decode(answer["value"]))
    return found


def powers(net: Net) -> dict[str, int]:
    """The set in force by consensus address."""
    return rpc.powers_of(net.members[0].rpc)


def test_an_operator_that_bonds_enters_the_set_of_cometbft(begin: Begin) -> None:
    net = begin(kind="ctn", founder=staked).start()
    net.wait_for_height(2)
    address = consensus_address(FIFTH_KEY)
    assert len(powers(net)) == 4
    genesis = net.home(0).read_genesis()
    sender = Sender(FIFTH, chain_name(genesis))
    envelope = sender.sign(Bond(stake_batch(genesis), STAKE_T))
    assert rpc.send(net.members[0].rpc, envelope)["code"] == 0
    wait_until(lambda: address in powers(net), 4 * EPOCH_SECONDS, lambda: str(powers(net)))
    # It entered two heights after the epoch that gave it its power, with what the churn let it.
    assert powers(net)[address] == record(net, f"powers/{FIFTH_KEY}")["power"] == 83_300
    assert len(powers(net)) == 5
    net.wait_for_height(net.height(0) + 3)


def test_a_validator_that_signs_twice_is_slashed_and_leaves_the_set(begin: Begin) -> None:
    net = begin(5, kind="ctn", founder=staked)
    key = Folder(net.home(3)).validator_key
    shutil.copy(key, Folder(net.home(4)).validator_key)
    address = json.loads(key.read_bytes())["address"].lower()
    net.start()
    net.wait_for_height(2)
    assert address in powers(net)
    wait_until(lambda: address not in powers(net), 90, lambda: f"height {net.height(0)}")
    operator = record(net, f"consensus_address/{address}")["operator"]
    assert record(net, f"validator/{operator}")["status"] == "tombstoned"
    batch = stake_batch(net.home(0).read_genesis())
    assert record(net, f"bond/{operator}/{batch}")["tonnes"] == STAKE_T - STAKE_T // 20
    top = net.height(0)
    net.wait_for_height(top + 3, 0, 1, 2)

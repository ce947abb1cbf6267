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
from ctn.modules.staking.records import ABSENT_MAX, EPOCH_MS
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


OPERATORS = tuple([f"validator{number}" for number in range(8)])


def with_operators(pubkeys: Sequence[str], free_t: int, **params: int) -> Genesis:
    """Every node is an operator with an equal bond, and holds as many tonnes more as said."""
    operators = [Person(name).address for name in OPERATORS[: len(pubkeys)]]
    made = founding(
        "ctn-network", time=time.time_ns() // 1_000_000 - 60_000, maker="", profile="dev",
        authorities=[], people=[Attested(operator, ENTERPRISE) for operator in operators],
        money=dict.fromkeys(operators, MONEY), records=class_records(),
    )  # fmt: skip
    stake = [
        Staked(operator, pubkey, f"node{number}", STAKE_T, free_t)
        for number, (operator, pubkey) in enumerate(zip(operators, pubkeys, strict=True))
    ]
    changed = made.params | {EPOCH_MS.name: EPOCH_SECONDS * 1_000} | params
    return with_stake(msgspec.structs.replace(made, maker=None, params=changed), stake)


def staked_with_room(pubkeys: Sequence[str]) -> Genesis:
    """Operators who can bond as much again."""
    return with_operators(pubkeys, STAKE_T)


def staked_briefly(pubkeys: Sequence[str]) -> Genesis:
    """Operators whose absence is punished after a few heights, and who may miss a whole epoch."""
    return with_operators(pubkeys, 0, **{ABSENT_MAX.name: 10})


def public_key(net: Net, number: int) -> str:
    """The consensus key of a node in hex."""
    found = json.loads(Folder(net.home(number)).validator_key.read_bytes())
    return base64.b64decode(found["pub_key"]["value"]).hex()


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


def test_a_larger_bond_raises_the_power_of_its_operator_at_the_next_epoch(begin: Begin) -> None:
    # Of up to six validators all powers are equal, so eight are needed (engine.md 17).
    net = begin(8, kind="ctn", founder=staked_with_room).start()
    net.wait_for_height(2, seconds=60)
    genesis = net.home(0).read_genesis()
    own = consensus_address(public_key(net, 0))
    assert len(set(powers(net).values())) == 1
    envelope = Sender(OPERATORS[0], chain_name(genesis)).sign(Bond(stake_batch(genesis), STAKE_T))
    assert rpc.send(net.members[0].rpc, envelope)["code"] == 0

    def lead() -> int:
        found = powers(net)
        return found.pop(own) - max(found.values())

    wait_until(lambda: lead() > 0, 5 * EPOCH_SECONDS, lambda: str(powers(net)))
    assert len(powers(net)) == 8


def test_an_absent_validator_is_jailed_and_comes_back(begin: Begin) -> None:
    net = begin(5, kind="ctn", founder=staked_briefly).start()
    net.wait_for_height(2, seconds=60)
    operator, away = Person(OPERATORS[4]).address, consensus_address(public_key(net, 4))
    assert away in powers(net)
    net.kill(4)
    wait_until(lambda: away not in powers(net), 45, lambda: str(powers(net)))
    assert record(net, f"validator/{operator}")["jailed_until"] is not None
    net.start(4)
    wait_until(lambda: away in powers(net), 45, lambda: str(record(net, f"validator/{operator}")))
    assert record(net, f"validator/{operator}")["jailed_until"] is None

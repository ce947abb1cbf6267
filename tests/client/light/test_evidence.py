"""Whom the evidence file of a light client convicts, and of what."""

import copy
from typing import Any

import pytest

from ctn.client.light import comet, evidence
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.talks import Ask, Reply
from ctn.kernel.codec import encode, to_base64
from tests.client.light.comet_chain import Chain, Platform, key, run

HEIGHT = 5
CHAIN = Chain(9)


def shown(chain: Chain, height: int = HEIGHT) -> dict[str, Any]:
    """A block as a light client writes it down."""
    return copy.deepcopy(chain.signed[height] | {"validators": chain.sets[height]})


def file(primary: dict[str, Any], witness: dict[str, Any], height: int = HEIGHT) -> bytes:
    rows = {"height": height, "primary": primary, "witness": witness, "url": "http://w"}
    return encode(rows)


def attack(primary: dict[str, Any], witness: dict[str, Any] | None = None) -> dict[str, Any]:
    found = run(evidence.attack(file(primary, witness or shown(CHAIN))), Platform(CHAIN))
    assert found["type"] == "tendermint/LightClientAttackEvidence"
    value: dict[str, Any] = found["value"]
    return value


def made_up(silent: tuple[str, ...] = ()) -> dict[str, Any]:
    other = Chain(9)
    other.sign(HEIGHT, other.signed[HEIGHT]["header"] | {"app_hash": "AB" * 32}, silent)
    return shown(other)


def addresses(value: dict[str, Any]) -> list[str]:
    return [row["address"] for row in value["ByzantineValidators"]]


def of(chain: Chain) -> list[str]:
    rows = sorted(chain.sets[HEIGHT], key=lambda row: (-int(row["voting_power"]), row["address"]))
    return [row["address"] for row in rows]


def test_two_blocks_of_one_round_convict_who_signed_both() -> None:
    value = attack(shown(Chain(9, fork_at=HEIGHT)))
    assert addresses(value) == of(CHAIN)
    assert (value["CommonHeight"], value["TotalVotingPower"]) == (str(HEIGHT), "10")
    assert value["Timestamp"] == CHAIN.signed[HEIGHT]["header"]["time"]


def test_who_signed_one_of_them_alone_is_not_convicted() -> None:
    other = Chain(9, fork_at=HEIGHT, silent=("d",))
    absent = {row["validator_address"] for row in other.signed[HEIGHT]["commit"]["signatures"]}
    assert "" in absent
    value = attack(shown(other))
    assert addresses(value) == [name for name in of(CHAIN) if name in absent]
    assert len(addresses(value)) == 3


def test_which_of_the_two_is_the_chains_the_chain_says() -> None:
    wrong = shown(Chain(9, fork_at=HEIGHT))
    assert attack(wrong, shown(CHAIN)) == attack(shown(CHAIN), wrong)


def test_a_header_that_was_made_up_convicts_its_signers_from_the_height_before() -> None:
    value = attack(made_up())
    assert addresses(value) == of(CHAIN)
    assert value["CommonHeight"] == str(HEIGHT - 1)
    assert value["Timestamp"] == CHAIN.signed[HEIGHT - 1]["header"]["time"]


def test_two_rounds_convict_nobody() -> None:
    block = shown(Chain(9, fork_at=HEIGHT))
    block["commit"]["round"] = 1
    secrets = {comet.address_of(bytes(key(name).verify_key)): key(name) for name in "abcd"}
    for row in block["commit"]["signatures"]:
        commit = comet.read(block["commit"], comet.Commit)
        message = comet.vote_bytes(block["header"]["chain_id"], commit, row["timestamp"])
        row["signature"] = to_base64(secrets[row["validator_address"]].sign(message).signature)
    assert addresses(attack(block)) == []


def test_refuses_a_file_of_the_chains_own_block() -> None:
    with pytest.raises(LightVerifyFailed, match="both blocks 5 are this chain's"):
        attack(shown(CHAIN))


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", file({}, {})])
def test_refuses_what_is_no_evidence_file(data: bytes) -> None:
    with pytest.raises(LightVerifyFailed):
        run(evidence.attack(data), Platform(CHAIN))


def test_refuses_a_block_that_two_thirds_did_not_sign() -> None:
    with pytest.raises(LightVerifyFailed, match="commit"):
        attack(made_up(silent=("a", "b")))


class Refusing(Platform):
    """A platform whose CometBFT takes no evidence."""

    def serve(self, ask: Ask) -> Reply:
        if ask.body is None or b"broadcast_evidence" not in ask.body:
            return super().serve(ask)
        error = {"code": -32603, "message": "evidence is too old"}
        return Reply(200, encode({"jsonrpc": "2.0", "id": 1, "error": error}))


def test_what_cometbft_refuses_is_told() -> None:
    with pytest.raises(LightVerifyFailed, match="evidence is too old"):
        run(evidence.submit(file(made_up(), shown(CHAIN))), Refusing(CHAIN))

"""`ctn stake` on a chain with operators: lists, reasons, and the way in and out of a bond."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ctn.cli.testnet import _dev_genesis
from ctn.client.founding_stake import stake_batch
from ctn.crypto import ed25519
from ctn.modules.staking.declare import proof_bytes
from ctn.node.cometbft.files import validator_file
from ctn.node.config import Config
from ctn.node.home import Home
from tests.cli.homes import CONFIG, Cli, Running

KEYS = [ed25519.public_key(bytes([number]) * 32).hex() for number in (1, 2)]
SEED = b"s" * 32
MAKER = b"m" * 32
HASH = hashlib.sha256(b"firm").hexdigest()


@pytest.fixture(scope="module", name="staked")
def _staked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cli, str]]:
    """A chain with the first state of a test network, made by one block maker; and its batch."""
    folder = tmp_path_factory.mktemp("staked")
    genesis = _dev_genesis(folder, KEYS)
    genesis = msgspec.structs.replace(genesis, maker=ed25519.public_key(MAKER).hex())
    home = Home(folder / "node0")
    home.create(genesis, MAKER, Config(profile="dev"))
    home.config.write_text(CONFIG)
    running = Running(home.folder, "node", "start")
    running.wait()
    yield Cli(home.folder), stake_batch(genesis)
    assert running.stop() == 0


def test_validators_are_listed_with_the_word_for_their_state(staked: tuple[Cli, str]) -> None:
    cli, _batch = staked
    rows = cli.ok("stake", "list")["validators"]
    assert sorted(row["moniker"] for row in rows) == ["node0", "node1"]
    assert {row["bonded_t"] for row in rows} == {10_000}
    assert {row["state"] for row in rows} <= {"waiting", "in_force"}
    assert "node1" in cli("stake", "list").out


def test_a_bond_and_its_way_out_are_shown_with_every_number(staked: tuple[Cli, str]) -> None:
    cli, batch = staked
    bonded = cli.ok("stake", "bond", batch, "500", "--key", "validator0")["receipt"]
    assert bonded["events"][0]["event"] == "staking.Bonded"
    cli.ok("stake", "unbond", batch, "20", "--key", "validator0")
    row = cli.ok("stake", "show", "@validator0")
    assert (row["bonded_t"], row["unbonding"][0]["tonnes"]) == (10_480, 20)
    said = cli("stake", "show", "@validator0").out
    for word in ("bonded", "stake", "bonus", "credit", "weight", "power", "leaving"):
        assert f"\n{word}" in "\n" + said


def test_refusals_keep_their_name(staked: tuple[Cli, str]) -> None:
    cli, batch = staked
    said = cli("stake", "unbond", batch, "99999999", "--key", "validator1")
    assert said.code == 1
    assert "refused staking.TonnesExceedBond" in said.err
    said = cli("stake", "bond", batch, "1", "--key", "alice")
    assert "refused kernel.RoleTooLow" in said.err


def test_an_enterprise_declares_the_key_of_its_node(
    staked: tuple[Cli, str], tmp_path: Path
) -> None:
    cli, _batch = staked
    file = tmp_path / "priv_validator_key.json"
    file.write_text(json.dumps(validator_file(SEED)))
    firm = cli.ok("keys", "new", "firm", "--password-file", "-", stdin="dev\n")["address"]
    until = time.time_ns() // 1_000_000 + 300 * 86_400_000
    cli.send(
        "identity.attest", f"subject={firm}", "level=3", "kind=enterprise", "country=CN",
        f'owners=["{HASH}"]', "affiliates=[]", f"credential={HASH}", f"expires={until}",
        "--key", "attestor",
    )  # fmt: skip
    cli.send("assets.transfer", "asset=cny", "amount=100000", f"to={firm}", "--key", "bob")
    words = ("stake", "declare", "--key", "firm", "--moniker", "Firm", "--password-file", "-")
    told = cli.ok(*words, "--validator-key", str(file), stdin="dev\n")["receipt"]
    assert told["events"][0]["pubkey"] == ed25519.public_key(SEED).hex()
    assert cli.ok("stake", "show", firm)["state"] == "declared"


def test_refuses_a_file_that_holds_no_key_and_an_operator_that_is_none(
    staked: tuple[Cli, str], tmp_path: Path
) -> None:
    cli, _batch = staked
    words = ("stake", "declare", "--key", "validator0", "--moniker", "x", "--validator-key")
    assert "is missing" in cli(*words, str(tmp_path / "none.json")).err
    (tmp_path / "bad.json").write_text("{}")
    assert "no key file" in cli(*words, str(tmp_path / "bad.json")).err
    said = cli("stake", "show", "@alice")
    assert said.code == 1
    assert "declared no validator" in said.err


def test_a_node_prints_key_and_proof_for_whoever_declares_it(staked: tuple[Cli, str]) -> None:
    cli, _batch = staked
    file = cli.home / "validator.json"
    file.write_text(json.dumps(validator_file(SEED)))
    operator = cli.ok("keys", "show", "validator0")["address"]
    said = cli("stake", "prove", "@validator0", "--validator-key", str(file))
    assert said.code == 0, said.err
    key, proof = said.out.split()
    chain = cli.ok("node", "status")["chain"]
    ed25519.verify(bytes.fromhex(key), proof_bytes(chain, operator), bytes.fromhex(proof))
    other = cli.ok(
        "stake", "prove", operator, "--chain", "ctn-x:00", "--validator-key", str(file)
    )
    assert (other["pubkey"], other["proof"] == proof) == (key, False)

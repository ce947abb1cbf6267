"""One ledger under both engines and back: root, people and trade go on, and doors prove it."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ctn import cometbft
from ctn.client.certificate_proof import CommittedHeader
from ctn.client.http import Client
from ctn.client.light import comet
from ctn.client.light.comet import LightBlock
from ctn.client.light.trust import Root, Trust
from ctn.client.light.verify import check_block
from ctn.client.proofs import Proved, value_under
from ctn.crypto import ed25519
from ctn.kernel.codec import encode, from_base64, to_base64
from ctn.kernel.genesis import chain_name
from ctn.node.cometbft import rpc
from ctn.node.config import read_config
from ctn.node.home import Home
from tests.cli.homes import Cli, Running
from tests.cli.test_light import FILE
from tests.network.networks import SKIP, free_ports, wait_until

PAY = ("assets.transfer", "asset=cny", "to=@bob", "amount=70000", "--key", "alice")


class Moved:
    """A chain that a maker began, and a network of one validator that goes on from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = Cli(folder / "first").init()
        self.certificate = self.begin()
        self.export = folder / "state.json"
        self.first.ok("export", "--out", str(self.export))
        self.state: dict[str, Any] = json.loads(self.export.read_bytes())
        self.net = folder / "net"
        port = free_ports(20)
        self.url = f"http://127.0.0.1:{port + 19}"
        self.started = run_testnet(
            "start", "--validators", "1", "--dir", str(self.net), "--import", str(self.export),
            "--port", str(port), "--api-port", str(port + 19),
        )  # fmt: skip
        # The keys of the people are where they were made.
        self.cli = Cli(self.first.home)
        self.receipt = self.pay()

    def begin(self) -> str:
        """Pay and retire on the embedded chain; the certificate."""
        running = Running(self.first.home, "node", "start")
        running.wait()
        self.first.send(*PAY)
        found = self.first.ok("registry", "bring-in", str(FILE), "--rows", "1-1")["batches"][0]
        receipt = self.first.send(
            "registry.retire", f"batch={found['batch']}", "source=market", "parts=[]",
            "grams=2500000", "beneficiary=null", "on_behalf_of=", "use=voluntary", "purpose=gift",
            "message=x", "country=CN", "period_start=null", "period_end=null", "privacy=public",
            "commitment=null", "envelope=null", "--key", "alice",
        )  # fmt: skip
        assert running.stop() == 0
        names = [each.get("certificate") for each in receipt["events"]]
        return next(name for name in names if name)

    def pay(self) -> dict[str, Any]:
        """Pay on the network."""
        return self.cli.send(*PAY, "--url", self.url)

    def get(self, path: str) -> Any:
        """What the platform of the network answers."""
        answer = httpx.get(f"{self.url}/api/v1{path}", timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def trust(self) -> Trust:
        """The network, from its first header on."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "commit", "params": {"height": "1"}}
        answer = httpx.post(f"{self.url}/api/v1/cometbft", json=call).json()
        signed = comet.read(answer["result"], comet.CommitAnswer).signed_header
        root = Root(1, comet.header_hash(signed.header).hex())
        first_height = self.state["height"] + 1
        return Trust(root=root, witnesses=(self.url,), initial_height=first_height)

    def close(self) -> None:
        """End the network."""
        run_testnet("stop", "--dir", str(self.net))


def run_testnet(*words: str) -> Any:
    """The JSON result of a command that finds CometBFT where this process does."""
    line = [sys.executable, "-m", "ctn.cli", "testnet", *words, "--json"]
    return json.loads(subprocess.run(line, check=True, capture_output=True).stdout.splitlines()[-1])


@pytest.fixture(scope="module", name="moved")
def _moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    if cometbft.look().path is None:
        pytest.skip(SKIP)
    moved = Moved(tmp_path_factory.mktemp("moved"))
    yield moved
    moved.close()


def root_of(block: dict[str, Any]) -> str:
    text: str = block["committed"]["header"]["app_hash"]
    return text.lower()


def test_the_first_header_holds_the_root_that_was_exported(moved: Moved) -> None:
    first = moved.get(f"/blocks/{moved.state['height'] + 1}")
    assert root_of(first) == moved.state["root"]
    genesis = Home(moved.net / "node0").read_genesis()
    assert genesis.parent is not None
    assert genesis.parent.root == moved.state["root"]
    assert moved.started["chain"] == chain_name(genesis) != moved.state["chain"]


def test_a_network_that_makes_blocks_is_running(moved: Moved) -> None:
    status = moved.get("/status")
    assert (status["engine"], status["sync"], status["kind"]) == ("abci", "running", "full")


def test_people_trade_on_with_the_keys_and_money_they_had(moved: Moved) -> None:
    assert moved.receipt["status"] == "applied"
    assert moved.receipt["height"] > moved.state["height"]
    sender = moved.receipt["moves"][0][1]
    accounts = {row[1]: row[2] for row in moved.state["records"] if row[0] == "account"}
    assert moved.get(f"/accounts/{sender}")["sequence"] == accounts[sender]["sequence"] + 1


def test_a_block_names_no_maker_and_is_committed_by_the_set(moved: Moved) -> None:
    height = moved.receipt["height"]
    block = moved.get(f"/blocks/{height}")
    members = moved.get(f"/validators/{height}")["validators"]
    assert (block["header"]["maker"], block["seal"]) == (None, None)
    assert block["header"]["height"] == height
    header = comet.read(block["committed"]["header"], comet.CometHeader)
    assert block["hash"] == comet.header_hash(header).hex()
    assert int(header.height) == height - moved.state["height"]
    before = moved.get(f"/blocks/{height - 1}")
    assert block["header"]["previous"] == before["hash"]
    wait_until(lambda: moved.get("/status")["height"] > height, 10)
    after = moved.get(f"/blocks/{height + 1}")
    assert root_of(after) == block["header"]["state"]
    assert [row["power"] for row in members] == [10]
    raw = block["committed"]["commit"]["signatures"]
    assert [row["validator_address"] for row in raw] == [
        comet.address_of(bytes.fromhex(row["key"])) for row in members
    ]


def test_a_read_is_proved_by_the_header_after_its_block(moved: Moved) -> None:
    found = moved.get("/state/param/fee_asset?prove=1")
    assert (found["header"], found["seal"]) == (None, None)
    signed = CommittedHeader(**found["committed"])
    header = comet.read(signed.header, comet.CometHeader)
    commit = comet.read(signed.commit, comet.Commit)
    members = [comet.read(row, comet.Validator) for row in signed.validators]
    check_block(LightBlock(header, commit, members), "ctn-testnet")
    assert int(header.height) == found["height"] - moved.state["height"] + 1
    root = bytes.fromhex(header.app_hash)
    proved = Proved(found["value"], found["path"], None, None, None)
    assert value_under(root, b"param\0fee_asset", proved) == "cny"


def test_several_reads_are_proved_by_one_header(moved: Moved) -> None:
    found = moved.get("/proofs?key=param/fee_asset&key=chain/clock")
    root = bytes.fromhex(found["committed"]["header"]["app_hash"])
    assert (found["header"], found["seal"]) == (None, None)
    for row in found["records"]:
        proved = Proved(row["value"], row["path"], None, None, None)
        assert value_under(root, f"{row['table']}\0{row['id']}".encode(), proved) is not None


def test_a_query_points_to_the_light_client(moved: Moved) -> None:
    said = Cli(moved.net / "node0")("query", "param", "fee_asset", "--prove")
    assert said.code == 1
    assert "ctn light verify" in said.err


def test_a_light_client_believes_value_and_receipt_from_the_first_header(moved: Moved) -> None:
    with Client(moved.url, moved.trust()) as client:
        identity = moved.receipt["tx"]
        found = client.receipt(identity)
        assert found["receipt"] == moved.receipt
        sender = moved.receipt["moves"][0][1]
        balance = client.balance(sender, "cny")
        assert balance == int(moved.get(f"/state/balance/{sender}/cny")["value"])


def double(moved: Moved, **changes: str) -> dict[str, Any]:
    """A block of height 3 with a changed header, which the validator signed beside the chain's."""
    signed = asked(moved, "commit", height="3")["signed_header"]
    path = moved.net / "node0" / "cometbft" / "config" / "priv_validator_key.json"
    key = json.loads(path.read_bytes())["priv_key"]["value"]
    header, commit = signed["header"] | changes, signed["commit"]
    found = comet.header_hash(comet.read(header, comet.CometHeader)).hex().upper()
    commit["block_id"]["hash"] = found
    (row,) = commit["signatures"]
    message = comet.vote_bytes(
        header["chain_id"], comet.read(commit, comet.Commit), row["timestamp"]
    )
    row["signature"] = to_base64(ed25519.sign(from_base64(key)[:32], message))
    members = asked(moved, "validators", height="3")["validators"]
    return {"header": header, "commit": commit, "validators": members}


def asked(moved: Moved, method: str, **params: str) -> dict[str, Any]:
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found: dict[str, Any] = httpx.post(f"{moved.url}/api/v1/cometbft", json=call).json()["result"]
    return found


def test_a_certificate_of_the_embedded_chain_is_proved_on_the_network(moved: Moved) -> None:
    with Client(moved.url, moved.trust()) as client:
        found = client.certificate(moved.certificate)
    assert (found["proved_g"], found["unproved_g"]) == (2_500_000, 0)
    assert found["height"] > moved.state["height"]


@pytest.mark.parametrize("field", ["data_hash", "app_hash"])
def test_the_evidence_of_a_light_client_reaches_the_chain(moved: Moved, field: str) -> None:
    """A header that was voted twice, and one that was made up."""
    wrong = double(moved, **{field: "AB" * 32})
    right = double(moved)
    file = moved.folder / f"light-evidence-{field}.json"
    file.write_bytes(encode({"height": 3, "primary": wrong, "witness": right, "url": "http://w"}))
    said = Cli(moved.folder / "none").ok("node", "submit-evidence", str(file), "--url", moved.url)
    rows = wrong["validators"]
    assert said["signers"] == [rows[0]["address"]]
    rpc_address = read_config(Home(moved.net / "node0").config).cometbft.rpc
    first = moved.get("/status")["height"] - moved.state["height"]
    for height in range(first, first + 10):
        wait_until(lambda at=height: rpc.sync_of(rpc_address).height >= at, 10)
        block = rpc.call(rpc_address, "block", height=str(height))["block"]
        if block["evidence"]["evidence"]:
            return
    raise AssertionError("no block holds the evidence")


def test_refuses_evidence_of_the_chains_own_block(moved: Moved) -> None:
    right = double(moved)
    file = moved.folder / "no-evidence.json"
    file.write_bytes(encode({"height": 3, "primary": right, "witness": right, "url": "http://w"}))
    said = Cli(moved.folder / "none")("node", "submit-evidence", str(file), "--url", moved.url)
    assert said.code == 1
    assert "both blocks 3 are this chain's" in said.err


def test_the_network_goes_back_to_one_maker_with_the_same_root(moved: Moved) -> None:
    out = moved.folder / "back.json"
    Cli(moved.net / "node0").ok("export", "--out", str(out))
    state = json.loads(out.read_bytes())
    assert state["height"] >= moved.receipt["height"]
    back = Cli(moved.folder / "back")
    made = back.ok("import", str(out), "--chain-id", "ctn-back")
    assert made["root"] == state["root"]
    (back.home / "config" / "node.toml").write_text(
        (moved.first.home / "config" / "node.toml").read_text()
    )
    keys = moved.first.home / "keys"
    for path in keys.glob("dev-*"):
        shutil.copy(path, back.home / "keys")
    running = Running(back.home, "node", "start")
    running.wait()
    time.sleep(0.1)
    status = back.ok("node", "status")
    assert (status["height"], status["root"]) == (state["height"], state["root"])
    receipt = back.send(*PAY)
    assert receipt["height"] == state["height"] + 1
    assert running.stop() == 0

"""One validator for real: CometBFT v0.38.25 and the application, from door to receipt."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ctn import cometbft
from ctn.crypto import ed25519
from ctn.kernel.codec import to_base64
from ctn.node.cometbft.files import Folder, Validator
from ctn.node.config import CometbftTable, Config, EngineTable, StoreTable
from ctn.node.home import Home
from tests.node.abci.nodes import network_genesis
from tests.node.chains import PEOPLE, Sender, chain_of

COMETBFT = cometbft.look().path
ROOT = Path(__file__).resolve().parents[3]
CODE = (
    "import sys; from pathlib import Path; from ctn.node.abci.process import run_app; "
    "sys.exit(run_app(Path(sys.argv[1])))"
)

pytestmark = pytest.mark.skipif(
    COMETBFT is None, reason=f"cometbft v{cometbft.VERSION} not found; to run: make cometbft"
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


class Validator1:
    """A network of one node."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        table = CometbftTable(
            p2p=f"127.0.0.1:{free_port()}", rpc=f"127.0.0.1:{free_port()}",
            timeout_commit_ms=50, peer_exchange="closed",
        )  # fmt: skip
        config = Config(
            engine=EngineTable(kind="abci"),
            store=StoreTable(map_gib=1, ballast_mib=0, min_free_mib=0),
            cometbft=table,
        )
        genesis = msgspec.structs.replace(network_genesis(), time=1_790_000_000_000)
        self.home.create(genesis, None, config)
        files = Folder(self.home)
        files.create(b"n" * 32, b"v" * 32)
        files.write_genesis(genesis, [Validator(ed25519.public_key(b"v" * 32), 10, "v")])
        files.write_config(table)
        self.start()

    def start(self) -> None:
        listening = self.home.socket.with_name("abci.sock")
        listening.unlink(missing_ok=True)
        folder = self.home.folder
        self.app = subprocess.Popen(
            [sys.executable, "-c", CODE, str(folder)], stderr=subprocess.DEVNULL, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        wait_until(listening.exists)
        before = self.status()["height"]
        self.comet = subprocess.Popen(
            [str(COMETBFT), "start", "--home", str(folder / "cometbft")], cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: self.status()["height"] > before + 1)

    def ask(self, call: str, **fields: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(40)
            door.connect(str(self.home.socket))
            data = json.dumps({"id": 1, "call": call} | fields).encode()
            door.sendall(len(data).to_bytes(4, "big") + data)
            with door.makefile("rb") as answers:
                return json.loads(answers.read(int.from_bytes(answers.read(4), "big")))

    def status(self) -> Any:
        return self.ask("status")["ok"]

    def submit(self, envelope: bytes) -> Any:
        return self.ask("submit", tx=to_base64(envelope), wait=True)

    def kill(self) -> None:
        for process in (self.comet, self.app):
            process.kill()
            process.wait()


def wait_until(holds: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Validator1]:
    found = Validator1(tmp_path)
    yield found
    found.kill()


def test_a_transfer_at_the_door_comes_back_as_a_receipt(node: Validator1) -> None:
    sender = Sender(PEOPLE[0], chain_of(node.home))
    first = sender.pay(PEOPLE[1], 5)
    answer = node.submit(first)["ok"]
    assert answer["status"] == "applied"
    assert node.status()["engine"] == "abci"
    assert node.submit(first)["ok"]["receipt"] == answer["receipt"]
    refused = node.submit(sender.pay(PEOPLE[1], sequence=9))
    assert refused["refusal"]["code"] == "kernel.SequenceGap"
    block = node.ask("block", height=answer["receipt"]["height"])["ok"]["block"]
    assert block["transactions"] == [answer["id"]]


def test_killed_together_both_go_on_where_they_were(node: Validator1) -> None:
    sender = Sender(PEOPLE[0], chain_of(node.home))
    answers = [node.submit(sender.pay(PEOPLE[1]))["ok"] for _ in range(3)]
    for _ in range(2):
        node.kill()
        node.start()
    for answer in answers:
        found = node.ask("transaction", place=answer["id"])["ok"]
        assert found["receipt"] == answer["receipt"]
    assert node.submit(sender.pay(PEOPLE[1]))["ok"]["status"] == "applied"


def test_the_application_ends_in_order_when_cometbft_dies(node: Validator1) -> None:
    node.comet.kill()
    assert node.app.wait(20) == 0

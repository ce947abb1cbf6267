"""The light client against CometBFT itself, by the door that passes its calls on."""

import asyncio
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ctn import cometbft
from ctn.api.app import Parts, create_app
from ctn.api.link import Link
from ctn.client.comet_door import CometDoor
from ctn.client.light import comet
from ctn.client.light.committed import Committed
from ctn.client.light.trust import Root, Trust
from ctn.client.talks import Ask, Pause, Reply
from ctn.node.config import Config

COMETBFT = cometbft.look().path
pytestmark = pytest.mark.skipif(
    COMETBFT is None, reason=f"cometbft v{cometbft.VERSION} not found; to run: make cometbft"
)


@pytest.fixture(name="rpc")
def _rpc(tmp_path: Path) -> Iterator[str]:
    """The RPC of one validator that runs the built-in kvstore."""
    assert COMETBFT is not None
    home = str(tmp_path / "comet")
    subprocess.run([str(COMETBFT), "init", "--home", home], check=True, capture_output=True)
    ports = [_free_port() for _ in range(2)]
    command = [
        str(COMETBFT), "start", "--home", home, "--proxy_app=kvstore",
        f"--p2p.laddr=tcp://127.0.0.1:{ports[0]}", f"--rpc.laddr=tcp://127.0.0.1:{ports[1]}",
    ]  # fmt: skip
    config = Path(home) / "config" / "config.toml"
    text = config.read_text().replace('timeout_commit = "1s"', 'timeout_commit = "50ms"')
    config.write_text(re.sub('pprof_laddr = ".*"', 'pprof_laddr = ""', text))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"127.0.0.1:{ports[1]}"
    process.terminate()
    process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_follows_a_running_cometbft_through_the_door(rpc: str, tmp_path: Path) -> None:
    chain = ""
    for _ in range(100):
        try:
            found = httpx.get(f"http://{rpc}/commit?height=2").json()
        except httpx.TransportError:
            found = {}
        if "result" in found:
            header = found["result"]["signed_header"]["header"]
            chain = header["chain_id"]
            break
        time.sleep(0.1)
    root = comet.header_hash(comet.read(header, comet.CometHeader)).hex()
    trust = Trust(root=Root(2, root), witnesses=("http://witness",), folder=tmp_path)
    app = create_app(Link(str(tmp_path / "none.sock")), Config(), Parts(comet=CometDoor(rpc)))

    async def follow() -> comet.LightBlock:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            way = Committed(trust, f"{chain}:0123456789abcdef", time.time_ns)
            for talk in (way.begin(), way.trusted(12)):
                step = next(talk)
                try:
                    while True:
                        step = talk.send(await _serve(http, step))
                except StopIteration as end:
                    block = end.value
            return block

    assert asyncio.run(follow()).height == 12
    assert [file.name for file in tmp_path.glob("headers-*")] == [f"headers-2-{root[:16]}.json"]


async def _serve(http: httpx.AsyncClient, step: Ask | Pause) -> Reply:
    if isinstance(step, Pause):
        await asyncio.sleep(step.milliseconds / 1000)
        return Reply(0, b"")
    headers = {"Content-Type": "application/json"}
    found = await http.request(step.method, step.path, content=step.body, headers=headers)
    return Reply(found.status_code, found.content)

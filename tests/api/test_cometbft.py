"""The door to CometBFT passes on four calls, as they are meant, and nothing else."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from ctn.api.app import Parts, create_app
from ctn.api.cometbft import sync_of
from ctn.api.link import Link
from ctn.client.certificate_proof import Pin, check_proof
from ctn.client.comet_door import CometDoor
from ctn.client.light.pinned import pinned_set
from ctn.node.config import Config
from tests.api.certificate_worlds import certified
from tests.api.chains import Asked
from tests.client.light.comet_chain import Chain as CometChain
from tests.client.light.recorded import signed
from tests.tools.small_export import canonical

CALL: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "commit", "params": {"height": "3"}}
ANSWER = json.dumps({"jsonrpc": "2.0", "id": 1, "result": signed("one", 3)}).encode()


class Comet(HTTPServer):
    """A server in CometBFT's place that keeps what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answer = ANSWER
        self.chain: CometChain | None = None
        super().__init__(("127.0.0.1", 0), _Asked)


class _Asked(BaseHTTPRequestHandler):
    server: Comet

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answer
        if self.server.chain is not None:
            answer = answer_of(self.server.chain, json.loads(self.server.bodies[-1]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


def answer_of(chain: CometChain, call: dict[str, Any]) -> bytes:
    """What CometBFT answers about its last block, or one that is named."""
    height = int(call["params"].get("height", chain.length))
    result: dict[str, Any] = {"signed_header": chain.signed[height], "canonical": False}
    if call["method"] == "validators":
        rows = chain.sets[height]
        number = str(len(rows))
        result = {
            "block_height": str(height), "validators": rows, "count": number, "total": number,
        }  # fmt: skip
    return json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}).encode()


@pytest.fixture(name="comet")
def _comet() -> Iterator[Comet]:
    server = Comet()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask(rpc: str, body: bytes, tmp_path: Path) -> httpx.Response:
    """The answer of a platform whose node has CometBFT at `rpc`."""

    async def asked() -> httpx.Response:
        link = Link(str(tmp_path / "none.sock"))
        app = create_app(link, Config(), Parts(comet=CometDoor(rpc)))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"content-type": "application/json"}
            return await client.post("/api/v1/cometbft", content=body, headers=headers)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "change",
    [
        {}, {"method": "validators", "params": {"height": "3", "page": "1", "per_page": "100"}},
        {"method": "consensus_params"}, {"id": "abc"}, {"id": -1},
        {"method": "broadcast_evidence", "params": {"evidence": {"type": "x", "value": {}}}},
    ],
)  # fmt: skip
def test_passes_on_the_four_calls_and_the_answer(
    change: dict[str, Any], comet: Comet, tmp_path: Path
) -> None:
    call = CALL | change
    found = ask(f"127.0.0.1:{comet.server_port}", json.dumps(call).encode(), tmp_path)
    assert (found.status_code, found.content) == (200, ANSWER)
    assert found.headers["content-type"] == "application/json"
    assert [json.loads(body) for body in comet.bodies] == [call]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(CALL | {"method": method}).encode()
        for method in ("broadcast_tx_sync", "dial_peers", "unsafe_flush_mempool", "", "Commit")
    ]
    + [
        json.dumps(CALL | {"more": 1}).encode(), json.dumps([CALL]).encode(), b"", b"{",
        json.dumps(CALL | {"jsonrpc": "1.0"}).encode(), json.dumps(CALL | {"params": []}).encode(),
        json.dumps(CALL | {"id": None}).encode(), json.dumps(CALL | {"id": 1.5}).encode(),
    ],
)  # fmt: skip
def test_refuses_any_other_call(body: bytes, comet: Comet, tmp_path: Path) -> None:
    found = ask(f"127.0.0.1:{comet.server_port}", body, tmp_path)
    assert (found.status_code, found.json()["code"]) == (400, "Malformed")
    assert comet.bodies == []


def test_of_a_key_given_twice_one_reaches_cometbft(comet: Comet, tmp_path: Path) -> None:
    """What reaches CometBFT is what was read here, whichever of the two its reader would take."""
    body = json.dumps(CALL).encode().replace(b'"params"', b'"params":{"height":"1"},"params"')
    ask(f"127.0.0.1:{comet.server_port}", body, tmp_path)
    assert [json.loads(body) for body in comet.bodies] == [CALL]
    assert comet.bodies[0].count(b"params") == 1


def test_refuses_a_body_above_32_kib(comet: Comet, tmp_path: Path) -> None:
    body = json.dumps(CALL | {"params": {"evidence": "x" * 33_000}}).encode()
    found = ask(f"127.0.0.1:{comet.server_port}", body, tmp_path)
    assert (found.status_code, found.json()["code"]) == (413, "body_too_large")


def test_refuses_on_a_node_without_cometbft(api: Asked) -> None:
    found = api.post("/cometbft", CALL)
    assert (found.status_code, found.json()["code"]) == (404, "no_cometbft")


def test_says_when_cometbft_is_away_or_answers_too_much(comet: Comet, tmp_path: Path) -> None:
    body = json.dumps(CALL).encode()
    found = ask("127.0.0.1:9", body, tmp_path)
    assert (found.status_code, found.json()["code"]) == (503, "cometbft_away")
    comet.answer = b"x" * ((4 << 20) + 1)
    found = ask(f"127.0.0.1:{comet.server_port}", body, tmp_path)
    assert (found.status_code, found.json()["code"]) == (503, "cometbft_away")


def test_proofs_and_sets_of_such_a_node_are_those_of_cometbft(comet: Comet) -> None:
    """The root of the records stands in the header after their block."""
    with certified() as world:
        identity = world.retire()
        status = world.api.get("/status").json()
        # Six heights of ours lie before CometBFT's first.
        first = status["height"] - 6
        chain = comet.chain = CometChain(9)
        name = world.chain.name.partition(":")[0]
        found = chain.signed[8]["header"]
        chain.sign(8, found | {"chain_id": name, "app_hash": status["root"].upper()})

        async def fetched() -> list[httpx.Response]:
            link = Link(world.chain.socket)
            door = CometDoor(f"127.0.0.1:{comet.server_port}", first)
            transport = httpx.ASGITransport(create_app(link, Config(), Parts(comet=door)))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                paths = (f"certificates/{identity}.proof.json", f"validators/{status['height']}")
                answers = [await client.get(f"/api/v1/{path}") for path in paths]
            await link.close()
            return answers

        proof, members = asyncio.run(fetched())
    file = json.loads(proof.content)
    file["height"] = 7  # of a chain that begins at 1, which this one stands in for
    known = pinned_set(json.dumps(file["validators"]).encode())
    shown = check_proof(canonical(file), Pin(validators=known))
    assert (shown.certificate["id"], shown.proved_g, shown.header.place) == (identity, 10**6, 8)
    assert [row["power"] for row in members.json()["validators"]] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("info", "age_ms", "sync"),
    [
        ({"catching_up": False}, 900, "running"), ({"catching_up": True}, 900, "syncing"),
        ({"catching_up": False}, 30_001, "halted"), ({}, 900, "halted"), (None, 900, "halted"),
    ],
)  # fmt: skip
def test_status_tells_whether_the_network_makes_blocks(
    comet: Comet, info: dict[str, Any] | None, age_ms: int, sync: str
) -> None:
    comet.answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"sync_info": info}}).encode()
    assert asyncio.run(sync_of(CometDoor(f"127.0.0.1:{comet.server_port}"), age_ms)) == sync


def test_status_tells_a_cometbft_that_is_away() -> None:
    assert asyncio.run(sync_of(CometDoor("127.0.0.1:9"), 900)) == "halted"

"""The platform over a real port: what travels on the wire, ports, and an orderly end."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from ctn.api import bodies, process, wire
from ctn.api.app import Parts, create_app
from ctn.api.link import Link
from ctn.api.process import PortBusy, listen, run_api
from ctn.node.config import Config
from ctn.views.writer import start_views
from tests.api.chains import Chain

START = (
    "import sys; from pathlib import Path; from ctn.api.process import run_api; "
    "sys.exit(run_api(Path(sys.argv[1]), port=int(sys.argv[2])))"
)
Talk = Callable[[int], Awaitable[bytes]]


def serve(chain: Chain, talk: Talk) -> bytes:
    """What a talk with a served port heard; then the server is told to stop, and ends."""

    async def run() -> bytes:
        listener = listen("127.0.0.1", 0)
        port: int = listener.getsockname()[1]
        link = Link(chain.socket)
        app = create_app(link, Config(), Parts(views))
        serving = asyncio.create_task(process.serve(app, link, listener))
        try:
            return await talk(port)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(serving, 10)

    views = start_views(chain.home.folder)
    try:
        return asyncio.run(run())
    finally:
        views.close()


def say(*parts: bytes, pause: float = 0) -> Talk:
    """A talk that sends parts with a pause between, and reads until the server closes."""

    async def talk(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer

    return talk


def test_serves_over_a_port_and_ends_with_0_when_told_to(chain: Chain) -> None:
    port = listen_and_free()
    text = chain.home.config.read_text()
    chain.home.config.write_text(text.replace('documents = "open"', 'documents = "persisted"'))
    started = subprocess.Popen(
        [sys.executable, "-c", START, str(chain.home.folder), str(port)],
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        answer = ask(f"http://127.0.0.1:{port}/api/v1/status")
        assert answer.json()["chain"] == chain.name
        asked = {"query": "{chain{name}}"}
        refused = httpx.post(f"http://127.0.0.1:{port}/graphql", json=asked)
        assert refused.json()["errors"][0]["extensions"]["code"] == "document_not_allowed"
        started.send_signal(signal.SIGTERM)
        status = started.wait(10)
        assert started.stderr is not None
        told = started.stderr.read()
        assert status == 0, told
        assert b'"event": "listening"' in told
    finally:
        started.kill()
        started.communicate()


def test_a_busy_port_stops_the_start_when_it_was_asked_for(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert run_api(chain.home.folder, port=port) == 4
        assert "PortBusy" in capsys.readouterr().err


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen("127.0.0.1", 0) as taken:
        first: int = taken.getsockname()[1]
        monkeypatch.setattr(process, "PORTS", range(first, first + 20))
        with listen("127.0.0.1", None) as found:
            assert first < found.getsockname()[1] < first + 20
        monkeypatch.setattr(process, "PORTS", range(first, first + 1))
        with pytest.raises(PortBusy):
            listen("127.0.0.1", None)


@pytest.mark.parametrize("request_bytes", [b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/9.9 x\r\n\r\n"])
def test_what_is_no_http_is_told_so_in_our_form(chain: Chain, request_bytes: bytes) -> None:
    answer = serve(chain, say(request_bytes))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"application/problem+json" in answer
    assert b'"code":"bad_request"' in answer
    assert b"X-Content-Type-Options: nosniff" in answer


def test_a_head_above_16_kib_is_refused_while_it_arrives(chain: Chain) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000
    answer = serve(chain, say(head))
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"head_too_large"' in answer


def test_a_head_that_does_not_arrive_is_refused(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SEND_SECONDS", 0.3)
    answer = serve(chain, say(b"GET / HT", b"TP/1.1\r\nX-A: 1\r\n", pause=0.05))
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_the_next_head_on_a_connection_has_its_own_time(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SEND_SECONDS", 0.3)
    whole = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = serve(chain, say(whole, whole, b"GET /no", pause=0.25))
    assert answer.count(b"HTTP/1.1 404 ") == 2
    assert answer.count(b"HTTP/1.1 408 ") == 1


def test_a_body_that_does_not_arrive_is_refused(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SEND_SECONDS", 0.2)
    head = (
        b"POST /api/v1/transactions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    )
    answer = serve(chain, say(head, b'{"tx":'))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in answer


def hoard(requests: int, *, pause: float, taken: int) -> Talk:
    """A talk that asks for much, takes so many bytes after each pause, and then the rest."""

    async def talk(port: int) -> bytes:
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        peer.setblocking(False)
        loop = asyncio.get_running_loop()
        heard = b""
        with peer, contextlib.suppress(ConnectionError):
            await loop.sock_connect(peer, ("127.0.0.1", port))
            asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * requests
            await loop.sock_sendall(peer, asked)
            for _ in range(10):
                await asyncio.sleep(pause)
                if taken:
                    heard += await loop.sock_recv(peer, taken)
            while heard.count(b"HTTP/1.1 200 ") < requests:
                part = await asyncio.wait_for(loop.sock_recv(peer, 1 << 20), 10)
                if not part:
                    break
                heard += part
        return heard

    return talk


@pytest.mark.skipif(process.TAKES_NOTHING is None, reason="this system has no TCP_USER_TIMEOUT")
def test_a_reader_that_takes_nothing_is_cut_off_and_a_slow_one_is_not(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STALLED_MS", 500)
    stalled = serve(chain, hoard(40, pause=0.2, taken=0))
    assert stalled.count(b"HTTP/1.1 200 ") < 40
    slow = serve(chain, hoard(40, pause=0.1, taken=1 << 17))
    assert slow.count(b"HTTP/1.1 200 ") == 40


def listen_and_free() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def ask(url: str) -> httpx.Response:
    """The first answer of a server that is starting."""
    for _ in range(200):
        try:
            return httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the platform never listened")


def test_a_home_with_a_bad_configuration_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "node.toml").write_text("nonsense = 1\n")
    assert run_api(tmp_path, port=0) == 78

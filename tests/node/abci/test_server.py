"""The socket: frames, four connections, order of answers, and how it ends."""

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.node.abci.driver import Connections
from ctn.node.abci.frames import FrameInvalid, Frames, frame, read_request, varint
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.server import Server
from ctn.node.stops import BadConfig


class Serving:
    """A server on a thread of its own, with an application that echoes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended: list[BaseException | None] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run)
        self.ready = threading.Event()
        self.is_over = threading.Event()
        self.thread.start()
        assert self.ready.wait(10)

    def _run(self) -> None:
        async def start() -> asyncio.Server:
            return await Server(self._answer, self._end).serve(self.path)

        self.server = self.loop.run_until_complete(start())
        self.ready.set()
        self.loop.run_forever()

    async def _answer(self, request: pb.Request) -> pb.Response:
        if request.WhichOneof("value") == "echo":
            await asyncio.sleep(0 if request.echo.message else 0.05)
            return pb.Response(echo=pb.ResponseEcho(message=request.echo.message))
        if request.WhichOneof("value") == "query":
            raise ZeroDivisionError("a bug")
        return pb.Response(commit=pb.ResponseCommit())

    def _end(self, error: BaseException | None) -> None:
        self.ended.append(error)
        self.is_over.set()

    def close(self) -> None:
        def stop() -> None:
            self.server.close()
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.05, self.loop.stop)

        self.loop.call_soon_threadsafe(stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    found = Serving(tmp_path / "run" / "abci.sock")
    yield found
    found.close()


def echo(text: str) -> tuple[str, Any]:
    return "echo", pb.RequestEcho(message=text)


def test_the_socket_is_its_owners_alone(serving: Serving) -> None:
    assert stat.S_IMODE(os.stat(serving.path).st_mode) == 0o600


def test_refuses_a_path_of_more_than_100_bytes(tmp_path: Path) -> None:
    async def serve() -> None:
        await Server(None, None).serve(tmp_path / ("x" * 101))  # type: ignore[arg-type]

    with pytest.raises(BadConfig, match="100 bytes"):
        asyncio.run(serve())


def test_answers_stand_in_the_order_of_the_requests(serving: Serving) -> None:
    connections = Connections(serving.path)
    texts = ["", "a", "", "b", "c"]
    found = connections.ask_all("consensus", [echo(text) for text in texts])
    assert [answer.message for answer in found] == texts
    connections.close()


def test_a_slow_connection_holds_up_no_other(serving: Serving) -> None:
    connections = Connections(serving.path)
    data = pb.Request(echo=pb.RequestEcho()).SerializeToString()
    connections.send_raw("query", (varint(len(data)) + data) * 20)
    assert connections.ask_all("mempool", [echo("now")])[0].message == "now"
    connections.close()


@pytest.mark.parametrize(
    "data", [b"\xff" * 6, varint(1 << 30), b"\x03\xff\xff\xff", b"\x00", b"\x02\x22\x00"]
)
def test_a_malformed_frame_closes_its_connection_alone(serving: Serving, data: bytes) -> None:
    connections = Connections(serving.path)
    connections.send_raw("mempool", data)
    assert connections.is_closed("mempool")
    assert connections.ask_all("query", [echo("x")])[0].message == "x"
    assert serving.ended == []
    connections.close()


def test_ends_when_the_consensus_connection_closes(serving: Serving) -> None:
    connections = Connections(serving.path)
    connections.ask_all("query", [echo("x")])
    connections.ask_all("consensus", [("commit", pb.RequestCommit())])
    connections.close()
    assert serving.is_over.wait(10)
    assert serving.ended == [None]


def test_a_bug_ends_the_process_and_is_never_answered(serving: Serving) -> None:
    connections = Connections(serving.path)
    with contextlib.suppress(ConnectionError):
        connections.ask_all("query", [("query", pb.RequestQuery())])
    assert serving.is_over.wait(10)
    assert isinstance(serving.ended[0], ZeroDivisionError)
    connections.close()


@given(st.lists(st.text(max_size=300), max_size=20), st.data())
def test_frames_survive_any_split(texts: list[str], data: st.DataObject) -> None:
    whole = b"".join([frame(pb.Request(echo=pb.RequestEcho(message=text))) for text in texts])
    frames, found, at = Frames(), [], 0
    while at < len(whole):
        size = data.draw(st.integers(1, len(whole) - at))
        found += frames.feed(whole[at : at + size])
        at += size
    assert [read_request(each).echo.message for each in found] == texts


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_invalid(data: bytes) -> None:
    with contextlib.suppress(FrameInvalid):
        for each in Frames().feed(data):
            read_request(each)

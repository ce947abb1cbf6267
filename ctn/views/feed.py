"""The blocks of an engine, read from its door on a thread that may wait.

The read model has one thread that does nothing but fold, so its feed is a plain socket: blocks
that have arrived already come together, and a pause gives an empty list, so that the reader can
look around.
"""

import socket
from collections.abc import Callable, Generator, Iterator
from copy import copy
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.node.config import read_config
from ctn.node.door_client import EngineGone, EngineRefused
from ctn.views.base import Base, Record, Records
from ctn.views.fold import Block, genesis_link, header_link
from ctn.views.refusals import ViewsBroken

Value = dict[str, Any]
PAUSE_SECONDS: Final = 0.25
CALL_SECONDS: Final = 30.0
RECEIVE_BYTES: Final = 1 << 20
TOGETHER_BLOCKS: Final = 200
TOGETHER_BYTES: Final = 16 << 20


class _Frame(msgspec.Struct):
    """One answer of the door to `follow`."""

    block: Block


class _Answer(msgspec.Struct):
    """One answer of the door to a call."""

    ok: Value = {}
    refusal: Value | None = None


class _Records(msgspec.Struct):
    """One answer of the door to `snapshot`."""

    records: list[Record]


_frames: Final = msgspec.json.Decoder(_Frame)


class Feed:
    """One home's engine: its genesis, its head, and its blocks from a height on."""

    def __init__(self, home: Path, stopped: Callable[[], bool]) -> None:
        self.home = home
        self.path = str(home / "run" / "node.sock")
        self.stopped = stopped
        self.kept: int | None = None

    def genesis(self) -> tuple[Genesis, str]:
        """The genesis of the home and its hash."""
        path = self.home / "config" / "genesis.json"
        try:
            data = path.read_bytes()
            return msgspec.json.decode(data, type=Genesis), genesis_link(data)
        except FileNotFoundError:
            raise ViewsBroken(f"{self.home} holds no chain: ctn init makes one") from None
        except msgspec.DecodeError as error:
            raise ViewsBroken(f"genesis.json: {error}") from None

    def height(self) -> int:
        """The height of the last block."""
        height: int = self._call("status")["height"]
        return height

    def keep_from(self) -> int:
        """The first height whose past is kept: what the home says, else genesis."""
        if self.kept is not None:
            return self.kept
        first = self.genesis()[0].initial_height
        wanted = read_config(self.home / "config" / "node.toml").views.keep_from
        return wanted if wanted > first else first - 1

    def keeping(self, height: int) -> Self:
        """This feed for an edition whose past begins at a height, whatever the home says."""
        other = copy(self)
        other.kept = height
        return other

    def first(self) -> int:
        """The first block that the engine holds; it holds every later one."""
        low, high = self.genesis()[0].initial_height, self.height() + 1
        while low < high:
            # Down: both ends stay inside.
            middle = (low + high) // 2
            if self.link(middle) is None:
                low = middle + 1
            else:
                high = middle
        return low

    def snapshot(self) -> tuple[Base, Iterator[Records]]:
        """Every record of the engine's last block, and which block that is."""
        frames = self._frames({"id": 0, "call": "snapshot"})
        ok = msgspec.json.decode(next(frames), type=_Answer).ok
        return Base(ok["height"], ok["block"], ok["time"]), _record_lists(frames)

    def link(self, height: int) -> str | None:
        """The hash of a block of the engine, of genesis for the height before the first."""
        genesis, link = self.genesis()
        if height < genesis.initial_height:
            return link if height == genesis.initial_height - 1 else None
        block = self._call("block", height=height)["block"]
        return None if block is None else header_link(block["header"])

    def follow(self, height: int) -> Iterator[list[Block]]:
        """Blocks from a height on: those that arrived together, or none after a pause."""
        with self._connected() as door:
            _send(door, {"id": 0, "call": "follow", "height": height})
            door.settimeout(PAUSE_SECONDS)
            waiting = bytearray()
            while not self.stopped():
                yield self._arrived(door, waiting)

    def _arrived(self, door: socket.socket, waiting: bytearray) -> list[Block]:
        """What can be read now; what is left of an unfinished frame stays waiting."""
        found: list[Block] = []
        taken = 0
        while len(found) < TOGETHER_BLOCKS and taken < TOGETHER_BYTES:
            frame = _frame(waiting)
            if frame is not None:
                taken += len(frame)
                found.append(_frames.decode(frame).block)
                continue
            if found:
                door.setblocking(False)
            try:
                data = door.recv(RECEIVE_BYTES)
            except (TimeoutError, BlockingIOError):
                break
            finally:
                door.settimeout(PAUSE_SECONDS)
            if not data:
                raise EngineGone("the engine closed its door")
            waiting += data
        return found

    def _call(self, call: str, **fields: Any) -> Value:
        frames = self._frames({"id": 0, "call": call} | fields)
        answer = msgspec.json.decode(next(frames), type=_Answer)
        frames.close()
        if answer.refusal is not None:
            raise EngineRefused(answer.refusal)
        return answer.ok

    def _frames(self, request: Value) -> Generator[bytes, None, None]:
        """The answers to a request, which the caller counts."""
        with self._connected() as door:
            _send(door, request)
            waiting = bytearray()
            while True:
                while (frame := _frame(waiting)) is None:
                    data = door.recv(RECEIVE_BYTES)
                    if not data:
                        raise EngineGone("the engine closed its door")
                    waiting += data
                yield frame

    def _connected(self) -> socket.socket:
        door = socket.socket(socket.AF_UNIX)
        door.settimeout(CALL_SECONDS)
        try:
            door.connect(self.path)
        except OSError as error:
            door.close()
            raise EngineGone(f"no engine at {self.path}: {error.strerror}") from None
        return door


def _record_lists(frames: Generator[bytes, None, None]) -> Iterator[Records]:
    """What `snapshot` answers after its head, until the empty list that ends it."""
    decoder = msgspec.json.Decoder(_Records)
    for frame in frames:
        records = decoder.decode(frame).records
        if not records:
            frames.close()
            return
        yield records


def _frame(waiting: bytearray) -> bytes | None:
    """The first whole frame, taken off what is waiting."""
    if len(waiting) < 4:
        return None
    end = 4 + int.from_bytes(waiting[:4], "big")
    if len(waiting) < end:
        return None
    frame = bytes(waiting[4:end])
    del waiting[:end]
    return frame


def _send(door: socket.socket, request: Value) -> None:
    data = encode(request)
    door.sendall(len(data).to_bytes(4, "big") + data)

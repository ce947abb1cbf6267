"""The unix socket on which CometBFT opens its four connections.

Requests of one connection are answered in their order; connections do not wait for each other.
What is malformed closes its connection; the end of the consensus connection ends the node, since
CometBFT does not come back to an application that it lost.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from ctn.node.abci.frames import FrameInvalid, Frames, frame, read_request
from ctn.node.abci.pb.abci_pb2 import Request, Response
from ctn.node.stops import BadConfig

PATH_MAX = 100
READ_BYTES = 1 << 18
# In this order CometBFT opens them: query, snapshot, mempool, consensus.
CONSENSUS_NUMBER = 4
CONSENSUS_METHODS = (
    "init_chain", "prepare_proposal", "process_proposal", "extend_vote",
    "verify_vote_extension", "finalize_block", "commit",
)  # fmt: skip

Answer = Callable[[Request], Awaitable[Response]]


class Server:
    """Reads requests, has them answered, and tells how it ended."""

    def __init__(self, answer: Answer, ended: Callable[[BaseException | None], None]) -> None:
        self._answer = answer
        self._ended = ended
        self._opened = 0

    async def serve(self, path: Path) -> asyncio.Server:
        """Listen; only the owner can connect. Raises BadConfig for a path that is too long."""
        if len(os.fsencode(path)) > PATH_MAX:
            raise BadConfig(f"{path}: a socket's path has at most {PATH_MAX} bytes")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        old = os.umask(0o177)
        try:
            return await asyncio.start_unix_server(self._connected, str(path))
        finally:
            os.umask(old)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._opened += 1
        is_consensus = self._opened == CONSENSUS_NUMBER
        frames = Frames()
        try:
            while data := await reader.read(READ_BYTES):
                answers: list[bytes] = []
                for found in frames.feed(data):
                    request = read_request(found)
                    is_consensus |= request.WhichOneof("value") in CONSENSUS_METHODS
                    answers.append(frame(await self._answer(request)))
                # What came together is answered together: a write is a call of the system.
                writer.write(b"".join(answers))
                await writer.drain()
        except (FrameInvalid, ConnectionError, asyncio.CancelledError):
            # Cancelled only at the loop's end.
            pass
        except BaseException as error:  # noqa: BLE001 - no answer hides a bug
            self._ended(error)
        finally:
            writer.close()
            if is_consensus:
                self._ended(None)

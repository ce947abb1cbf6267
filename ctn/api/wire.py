"""HTTP/1.1 on the wire: a head must arrive whole within 10 seconds and within 16 KiB.

uvicorn bounds neither the time of a head nor tells a bad one in our form; everything else of the
protocol is its own.
"""

import asyncio
import secrets
import sys
from typing import Any

import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from ctn.api.bodies import SEND_SECONDS
from ctn.api.gate import CORS_HEADERS, REQUEST_ID_BYTES, SECURITY_HEADERS
from ctn.api.problems import cause_of, problem_of
from ctn.api.refusals import BadRequest, DoorRefusal, HeadTooLarge, TooSlow


class Wire(H11Protocol):
    """One connection."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected: the first head is due."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Bytes came: the timer runs while a head is incomplete, and ends with it."""
        if self._timer is None and self._awaits_head():
            self._start_timer()
        super().data_received(data)
        if not self._awaits_head():
            self._stop_timer()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """A whole head came that asks for a socket, which has its own times from here on."""
        self._stop_timer()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """A head that is no HTTP, or longer than it may be."""
        del msg
        error: Any = sys.exception()
        is_large = getattr(error, "error_status_hint", 400) == HeadTooLarge.status
        self._refuse(HeadTooLarge() if is_large else BadRequest())

    def _awaits_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(SEND_SECONDS, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._refuse(TooSlow(seconds=SEND_SECONDS))

    def _refuse(self, refusal: DoorRefusal) -> None:
        if not self.transport.is_closing():
            self.transport.write(refusal_bytes(refusal))
            self.transport.close()


def refusal_bytes(refusal: DoorRefusal) -> bytes:
    """A whole HTTP answer that ends the connection."""
    request_id = secrets.token_hex(REQUEST_ID_BYTES)
    problem = problem_of(cause_of(refusal), "en", request_id)
    body = msgspec.json.encode(problem)
    headers = SECURITY_HEADERS | CORS_HEADERS | {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Request-Id": request_id,
    }  # fmt: skip
    lines = [f"HTTP/1.1 {problem.status} {problem.title}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body

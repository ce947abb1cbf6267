"""The light node: verified reads on loopback, for programs that cannot verify by themselves.

`GET /state/{table}/{id}`, `/balance/{account}/{asset}`, `/certificate/{id}`, `/serial/{text}`,
`/transaction/{id}`: the answers of the light client as JSON. What does not follow from the trust
root is 502 with the step.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from ctn.client.http import Client
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.talks import Unanswered
from ctn.kernel.refusal import Refusal

LOOPBACK = "127.0.0.1"
HOSTS = ("127.0.0.1", "localhost")
SECONDS = 10

Read = Callable[[str], dict[str, Any]]


class LightServer(ThreadingHTTPServer):
    """The reads of one client, one after the other; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, client: Client, port: int) -> None:
        self._lock = threading.Lock()
        self.reads: dict[str, Read] = {
            "state": lambda rest: client.state(*_two(rest)),
            "balance": lambda rest: client.state("balance", "/".join(_two(rest))),
            "certificate": client.certificate,
            "serial": client.serial,
            "transaction": client.receipt,
        }
        super().__init__((LOOPBACK, port), _Reader)

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body for a path."""
        kind, _, rest = urlsplit(path).path.lstrip("/").partition("/")
        read = self.reads.get(kind)
        if read is None or not rest:
            return 404, {"code": "not_found", "detail": f"one of /{', /'.join(self.reads)}"}
        try:
            with self._lock:
                return 200, read(unquote(rest))
        except LightVerifyFailed as failure:
            detail = failure.reason
            return 502, {"code": "LightVerifyFailed", "step": failure.step, "detail": detail}
        except Refusal as refusal:
            return 422, {"code": refusal.code, "detail": str(refusal)}
        except ValueError as error:
            return 400, {"code": "malformed", "detail": str(error)}
        except Unanswered as error:
            return 503, {"code": "unanswered", "detail": str(error)}


class _Reader(BaseHTTPRequestHandler):
    """One request of a program on this machine."""

    timeout = SECONDS
    server: LightServer

    def do_GET(self) -> None:
        """Answer a read."""
        # A page of another origin that a browser here shows must not read through a renamed host.
        if self.headers.get("Host", "").partition(":")[0] not in HOSTS:
            self._send(403, {"code": "not_loopback", "detail": "ask 127.0.0.1"})
        else:
            self._send(*self.server.answer(self.path))

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name there
        """Nothing: who reads what is nobody's business."""

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = msgspec.json.encode(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)


def _two(rest: str) -> tuple[str, str]:
    first, slash, second = rest.partition("/")
    if not slash or not second:
        raise ValueError("two parts, with / between them")
    return first, second

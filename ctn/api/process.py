"""The platform as a process: listens, serves until it is told to stop, and ends in order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from ctn.api.app import create_app
from ctn.api.gate import HEAD_BYTES
from ctn.api.link import Link
from ctn.api.log import log
from ctn.api.wire import Wire
from ctn.node.config import ApiTable, read_config
from ctn.node.home import Home
from ctn.node.stops import Stop

PORTS = range(8080, 8100)
STOP_SECONDS = 5


class PortBusy(Stop):
    """Another process listens on the port."""

    code = 4


class _Server(uvicorn.Server):
    """A server whose process keeps its own signals, so that it can exit with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def run_api(folder: Path, *, host: str = "127.0.0.1", port: int | None = None) -> int:
    """Serve the platform of a home until SIGTERM or SIGINT; the exit code.

    `port` None takes the first free one of 8080 to 8099; a given one is taken or PortBusy. The
    engine need not run yet: until it does, requests are answered 503.
    """
    home = Home(folder)
    try:
        config = read_config(home.config)
        listener = listen(host, port)
    except Stop as stop:
        log("stopped", reason=str(stop))
        return stop.code
    with listener:
        serving = _serve(
            str(home.socket), listener, spares_loopback=config.profile == "dev",
            public_url=config.api.public_url,
        )  # fmt: skip
        asyncio.run(serving)
    log("stopped")
    return 0


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; raises PortBusy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in PORTS if port is None else (port,):
        with contextlib.suppress(OSError):
            listener = socket.create_server((host, number), family=family, backlog=512)
            # Else the body of an answer waits 40 ms for the acknowledgement of its head.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return listener
    wanted = f"{PORTS.start} to {PORTS.stop - 1} are" if port is None else f"{port} is"
    raise PortBusy(f"port {wanted} in use at {host}")


async def _serve(
    node_socket: str, listener: socket.socket, *, spares_loopback: bool,
    public_url: str = ApiTable().public_url,
) -> None:  # fmt: skip
    link = Link(node_socket)
    config = uvicorn.Config(
        create_app(link, spares_loopback=spares_loopback, public_url=public_url),
        http=Wire,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = _Server(config)

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    host, port = listener.getsockname()[:2]
    log("listening", host=host, port=port)
    await server.serve(sockets=[listener])
    await link.close()

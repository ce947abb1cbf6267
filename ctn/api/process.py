"""The platform as a process: listens, serves until it is told to stop, and ends in order."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from ctn.api.app import Parts, close_app, create_app, graphql_of
from ctn.api.gate import HEAD_BYTES, Gate
from ctn.api.graphql.documents import Documents, read_kept
from ctn.api.link import Link
from ctn.api.log import log
from ctn.api.sockets import MESSAGE_BYTES, PING_SECONDS, PONG_SECONDS
from ctn.api.store import platform_store
from ctn.api.wire import Wire
from ctn.client.comet_door import CometDoor
from ctn.node.config import Config, read_config
from ctn.node.home import Home
from ctn.node.stops import Stop
from ctn.views.writer import start_views

PORTS = range(8080, 8100)
STOP_SECONDS = 5
STALLED_MS = 30_000
TAKES_NOTHING: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux alone has it
NICE = 5  # where cores are few, a block goes before its readers


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
        documents = Documents(read_kept(), config.graphql.documents)
        comet = _comet(home, config)
        with contextlib.ExitStack() as opened:
            listener = opened.enter_context(listen(host, port))
            store = platform_store(folder, config.platform.url)
            opened.callback(store.close)
            views = start_views(folder)
            opened.pop_all()
    except Stop as stop:
        log("stopped", reason=str(stop))
        return stop.code
    os.nice(NICE)
    link = Link(str(home.socket))
    app = create_app(link, config, Parts(views, documents, comet, store))
    with listener:
        try:
            asyncio.run(serve(app, link, listener))
        finally:
            views.close()
    log("stopped")
    return 0


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; raises PortBusy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in PORTS if port is None else (port,):
        with contextlib.suppress(OSError):
            found = socket.create_server((host, number), family=family, backlog=512)
            # Accepted sockets inherit it; else a small answer waits 40 ms for an acknowledgement.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Closing waits for a reader that takes nothing; so does every answer to it.
            if TAKES_NOTHING is not None:
                found.setsockopt(socket.IPPROTO_TCP, TAKES_NOTHING, STALLED_MS)
            return found
    wanted = f"{PORTS.start} to {PORTS.stop - 1} are" if port is None else f"{port} is"
    raise PortBusy(f"port {wanted} in use at {host}")


async def serve(app: Gate, link: Link, listener: socket.socket) -> None:
    """Serve an application on a listening socket until SIGTERM or SIGINT."""
    server = _Server(config_of(app))

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    host, port = listener.getsockname()[:2]
    log("listening", host=host, port=port)
    graphql = graphql_of(app)
    warming = None if graphql is None else asyncio.create_task(graphql.warm())
    await server.serve(sockets=[listener])
    if warming is not None:
        await warming
    await close_app(app)
    await link.close()


def _comet(home: Home, config: Config) -> CometDoor | None:
    """CometBFT of this node, when it has one."""
    if config.engine.kind != "abci":
        return None
    return CometDoor(config.cometbft.rpc, home.read_genesis().initial_height)


def config_of(app: Gate) -> uvicorn.Config:
    """How the application is served: limits of heads and sockets, no log of who asks what."""
    return uvicorn.Config(
        app,
        http=Wire,
        ws="websockets-sansio",
        ws_max_size=MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=STOP_SECONDS,
    )

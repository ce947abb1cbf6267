"""A running chain with a platform over it, and a client of that."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvicorn

from ctn.api.app import create_app
from ctn.api.link import Link
from ctn.client.http import Client
from ctn.node.config import Config
from tests.api.chains import Chain, running


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    """A running chain."""
    with TemporaryDirectory(prefix="ctn-") as folder, running(Path(folder) / "home") as found:
        yield found


@pytest.fixture(scope="module")
def url(chain: Chain) -> Iterator[str]:
    """The address of a platform over the chain, served by a thread."""
    link = Link(chain.socket)
    app = create_app(link, Config())
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)

    async def serve() -> None:
        await server.serve()
        await link.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """A client that trusts the server."""
    with Client(url) as found:
        yield found

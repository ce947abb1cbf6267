"""A running chain with a market and a batch, its read model, and the platform over both."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ctn.api.app import Parts, create_app, graphql_of
from ctn.api.graphql.documents import Documents
from ctn.api.link import Link
from ctn.api.process import MESSAGE_BYTES
from ctn.api.wire import Wire
from ctn.kernel.codec import Json
from ctn.kernel.genesis import Genesis
from ctn.kernel.op import Op
from ctn.modules.assets.records import Calendar
from ctn.modules.assets.transfer import Transfer
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import COUNTERS, Counters
from ctn.node.config import Config, EngineTable, StoreTable
from ctn.node.embedded import Engine
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from ctn.node.verifiers import Verifiers
from ctn.views.writer import Views, start_views
from tests.api.chains import MAKER, MAKER_SEED, Chain
from tests.modules.market.listings import placing
from tests.modules.market.worlds import CEA, NAME, REF, TONNE, instrument, state
from tests.modules.registry.worlds import put_batch
from tests.worlds import START, Person, World

BATCH = "vcs-00001-2021-001"
HELD_T = 100
PEOPLE = ("alice", "bob", "carol")


def genesis() -> Genesis:
    """Three people with money and allowances, an instrument that trades, a batch that is held."""
    world = World()
    for name in PEOPLE:
        address = world.person(name, cny=100_000)
        world.grant(address, CEA, 1_000 * TONNE)
    put_batch(world, (1, HELD_T, "held", Person("alice").address), batch=BATCH)
    world.put(Calendar("always", 0, 127, (), ()))
    world.put(instrument())
    world.put(state())
    world.put(Counters(1, 1, 0), COUNTERS)
    kept: list[tuple[str, str, Any]] = [
        (table, place, record) for (table, place), record in world._records.items()
    ]
    kept += [("balance", place, amount) for place, amount in world._balances.items()]
    kept.sort(key=lambda row: (row[0], row[1]))
    params: dict[str, Json] = dict(world.params)
    return Genesis("ctn-test", START, 1, 1, MAKER, params, kept, None, {})


class MarketChain(Chain):
    """A chain of that genesis."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        store = StoreTable(map_gib=1, ballast_mib=0, min_free_mib=1)
        config = Config(engine=EngineTable(block_interval_ms=20), store=store)
        self.home.create(genesis(), MAKER_SEED, config)
        self.opened = Opened(self.home)
        self.verifiers = Verifiers(1)
        self.engine = Engine(Maker(self.opened), self.verifiers)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.server = None


class Platform:
    """The platform over that chain, asked synchronously; sequences are counted here."""

    def __init__(self, chain: MarketChain, views: Views) -> None:
        self.chain = chain
        self.views = views
        self.runner = asyncio.Runner()
        self.link = Link(chain.socket)
        self.app = create_app(self.link, Config(), Parts(views))
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")
        self.sequences = dict.fromkeys(PEOPLE, 0)

    @property
    def documents(self) -> Documents:
        """The documents that the door keeps."""
        graphql = graphql_of(self.app)
        assert graphql is not None
        found: Documents = graphql.runner.documents
        return found

    def post(self, body: Any, **options: Any) -> httpx.Response:
        """The answer to a POST of JSON."""
        asked = self.client.post("/graphql", json=body, timeout=40, **options)
        return self.runner.run(asked)

    def raw(self, method: str, path: str = "/graphql", **options: Any) -> httpx.Response:
        """The answer to any request."""
        return self.runner.run(self.client.request(method, path, timeout=40, **options))

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of a query that is answered."""
        answer = self.post({"query": query, "variables": variables})
        found = answer.json()
        assert answer.status_code == 200, found
        assert "errors" not in found, found["errors"]
        return found["data"]

    def code(self, query: str, status: int = 400, **variables: Any) -> str:
        """The code of a query that is refused."""
        answer = self.post({"query": query, "variables": variables})
        assert answer.status_code == status, answer.text
        code: str = answer.json()["errors"][0]["extensions"]["code"]
        return code

    def envelope(self, name: str, *ops: Op) -> str:
        """The next transaction of a person."""
        sequence = self.sequences[name]
        self.sequences[name] += 1
        return self.chain.envelope(name, *ops, sequence=sequence)

    def send(self, name: str, *ops: Op) -> Any:
        """Hand in a transaction and wait until it can be read."""
        query = (
            "mutation($tx: String!) { submit(tx: $tx, wait: COMMIT) "
            "{ id status refusal { module code } receipt { height } } }"
        )
        found = self.ask(query, tx=self.envelope(name, *ops))["submit"]
        self.settle(found["receipt"]["height"])
        return found

    def settle(self, height: int) -> None:
        """Wait until the read model has come to a height."""
        until = time.monotonic() + 10
        while self.views.condition.served < height:
            assert time.monotonic() < until, self.views.condition.fields()
            time.sleep(0.005)

    def pay(self, name: str = "alice", target: str = "bob", amount: int = 5) -> Any:
        """A small transfer."""
        return self.send(name, Transfer("cny", amount, Person(target).address))

    def trade(self, price: int = REF, tonnes: int = 1) -> Any:
        """A trade: bob sells, alice buys."""
        self.send("bob", order("sell", price, tonnes))
        return self.send("alice", order("buy", price, tonnes))

    def close(self) -> None:
        """Disconnect."""
        self.runner.run(self.client.aclose())
        self.runner.run(self.link.close())
        self.runner.close()


def order(side: Any, price: int, tonnes: int = 1) -> PlaceOrder:
    """An order for the instrument of this chain."""
    return placing(side, price, tonnes, instrument=NAME)


@contextmanager
def platform() -> Iterator[Platform]:
    """A platform for the length of a block."""
    with TemporaryDirectory(prefix="ctn-") as folder:
        chain = MarketChain(Path(folder) / "home")
        chain.start()
        views = start_views(Path(folder) / "home")
        try:
            made = Platform(chain, views)
            made.settle(0)
            yield made
            made.close()
        finally:
            views.close()
            chain.stop()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals of the test alone."""
        yield


@contextmanager
def served(platform_: Platform, serving: Config | None = None) -> Iterator[str]:
    """The address of a real server of the platform's own application."""
    listener = socket.create_server(("127.0.0.1", 0))
    link = Link(platform_.chain.socket)
    app = create_app(link, serving or Config(), Parts(platform_.views))
    config = uvicorn.Config(
        app, http=Wire, ws="websockets-sansio", lifespan="off", log_config=None,
        ws_max_size=MESSAGE_BYTES, ws_per_message_deflate=False,
    )  # fmt: skip
    server = _Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/graphql"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Follower:
    """One socket of graphql-transport-ws."""

    def __init__(self, address: str, **options: Any) -> None:
        names = options.pop("subprotocols", ["graphql-transport-ws"])
        self.socket = connect(
            address, subprotocols=names, compression=None, max_size=None, legacy=True, **options
        )

    def begin(self) -> "Follower":
        """Initialise."""
        self.send({"type": "connection_init"})
        assert self.receive() == {"type": "connection_ack"}
        return self

    def send(self, message: Any) -> None:
        """Send JSON, or a text as it is."""
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def subscribe(self, name: str, query: str, **variables: Any) -> None:
        """Ask for a stream."""
        payload = {"query": query, "variables": variables}
        self.send({"id": name, "type": "subscribe", "payload": payload})

    def receive(self, seconds: float = 5) -> Any:
        """The next message."""
        return json.loads(self.socket.recv(seconds))

    def data(self) -> Any:
        """The data of the next message, its one field."""
        message = self.receive()
        assert message["type"] == "next", message
        found = message["payload"]
        assert "errors" not in found, found
        return next(iter(found["data"].values()))

    def closed(self) -> int:
        """The code with which the server closes."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.socket.recv(10)
        code = self.socket.close_code
        assert code is not None
        return code

    def close(self) -> None:
        """Close."""
        self.socket.close()

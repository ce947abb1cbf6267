"""A real chain for tests of the doors: home, store, maker, writer thread and socket, in process."""

import asyncio
import hashlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from ctn.api.app import create_app
from ctn.api.link import Link
from ctn.crypto import ed25519
from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Json, encode, to_base64
from ctn.kernel.genesis import Genesis
from ctn.kernel.op import Op
from ctn.kernel.tx import Body, Fee, least_fee, pack
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.assets.records import FREE, Asset
from ctn.node.config import Config, EngineTable, StoreTable
from ctn.node.door import Door
from ctn.node.embedded import Engine
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from ctn.node.verifiers import Verifiers
from ctn.wallet.keystore import Key
from tests.worlds import Person

T = TypeVar("T")
MAKER_SEED = hashlib.sha256(b"chains/maker").digest()
MAKER = ed25519.public_key(MAKER_SEED).hex()
CNY = 10_000
WHOLE = ("/", "/openapi.json", "/docs", "/redoc")  # these and /c/ are not below /api/v1
PEOPLE = ("alice", "bob", "carol")
FOREVER = 4_000_000_000_000 + DAY_MS


def key(name: str) -> Key:
    """The wallet key of a named person of this chain."""
    person = Person(name)
    return Key(index=0, scheme=person.scheme, address=person.address, seed=person.seed)


def address(name: str) -> str:
    """The address of a named person."""
    return Person(name).address


def genesis() -> Genesis:
    """Attested people with 100 CNY each, and free money."""
    records: list[tuple[str, str, Any]] = [("asset", "cny", Asset("cny", FREE))]
    for name in PEOPLE:
        guard = Guard(False, (), (), 0, PERSON, FOREVER)
        records.append(("guard", address(name), guard))
        records.append(("balance", f"{address(name)}/cny", 100 * CNY))
    records.append(("balance", "issued:cny/cny", -100 * CNY * len(PEOPLE)))
    records.sort(key=lambda row: (row[0], row[1]))
    params: dict[str, Json] = {"fee_asset": "cny", "enterprise_min_approvers": 1}
    return Genesis("ctn-test", 1_000, 1, 1, MAKER, params, records, None, {})


class Chain:
    """A chain that runs in a thread of its own, with its door at `socket`."""

    def __init__(self, folder: Path, founding: Genesis | None = None) -> None:
        self.home = Home(folder)
        store = StoreTable(map_gib=1, ballast_mib=0, min_free_mib=1)
        config = Config(engine=EngineTable(block_interval_ms=20), store=store)
        self.home.create(founding or genesis(), MAKER_SEED, config)
        self.opened = Opened(self.home)
        self.verifiers = Verifiers(1)
        self.engine = Engine(Maker(self.opened), self.verifiers)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.server: asyncio.Server | None = None

    @property
    def socket(self) -> str:
        """The path of the engine's door."""
        return str(self.home.socket)

    @property
    def name(self) -> str:
        """The chain that transactions name."""
        return self.opened.chain

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine on the chain's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def start(self) -> None:
        """Serve the door and make blocks."""
        self.thread.start()
        self.run(self._serve())
        self.engine.start()

    def stop(self) -> None:
        """End everything that was started."""
        self.engine.stop()
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.verifiers.close()
        self.opened.close()

    def envelope(self, name: str, *ops: Op, **changes: Any) -> str:
        """A signed transaction of a person in base64, with the given sequence."""
        person = Person(name)
        sequence = changes.pop("sequence", 0)
        chain = changes.pop("chain", self.name)
        fee = changes.pop("fee", None)
        memo = changes.pop("memo", "")
        stated = least_fee(len(ops), 2048, 60 + sum(op.work for op in ops)) if fee is None else fee
        body = encode(Body(chain, person.address, sequence, 4_000, Fee(stated, None), memo, ops))
        return to_base64(pack(body, [person.sign(body)]))

    def reopen_door(self) -> None:
        """End every connection to the door, and listen again, as after a restart."""
        self.run(self._end())
        self.run(self._serve())

    async def _serve(self) -> None:
        door = Door(self.engine)
        self.server = await door.serve(self.socket)

    async def _end(self) -> None:
        assert self.server is not None
        self.server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def running(folder: Path, founding: Genesis | None = None) -> Iterator[Chain]:
    """A chain for the length of a block."""
    chain = Chain(folder, founding)
    chain.start()
    try:
        yield chain
    finally:
        chain.stop()


def serving(*, limited: bool) -> Config:
    """The configuration of a node whose limits bind loopback, or do not."""
    return Config(profile="network" if limited else "dev")


class Asked:
    """One platform for a whole test module, asked synchronously."""

    def __init__(
        self,
        chain: Chain,
        *,
        limited: bool = False,
        config: Config | None = None,
        client: str = "127.0.0.1",
    ) -> None:
        self.chain = chain
        self.limited = limited
        self.runner = asyncio.Runner()
        self.link = Link(chain.socket)
        transport = httpx.ASGITransport(
            create_app(self.link, config or serving(limited=limited)),
            raise_app_exceptions=False,
            client=(client, 123),
        )
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to a GET of a path below /api/v1, or of a whole path."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """The answer to a POST of a JSON body."""
        return self.request("POST", path, json=body, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to any request."""
        whole = path if path in WHOLE or path.startswith("/c/") else "/api/v1" + path
        return self.runner.run(self.client.request(method, whole, timeout=40, **options))

    def get_many(self, path: str, count: int) -> list[httpx.Response]:
        """The answers to equal requests, asked at once."""

        async def ask() -> list[httpx.Response]:
            asked = [self.client.get("/api/v1" + path, timeout=40) for _ in range(count)]
            return list(await asyncio.gather(*asked))

        return self.runner.run(ask())

    def close(self) -> None:
        """Disconnect."""
        self.runner.run(self.client.aclose())
        self.runner.run(self.link.close())
        self.runner.close()

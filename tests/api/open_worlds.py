"""A chain with credits, a market and its read model, served over a real port."""

import asyncio
import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvicorn

from ctn.api.app import Parts, close_app, create_app
from ctn.api.link import Link
from ctn.api.process import config_of, listen
from ctn.kernel.genesis import Genesis
from ctn.kernel.op import Op
from ctn.kernel.record import Record
from ctn.kernel.state import MemorySource
from ctn.modules.assets.records import Calendar
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.records import Beneficiary
from ctn.views.writer import start_views
from tests.api.chains import MAKER, Chain, running, serving
from tests.modules.market.worlds import CEA, TONNE, buy, instrument, sell, state
from tests.modules.registry.bridge_worlds import FOREIGN, BridgeWorld, verra
from tests.modules.registry.worlds import retiring
from tests.worlds import CNY, START, Person

ALICE, BOB = Person("alice").address, Person("bob").address
PREFIX = "/api/v1"
PRICE = 60_000


def founding(more: Iterable[tuple[Record, str]] = ()) -> Genesis:
    """200 t of Verra's here, half of them on the market, and an open instrument of allowances."""
    world = BridgeWorld()
    for record, place in more:
        world.put(record, place)
    world.put(Calendar("always", 0, 127, (), ()))
    world.put(instrument())
    world.put(state())
    for person in (world.alice, world.bob):
        world.grant(person, CEA, 10_000 * TONNE)
        world.grant(person, "cny", 100_000 * CNY)
    world.bring_in(verra(5_001, 5_150), verra(9_001, 9_050))
    world.accept(world.alice, Deposit(FOREIGN, ((1, 100),)))
    source = world.machine.state.source
    assert isinstance(source, MemorySource)
    records: list[tuple[str, str, Any]] = []
    for key, value in source.range(b"", b""):
        table, _, place = key.decode().partition("\0")
        if table not in ("chain", "param"):
            records.append((table, place, json.loads(value)))
    records.sort(key=lambda row: (row[0], row[1]))
    return Genesis("ctn-test", START, 1, 1, MAKER, dict(world.params), records, None, {})


class Platform:
    """A served platform with its read model, and the operations of alice and bob on its chain."""

    def __init__(self, chain: Chain, *, limited: bool = False) -> None:
        self.chain = chain
        self.views = start_views(chain.home.folder)
        self.listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.loop = asyncio.new_event_loop()
        self.link = Link(chain.socket)
        self.app = create_app(self.link, serving(limited=limited), Parts(self.views))
        self.server = uvicorn.Server(config_of(self.app))
        self.server.capture_signals = _no_signals  # type: ignore[method-assign]
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.http = httpx.Client(base_url=self.url, timeout=40)
        self.sequences = {"alice": 0, "bob": 0}
        self._until(lambda: self.http.get(f"{PREFIX}/params").status_code == 200)

    def _run(self) -> None:
        self.loop.run_until_complete(self.server.serve(sockets=[self.listener]))
        self.loop.run_until_complete(close_app(self.app))
        self.loop.run_until_complete(self.link.close())
        self.loop.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to a GET below /api/v1."""
        return self.http.get(PREFIX + path, **options)

    def found(self, path: str, **query: Any) -> Any:
        """What a good answer holds."""
        answer = self.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, path: str, **query: Any) -> list[Any]:
        """The items of all pages of a listing."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.found(path, cursor=cursor, **query)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = page["next"]

    def send(self, name: str, *ops: Op) -> dict[str, Any]:
        """The receipt of operations that must be applied, once the read model holds them."""
        if self.sequences[name] == 0:
            account = self.found(f"/accounts/{Person(name).address}")
            self.sequences[name] = account["sequence"]
        envelope = self.chain.envelope(name, *ops, sequence=self.sequences[name])
        self.sequences[name] += 1
        body = {"tx": envelope, "wait": "commit"}
        answer = self.http.post(f"{PREFIX}/transactions", json=body).json()
        assert answer["status"] == "applied", answer
        self.caught_up(self.found("/status")["height"])
        receipt: dict[str, Any] = answer["receipt"]
        return receipt

    def caught_up(self, height: int) -> None:
        """Wait until the read model holds a height."""
        self._until(lambda: self.found("/params")["height"] >= height)

    def _until(self, is_so: Any) -> None:
        for _ in range(600):
            try:
                if is_so():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"not in time: {self.views.condition.fields()}")

    def close(self) -> None:
        """End everything that was started."""
        self.server.should_exit = True
        self.http.close()
        self.thread.join()
        self.views.close()


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


def trade(platform: Platform, count: int = 1) -> None:
    """Trades of one tonne each, a tick apart, that leave a bid and an ask standing."""
    for number in range(count):
        at = PRICE + 100 * number
        platform.send("alice", sell(1, at), sell(2, at + 1_000))
        platform.send("bob", buy(1, at), buy(2, at - 1_000))


def retire(platform: Platform, tonnes: int = 1, **changes: Any) -> str:
    """The certificate of a retirement of alice's."""
    op = retiring(**({"batch": FOREIGN, "grams": tonnes * TONNE} | changes))
    events = platform.send("alice", op)["events"]
    return next(row["certificate"] for row in events if row["event"] == "registry.Retired")


def for_whom(name: str) -> Beneficiary:
    """A beneficiary by name."""
    return Beneficiary(name, None, None, "CN")


@contextmanager
def opened(
    *, limited: bool = False, more: Iterable[tuple[Record, str]] = ()
) -> Iterator[Platform]:
    """A platform for the length of a block; its folder is short, for the socket's path."""
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", founding(more)) as chain,
    ):
        platform = Platform(chain, limited=limited)
        try:
            yield platform
        finally:
            platform.close()

"""The reading doors of a platform over HTTP: tape, pages, candles, frames, 200 readers.

An engine and a platform run as processes of their own, as `ctn run` starts them. The figure is
the median time of a tape of 1,000 trades by columns, asked over one kept connection. The readers
hold a socket each and ask for tape, book and ticker once a second while blocks are made; what
they do to the time between blocks is printed before.
"""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import httpx
import msgspec
import orjson
from _chain import Key, home, key
from _figure import IS_QUICK, ROOT, middle, print_figure, print_row
from _orders import ASSET, NAME, REF, TICK, TONNE, instrument, state
from websockets.asyncio.client import connect

from ctn.api.frames import NO_BAND, Placed, Sides
from ctn.api.process import listen
from ctn.client.feed import Book
from ctn.client.http import Client
from ctn.crypto import ed25519
from ctn.kernel.codec import INT_MAX, encode, to_base64
from ctn.kernel.genesis import Genesis
from ctn.kernel.tx import Body, Fee, Signature, least_fee, pack, sign_bytes
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.assets.records import FREE, Asset, Calendar
from ctn.modules.identity.records import LIVE, Attestation
from ctn.modules.market.place_order import PlaceOrder
from ctn.node.door_client import DoorClient
from ctn.node.home import Home

MAKER = b"m" * 32
PREFIX = "/api/v1"
PEOPLE = 20
TOGETHER = 10
ROWS = 1_000
TRADES = 1_000
READERS = 200
ASKED = 100 if IS_QUICK else 1_000
PHASE_SECONDS = 8 if IS_QUICK else 30
FRAMES = 2_000 if IS_QUICK else 20_000
EVERY_SECONDS = 0.05
NODE = "from ctn.node.process import run_node as run; "
API = "from ctn.api.process import run_api as run; "
START = "import sys; from pathlib import Path; {}sys.exit(run(Path(sys.argv[1]){}))"
PATHS = (f"/instruments/{NAME}/tape?rows=100", f"/instruments/{NAME}/book",
         f"/instruments/{NAME}/ticker")  # fmt: skip


def genesis(people: list[Key]) -> Genesis:
    """An open instrument, and people with money and tonnes."""
    funds = 10**14
    rows: list[tuple[str, str, Any]] = [
        ("asset", ASSET, Asset(ASSET, FREE)), ("asset", "cny", Asset("cny", FREE)),
        ("calendar", "always", Calendar("always", 0, 127, (), ())),
        ("instrument", NAME, instrument()), ("instrument_state", NAME, state()),
    ]  # fmt: skip
    for asset in ("cny", ASSET):
        rows.append(("balance", f"issued:{asset}/{asset}", -funds * len(people)))
    for number, person in enumerate(people):
        place = f"{person.address}/{0:020d}"
        word = Attestation(
            place, person.address, person.address, 2, PERSON, "CN", (f"{number:064x}",), (),
            "00" * 32, 1, INT_MAX, LIVE, None,
        )  # fmt: skip
        rows += [("attestation", place, word)]
        rows += [("guard", person.address, Guard(False, (), (), 0, PERSON, INT_MAX))]
        rows += [("balance", f"{person.address}/{asset}", funds) for asset in ("cny", ASSET)]
    built = [(table, place, msgspec.to_builtins(value)) for table, place, value in rows]
    built.sort(key=lambda row: (row[0], row[1]))
    public = ed25519.public_key(MAKER).hex()
    return Genesis("ctn-bench", 1, 1, 1, public, {"fee_asset": "cny"}, built, None, {})


def order(side: Any, price: int) -> PlaceOrder:
    """A limit order of one tonne."""
    return PlaceOrder(
        instrument=NAME, side=side, kind="limit", qty=TONNE, price=price, trigger=None,
        protect_bp=None, tif="gtc", expires=None, post_only=False, display=None,
        stp="cancel_taker", fills_max=20, client_id=None, via=None,
    )  # fmt: skip


class Sender:
    """Signs orders of people in turn, each in sequence."""

    def __init__(self, chain: str, people: list[Key]) -> None:
        self.chain = chain
        self.people = people
        self.sequences = dict.fromkeys(range(len(people)), 0)

    def envelope(self, number: int, *ops: PlaceOrder) -> bytes:
        """The next transaction of a person."""
        person = self.people[number]
        fee = Fee(least_fee(len(ops), 8_192, 100 + sum(op.work for op in ops)), None)
        sequence = self.sequences[number]
        self.sequences[number] += 1
        body = encode(Body(self.chain, person.address, sequence, 4_000_000, fee, "", ops))
        sealed = ed25519.sign(person.seed, sign_bytes(body))
        return pack(body, [Signature(1, person.public, sealed)])


class Running(NamedTuple):
    """A platform under way."""

    place: Home
    url: str
    sender: Sender


@contextmanager
def platform() -> Iterator[Running]:
    """An engine and a platform over a new chain, both ended afterwards."""
    people = [key(number) for number in range(PEOPLE)]
    with home(genesis(people), MAKER) as place, listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
        free.close()
        started = [_start(NODE, "", place), _start(API, f", port={port}", place)]
        try:
            url = f"http://127.0.0.1:{port}"
            yield Running(place, url, Sender(_chain_of(url), people))
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def _start(what: str, more: str, place: Home) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", START.format(what, more), str(place.folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, stderr=subprocess.DEVNULL, env=environment)


def _chain_of(url: str) -> str:
    for _ in range(300):
        try:
            answer = httpx.get(f"{url}{PREFIX}/params")
            if answer.status_code == 200:
                chain: str = httpx.get(f"{url}{PREFIX}/status").json()["chain"]
                return chain
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("no platform within 30 seconds")


def fill(running: Running) -> None:
    """A thousand trades, and a book of some levels."""
    sender = running.sender
    with Client(running.url) as client:
        for at in range(TRADES // TOGETHER):
            number = at % (PEOPLE // 2)
            ops = [order("sell", REF)] * TOGETHER
            client.send(sender.envelope(number, *ops), wait=False)
            ops = [order("buy", REF)] * TOGETHER
            client.send(sender.envelope(PEOPLE // 2 + number, *ops), wait=False)
        time.sleep(2)
        for level in range(20):
            client.send(sender.envelope(0, order("sell", REF + TICK * (30 + level))), wait=False)
            client.send(sender.envelope(1, order("buy", REF - TICK * (30 + level))), wait=False)
    time.sleep(1)


def milliseconds(http: httpx.Client, paths: list[str]) -> tuple[float, float]:
    """Median and 99th percentile of the time in which all of some paths are answered."""
    times = []
    for _ in range(ASKED):
        start = time.perf_counter()
        for path in paths:
            answer = http.get(PREFIX + path)
            assert answer.status_code == 200, answer.text
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return middle(times), times[len(times) * 99 // 100]


def ask(running: Running) -> float:
    """Single requests; the median of the tape."""
    at = f"/instruments/{NAME}"
    with httpx.Client(base_url=running.url) as http:
        assert http.get(f"{PREFIX}{at}/tape?rows={ROWS}").json()["rows"] == ROWS
        tape = milliseconds(http, [f"{at}/tape?rows={ROWS}"])
        pages, cursor = [], ""
        for _ in range(ROWS // 100):
            pages.append(f"{at}/trades?limit=100&cursor={cursor}")
            cursor = http.get(PREFIX + pages[-1]).json()["next"] or ""
        end = 60_000 * ROWS
        now = http.get(f"{PREFIX}/status").json()["time"]
        candles = f"{at}/candles?interval=1m&start={max(0, now - end)}&end={now}"
        rows = [("tape, 1,000 trades by columns", tape)]
        rows += [("1,000 trades as objects, ten pages", milliseconds(http, pages))]
        rows += [("candles of 1,000 minutes", milliseconds(http, [candles]))]
        rows += [("book", milliseconds(http, [f"{at}/book"]))]
        rows += [("ticker", milliseconds(http, [f"{at}/ticker"]))]
    for name, (median, worst) in rows:
        print_row(name + ", p50", median, "ms")
        print_row(name + ", p99", worst, "ms")
    return tape[0]


def frames() -> None:
    """Frames made of changes of a book of 100 levels a side, and taken by the client, a second."""
    kept, book = Sides(0, "open", NO_BAND), Book(NAME)
    for level in range(100):
        kept.add(Placed(NAME, "buy", REF - TICK * (level + 1), TONNE, INT_MAX), 1)
        kept.add(Placed(NAME, "sell", REF + TICK * (level + 1), TONNE, INT_MAX), 1)
    kept.take_changes()
    bids, asks = kept.rows()
    first = {"instrument": NAME, "height": 0, "seq": 0, "phase": "open", "bids": bids,
             "asks": asks, "checksum": kept.checksum()}  # fmt: skip
    assert book.take(first)
    made = []
    start = time.perf_counter()
    for at in range(1, FRAMES + 1):
        kept.add(Placed(NAME, "buy", REF - TICK * (1 + at % 100), TONNE, INT_MAX), 1)
        bids, asks = kept.take_changes()
        made.append(
            orjson.dumps(
                {"instrument": NAME, "height": at, "seq_prev": at - 1, "seq": at,
                 "phase": "open", "bids": bids, "asks": asks, "trades": [],
                 "checksum": kept.checksum()}
            )
        )  # fmt: skip
    print_row("frames made", FRAMES / (time.perf_counter() - start), "/s")
    start = time.perf_counter()
    for data in made:
        assert book.take(orjson.loads(data))
    print_row("frames taken by the client", FRAMES / (time.perf_counter() - start), "/s")


class Phase(NamedTuple):
    """What was seen while blocks were made: ms between them, frames of each follower, answers."""

    interval: float
    frames: int
    asked: int
    lag: list[float]


async def phase(running: Running, readers: int) -> Phase:
    """Blocks of a steady stream of orders, with some readers beside."""
    seen: list[tuple[int, float]] = []
    counts = [0, 0]
    count = int(PHASE_SECONDS / EVERY_SECONDS)
    envelopes = [_far_order(running.sender, at) for at in range(count)]
    told, mine = multiprocessing.Pipe(duplex=False)
    job = (str(running.place.socket), envelopes, mine)
    making = multiprocessing.get_context("spawn").Process(target=make_blocks, args=job)
    tasks = []
    async with httpx.AsyncClient(base_url=running.url, timeout=30) as http:
        making.start()
        for number in range(readers):
            tasks += [asyncio.create_task(_read(http, number, counts))]
            tasks += [asyncio.create_task(_follow(running.url, counts, seen))]
        arrivals: dict[int, float] = await asyncio.to_thread(told.recv)
        making.join()
        failed = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert not failed, failed[0].exception()
    times = sorted(arrivals.values())
    interval = (times[-1] - times[0]) * 1000 / (len(times) - 1)
    lag = sorted([(when - arrivals[at]) * 1000 for at, when in seen if at in arrivals])
    return Phase(interval, counts[0], counts[1], lag)


def make_blocks(socket: str, envelopes: list[bytes], told: Connection) -> None:
    """A process of its own: hands in a steady stream of orders, and tells when each block came.

    Else the readers' own work would slow the stream, and blocks are made of what is handed in.
    """
    told.send(asyncio.run(_blocks(socket, envelopes)))


async def _blocks(socket: str, envelopes: list[bytes]) -> dict[int, float]:
    door, arrivals = DoorClient(socket), dict[int, float]()
    height = (await door.call("status"))["height"]
    watching = asyncio.create_task(_watch(socket, height, arrivals))
    start = time.perf_counter()
    for at, envelope in enumerate(envelopes):
        await door.call("submit", tx=to_base64(envelope), wait=False)
        await asyncio.sleep(max(0, start + at * EVERY_SECONDS - time.perf_counter()))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await door.close()
    return arrivals


async def _watch(socket: str, height: int, arrivals: dict[int, float]) -> None:
    async for block in DoorClient(socket).follow(height + 1):
        arrivals[block["header"]["height"]] = time.perf_counter()


def _far_order(sender: Sender, at: int) -> bytes:
    side, away = ("buy", -25) if at % 2 else ("sell", 25)
    return sender.envelope(at % PEOPLE, order(side, REF + TICK * away))


async def _read(http: httpx.AsyncClient, number: int, counts: list[int]) -> None:
    await asyncio.sleep(number / READERS)
    while True:
        start = time.perf_counter()
        answer = await http.get(PREFIX + PATHS[counts[1] % len(PATHS)])
        assert answer.status_code == 200, answer.text
        counts[1] += 1
        await asyncio.sleep(max(0, 1 - (time.perf_counter() - start)))


async def _follow(url: str, counts: list[int], seen: list[tuple[int, float]]) -> None:
    address = f"ws{url.removeprefix('http')}{PREFIX}/feed/{NAME}"
    async with connect(address, compression=None, proxy=None) as socket:
        await socket.recv()
        async for data in socket:
            seen.append((orjson.loads(data)["height"], time.perf_counter()))
            counts[0] += 1


def main() -> None:
    """Everything; the last line is the tape."""
    frames()
    with platform() as running:
        fill(running)
        tape = ask(running)
        alone = asyncio.run(phase(running, 0))
        read = asyncio.run(phase(running, READERS))
    print_row("time between blocks, no readers", alone.interval, "ms")
    print_row(f"time between blocks, {READERS} readers", read.interval, "ms")
    print_row("answers to them", read.asked / PHASE_SECONDS, "/s")
    print_row("frames to them", read.frames / PHASE_SECONDS, "/s")
    if read.lag:
        print_row("block to frame, p50", middle(read.lag), "ms")
        print_row("block to frame, p99", read.lag[len(read.lag) * 99 // 100], "ms")
    rise = (read.interval / alone.interval - 1) * 100
    print_figure("api-readers", rise, "% longer block time", goal="at most 20 %")
    print_figure("api-tape", tape, "ms", goal="5 ms")


if __name__ == "__main__":
    main()

"""The pages in Chromium: first and largest paint, weight, a press in the book, frames dropped.

A demo world in a process of its own serves the pages. Each is opened in a fresh profile (cold) and
again in the same one (warm), after the server was asked for it once. The stream of trades arrives
on a chain of the bench, where nothing else trades: ten trades a block by two accounts, counted as
the page itself gets them. The figure is the largest paint of the board in a fresh profile.
"""

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
from _figure import IS_QUICK, ROOT, middle, print_figure, print_row
from _orders import NAME, REF, TICK
from api import PREFIX, Running, order, platform
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

from ctn.api.static import BUILT
from ctn.client.http import Client

RUNS = 1 if IS_QUICK else 3
SIZE = {"width": 1440, "height": 900}
WAIT_MS = 30_000
SETTLE_MS = 700
WORLD_SECONDS = 180
PRESSES = 10 if IS_QUICK else 30
STREAM_SECONDS = 8 if IS_QUICK else 20
TOGETHER, EVERY_SECONDS = 10, 0.2
FRAME_MS = 1000 / 60
LEAST_MS = 16  # the browser tells no shorter event
KB = 1000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PAGES = (
    "/", "/trade/{instrument}", "/projects", "/projects/{project}", "/batches/{batch}",
    "/serials/{serial}", "/certificates", "/c/{certificate}", "/verify", "/registry", "/retire",
    "/wallet", "/wallet/setup", "/explorer", "/explorer/blocks/26", "/explorer/transactions/{tx}",
    "/explorer/accounts/{account}", "/explorer/supply", "/developer",
)  # fmt: skip
LEVELS = "tbody tr td:first-child > button"
LOADING = "main [role=status][aria-label]"
OBSERVE = """
    window.seen = {largest: 0, presses: {}, landed: 0};
    addEventListener("click", ({target}) => {
        if (target.matches("tbody tr td:first-child > button")) window.seen.landed += 1;
    }, true);
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.seen.largest = entry.startTime;
    }).observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver((list) => {
        for (const {interactionId: id, duration} of list.getEntries())
            if (id) window.seen.presses[id] = Math.max(window.seen.presses[id] ?? 0, duration);
    }).observe({type: "event", durationThreshold: 16, buffered: true});
"""
PAINTS = """() => ({
    first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    largest: window.seen.largest,
    sizes: performance.getEntriesByType("resource").concat(
        performance.getEntriesByType("navigation")).map(
        (entry) => [new URL(entry.name).pathname, entry.transferSize, entry.encodedBodySize,
            entry.decodedBodySize]),
})"""
FRAMES = """(ms) => new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    const end = last + ms;
    const step = (now) => {
        gaps.push(now - last);
        last = now;
        if (now < end) requestAnimationFrame(step); else done(gaps.slice(1));
    };
    requestAnimationFrame(step);
})"""


class Paints(NamedTuple):
    """When a page first and last drew something larger, in ms, and what came over the wire."""

    first: float
    largest: float
    sizes: list[tuple[str, int, int, int]]


@contextmanager
def world() -> Iterator[str]:
    """The origin of a demo world that was made just now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(prefix="ctn-") as folder:
        words = [sys.executable, "-m", "ctn.cli", "demo", "--no-board", "--port", str(port)]
        room = os.environ | {"CTN_HOME": str(Path(folder) / "demo"), "PYTHONPATH": str(ROOT)}
        made = subprocess.Popen(
            words, env=room, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(f"http://127.0.0.1:{port}{PREFIX}/certificates?limit=1")
            yield f"http://127.0.0.1:{port}"
        finally:
            made.send_signal(signal.SIGINT)
            made.wait(60)


def _wait(url: str) -> None:
    end = time.monotonic() + WORLD_SECONDS
    while time.monotonic() < end:
        try:
            found = httpx.get(url)
            # The doors open before the history is in the read model.
            if found.status_code == 200 and found.json()["items"]:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{url} had no row within {WORLD_SECONDS} s")


def places(origin: str) -> dict[str, str]:
    """What stands in the addresses: the first of each kind."""

    def first(path: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{origin}{PREFIX}{path}").json()["items"][0]
        return found

    certificate = first("/certificates?limit=1")
    batch, start = certificate["batch"], certificate["parts"][0]["start"]
    return {
        "instrument": first("/instruments?limit=1")["id"], "batch": batch,
        "project": batch.rsplit("-", 2)[0], "serial": f"CTN-{batch.upper()}-{start}-{start}",
        "tx": certificate["tx"], "account": certificate["holder"],
        "certificate": certificate["id"],
    }  # fmt: skip


def fresh(browser: Browser) -> BrowserContext:
    """A profile that has seen nothing."""
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    context.add_init_script(OBSERVE)
    return context


def load(context: BrowserContext, address: str) -> Paints | None:
    """Open a page in a new tab until nothing of it is loading; None when it never stood."""
    page, asked = context.new_page(), set[str]()
    page.on("request", lambda request: asked.add(request.url))
    page.on("requestfinished", lambda request: asked.discard(request.url))
    with closing(page):
        page.goto(address)
        try:
            page.locator("h1").first.wait_for(timeout=WAIT_MS)
            page.locator(LOADING).first.wait_for(state="detached", timeout=WAIT_MS)
        except NotInTime:
            print(f"  not loaded: {address}; unanswered: {sorted(asked)[:5]}", flush=True)
            return None
        page.wait_for_timeout(SETTLE_MS)
        found = page.evaluate(PAINTS)
    return Paints(found["first"], found["largest"], [tuple(row) for row in found["sizes"]])


def load_all(browser: Browser, origin: str) -> tuple[dict[str, Paints], float]:
    """Every page, cold and warm; what each brought, and the largest paint of the board."""
    names, brought, board, lost = places(origin), dict[str, Paints](), 0.0, 0
    for path in PAGES:
        address = origin + path.format(**names)
        runs: list[tuple[str, Paints | None]] = []
        for number in range(RUNS + 1):
            with closing(fresh(browser)) as context:
                both = [("cold", load(context, address)), ("warm", load(context, address))]
            runs += both if number else []  # the first asks the server only
        lost += sum(paints is None for _name, paints in runs)
        for name in ("cold", "warm"):
            told = [paints for kind, paints in runs if kind == name and paints is not None]
            if not told:
                continue
            print_row(f"{path} {name}, first paint", middle([one.first for one in told]), "ms")
            largest = middle([one.largest for one in told])
            print_row(f"{path} {name}, largest paint", largest, "ms")
            if name == "cold":
                brought[path] = told[0]
                board = largest if path == "/" else board
    print_figure("page: loads that never stood", lost, f"of {len(PAGES) * RUNS * 2}", goal="0")
    return brought, board


def weigh(brought: dict[str, Paints]) -> None:
    """Scripts of the two routes as sent and after gzip, and the wallet's worker by itself.

    The worker has a budget of its own; a route that loads it at once is also told with it.
    """
    for path, name, most in (("/", "board", 200), ("/trade/{instrument}", "trade", 300)):
        rows = [row for row in brought[path].sizes if row[0].startswith("/assets/")]
        for address, _whole, encoded, _plain in sorted(rows, key=lambda row: -row[2]):
            print_row(f"{name} {Path(address).name}", encoded / KB, "kB as sent")
        sent = {row[0]: row[2] for row in rows if row[0].endswith(".js")}
        small = {address: gzipped(BUILT / address.lstrip("/")) for address in sent}
        worker = sum(size for address, size in small.items() if "/worker-" in address)
        everything = sum(row[1] for row in brought[path].sizes) / KB
        print_row(f"{name}, everything with headers", everything, "kB transferred")
        print_row(f"{name}, scripts with the worker", sum(small.values()) / KB, "kB after gzip")
        goal = f"{most} kB"
        size = (sum(small.values()) - worker) / KB
        print_figure(f"page: scripts of {name} as sent", sum(sent.values()) / KB, "kB", goal=goal)
        print_figure(f"page: scripts of {name} but the worker, gzip", size, "kB", goal=goal)
    (file,) = (BUILT / "assets").glob("worker-*.js")
    size = gzipped(file) / KB
    print_figure("page: wallet's worker without word lists, gzip", size, "kB", goal="45 kB")


def gzipped(file: Path) -> int:
    """Bytes of a built file after gzip."""
    return len(gzip.compress(file.read_bytes(), 9))


def press(page: Page) -> list[float]:
    """Press prices of the book; ms from each press to the next paint."""
    page.evaluate("Object.assign(window.seen, {presses: {}, landed: 0})")
    for number in range(PRESSES):
        buttons = page.locator(LEVELS)
        box = buttons.nth(number % max(1, buttons.count())).bounding_box()
        if box is not None:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(150)
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    told, landed = list(seen["presses"].values()), seen["landed"]
    assert landed * 2 >= PRESSES, f"{landed} of {PRESSES} presses met a price of the book"
    print_row("presses that met a price of the book", landed, f"of {PRESSES}")
    # A press that was painted sooner than the browser tells counts as the least it tells.
    return sorted(told + [float(LEAST_MS)] * max(0, landed - len(told)))


def print_presses(name: str, times: list[float]) -> None:
    """The median, and the worst against its goal."""
    print_row(f"press in the book, {name}, p50", middle(times), "ms (16: that or less)")
    print_figure(f"page: press in the book to next paint, {name}, worst", times[-1], "ms",
                 goal="200 ms")  # fmt: skip


def print_frames(name: str, gaps: list[float]) -> float:
    """Frames that were due and not drawn, in percent of those due."""
    due = sum(gaps) / FRAME_MS
    dropped = sum(max(0, round(gap / FRAME_MS) - 1) for gap in gaps)
    print_row(f"frames dropped, {name}", dropped * 100 / due, f"% of {due:.0f}")
    print_row(f"longest time between two frames, {name}", max(gaps), "ms")
    return dropped * 100 / due


def stand(running: Running) -> None:
    """Ten levels on both sides that the stream of trades does not reach."""
    with Client(running.url) as client:
        for level in range(10):
            for number, side, away in ((2, "sell", 5 + level), (3, "buy", -5 - level)):
                envelope = running.sender.envelope(number, order(side, REF + TICK * away))
                client.send(envelope, wait=level == 9)


def stream(running: Running, side: str, is_over: threading.Event) -> None:
    """Ten orders of a side, every block's time until it is over; both sides meet at one price."""
    start, first = time.perf_counter(), 0 if side == "sell" else 4
    with Client(running.url) as client:
        at = 0
        while not is_over.is_set():
            ops = [order(side, REF + TICK * (at % 5 - 2))] * TOGETHER
            client.send(running.sender.envelope(first + at % 2, *ops), wait=False)
            at += 1
            is_over.wait(max(0, start + at * EVERY_SECONDS - time.perf_counter()))


def count_trades(page: Page, arrived: list[tuple[float, int]]) -> None:
    """Note when the page gets trades of the feed, and how many."""

    def take(data: str | bytes) -> None:
        found = json.loads(data)
        frame = found.get("data", found) if isinstance(found, dict) else {}
        trades = frame.get("trades") if isinstance(frame, dict) else None
        if trades:
            arrived.append((time.perf_counter(), len(trades)))

    page.on("websocket", lambda socket: socket.on("framereceived", take))


def follow(browser: Browser) -> None:
    """The page of an instrument, quiet, and then with fifty trades a second."""
    arrived: list[tuple[float, int]] = []
    is_over = threading.Event()
    with platform() as running, closing(fresh(browser)) as context:
        stand(running)
        page = context.new_page()
        count_trades(page, arrived)
        page.goto(f"{running.url}/trade/{NAME}")
        page.locator(LEVELS).first.wait_for(timeout=WAIT_MS)
        page.wait_for_timeout(2_000)
        print_frames("quiet", page.evaluate(FRAMES, STREAM_SECONDS * 1000))
        print_presses("quiet", press(page))
        sending = [
            threading.Thread(target=stream, args=(running, side, is_over))
            for side in ("sell", "buy")
        ]
        for one in sending:
            one.start()
        try:
            page.wait_for_timeout(3_000)
            begin = time.perf_counter()
            gaps = page.evaluate(FRAMES, STREAM_SECONDS * 1000)
            end = time.perf_counter()
            times = press(page)
        finally:
            is_over.set()
            for one in sending:
                one.join()
    rate = sum(count for when, count in arrived if begin <= when <= end) / (end - begin)
    print_row("trades that arrived at the page", rate, "/s")
    lost = print_frames(f"{rate:.0f} trades/s", gaps)
    print_figure(f"page: frames dropped at {rate:.0f} trades/s", lost, "%", goal="none stated")
    print_presses(f"{rate:.0f} trades/s", times)


def main() -> None:
    """Print every row, then the board's largest paint."""
    program = os.environ.get("CTN_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program or shutil.which("google-chrome"), args=FLAGS
        )
        with world() as origin:
            brought, board = load_all(browser, origin)
        weigh(brought)
        follow(browser)
        browser.close()
    print_figure(
        "page: largest paint of the board, warm server, fresh profile, desktop", board / 1000, "s",
        goal="1.5 s",
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""The pages in Chromium: first and largest paint cold and warm, bytes, a press, frames under load.

A demo world runs in a process of its own and its agents go on trading; for the last rows two seats
trade with each other at fifty trades a second. Goals of thallo.md 18: largest paint 1.5 s on a warm
server, interaction to next paint 200 ms, and the bytes that `make web` enforces.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from _figure import IS_QUICK, ROOT, middle, print_figure, print_row
from playwright.sync_api import Browser, Page, sync_playwright

from ctn.client.http import Client
from ctn.crypto import ed25519
from ctn.kernel.account import key_address
from ctn.modules.market.place_order import PlaceOrder
from ctn.wallet.keystore import Key

RUNS = 2 if IS_QUICK else 5
SECONDS = 5 if IS_QUICK else 15
TRADES = 16  # operations of a transaction, each of which trades once
TONNE = 1_000_000
NAME = "vcs1987.23-cny"
GOAL_MS = 1_500
FRAME_MS = 1_000 / 60
PAGES = (
    "/", f"/trade/{NAME}", "/projects", "/certificates", "/retire", "/wallet", "/verify",
    "/registry", "/explorer", "/explorer/supply", "/developer",
)  # fmt: skip
PAINTS = """() => new Promise((done) => {
    let largest = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) largest = entry.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => {
        const [first] = performance.getEntriesByName("first-contentful-paint");
        const files = performance.getEntriesByType("resource");
        const bytes = files.reduce((sum, file) => sum + file.transferSize, 0);
        done([first ? first.startTime : 0, largest, bytes]);
    }, 1500);
})"""
FRAMES = """(ms) => new Promise((done) => {
    const times = [];
    const end = performance.now() + ms;
    const step = (now) => {
        times.push(now);
        if (now < end) requestAnimationFrame(step); else done(times);
    };
    requestAnimationFrame(step);
})"""
PRESS = """() => new Promise((done) => {
    const button = document.querySelector("tr button");
    const start = performance.now();
    button.click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""


@contextmanager
def world() -> Iterator[str]:
    """The origin of a demo world."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="ctn-") as folder:
        room = os.environ | {"CTN_HOME": str(Path(folder) / "demo")}
        words = [sys.executable, "-m", "ctn.cli", "demo", "--no-board", "--port", str(port)]
        with subprocess.Popen(words, cwd=ROOT, env=room, stdout=subprocess.DEVNULL) as made:
            origin = f"http://127.0.0.1:{port}"
            wait(f"{origin}/api/v1/status")
            yield origin
            made.send_signal(signal.SIGINT)


def wait(address: str) -> None:
    """Return when an address answers."""
    for _ in range(1_200):
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{address} is not served")


def paints(page: Page, address: str) -> tuple[float, float, float]:
    """First and largest contentful paint in ms, and the bytes that came."""
    page.goto(address)
    first, largest, size = page.evaluate(PAINTS)
    return first, largest, size


def measure(browser: Browser, address: str) -> dict[str, list[float]]:
    """Paints of a page in a fresh profile and again in the same one."""
    found: dict[str, list[float]] = {name: [] for name in ("cold", "warm", "first", "kB")}
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        first, cold, size = paints(page, address)
        _first, warm, _size = paints(page, address)
        for name, value in (("first", first), ("cold", cold), ("warm", warm), ("kB", size / 1e3)):
            found[name].append(value)
        context.close()
    return found


def seat(origin: str) -> Key:
    """A key of our own, with the seat of a trader."""
    seed = secrets.token_bytes(32)
    address = key_address(1, ed25519.public_key(seed))
    wait(f"{origin}/api/v1/status")
    for _ in range(60):
        asked = {"kind": "trader", "account": address}
        answer = httpx.post(f"{origin}/api/v1/seats", json=asked, timeout=40)
        if answer.status_code == 200:
            return Key(0, 1, address, seed)
        time.sleep(0.5)
    raise AssertionError(answer.text)


def order(side: Any, tif: Any, price: int, tonnes: int) -> PlaceOrder:
    """An order of one of the seats."""
    return PlaceOrder(
        NAME, side, "limit", tonnes * TONNE, price, None, None, tif, None, False, None,
        "cancel_taker", 20, None, None,
    )  # fmt: skip


def trade(origin: str, ending: threading.Event) -> None:
    """Two seats trade one tonne at a time, about fifty times a second, until told to stop."""
    with Client(origin) as client:
        seller, buyer = seat(origin), seat(origin)
        while not ending.is_set():
            begun = time.monotonic()
            book = httpx.get(f"{origin}/api/v1/instruments/{NAME}/book").json()
            price = book["asks"][0][0] if book["asks"] else book["bids"][0][0] + 100
            client.submit([order("sell", "gtc", price, 3 * TRADES)], seller, wait=True)
            for _ in range(3):
                buys = [order("buy", "ioc", price, 1)] * TRADES
                client.submit(buys, buyer, wait=False)
            seller, buyer = buyer, seller
            ending.wait(max(0.0, 3 * TRADES / 50 - (time.monotonic() - begun)))


def under_load(browser: Browser, origin: str) -> None:
    """Frames of the trade page and a press in its book while trades arrive."""
    ending = threading.Event()
    trading = threading.Thread(target=trade, args=(origin, ending))
    trading.start()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{origin}/trade/{NAME}")
    page.locator("tr button").first.wait_for()
    time.sleep(3)
    before = httpx.get(f"{origin}/api/v1/instruments/{NAME}/ticker").json()["day"]["trades"]
    times = page.evaluate(FRAMES, SECONDS * 1_000)
    after = httpx.get(f"{origin}/api/v1/instruments/{NAME}/ticker").json()["day"]["trades"]
    presses = [page.evaluate(PRESS) for _ in range(5 * RUNS)]
    ending.set()
    trading.join()
    steps = [later - earlier for earlier, later in pairwise(times)]
    dropped = sum(max(0, round(step / FRAME_MS) - 1) for step in steps)
    print_row("trades that arrived", (after - before) / SECONDS, "/s (goal 50)")
    print_row("frames dropped", 100 * dropped / (dropped + len(steps)), "% of frames")
    print_row("longest frame", max(steps), "ms")
    print_row("a press in the book to the next paint", middle(presses), "ms (goal 200)")


def main() -> None:
    """Measure every page, then the trade page under load; the board's paint is the figure."""
    program = os.environ.get("CTN_CHROMIUM") or shutil.which("chromium")
    with world() as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        paints(browser.new_page(), origin + "/")
        board = 0.0
        for path in PAGES:
            found = measure(browser, origin + path)
            if path == "/":
                board = middle(found["cold"])
            for name, unit in (("first", "ms"), ("cold", "ms"), ("warm", "ms"), ("kB", "kB")):
                print_row(f"{path} {name}", middle(found[name]), unit)
        under_load(browser, origin)
        browser.close()
    print_figure("page", board, "ms to the largest paint of the board", goal=f"{GOAL_MS}")


if __name__ == "__main__":
    main()

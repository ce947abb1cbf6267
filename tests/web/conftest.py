"""A chain, the platform that serves it on a port, and a browser."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from playwright.sync_api import Browser, Page

from ctn.api.static import BUILT
from ctn.demo.seats import SOCKET
from ctn.kernel.genesis import Genesis
from tests.api.chains import running
from tests.web.browser import NOT_BUILT, REPORTS, Seen, browser
from tests.web.wallets import founding

START = (
    "import sys; from pathlib import Path; from ctn.api.process import run_api; "
    "sys.exit(run_api(Path(sys.argv[1]), port=int(sys.argv[2])))"
)
ROOT = Path(__file__).parents[2]
START_SECONDS = 60
HISTORY_SECONDS = 120


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of a module's tests."""
    if not (BUILT / "build.json").exists():
        pytest.skip(NOT_BUILT)
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The origin of a platform in a process of its own, over a running chain."""
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def ledger() -> Iterator[str]:
    """The same over a chain on which the owner of the known words has an account too."""
    with served(founding()) as found:
        yield found


@contextmanager
def served(genesis: Genesis | None = None) -> Iterator[str]:
    """A chain and its platform for the length of a block."""
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", genesis) as chain,
    ):
        port = free_port()
        words = [sys.executable, "-c", START, str(chain.home.folder), str(port)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_served(f"http://127.0.0.1:{port}/api/v1/status")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(10)


@pytest.fixture(name="page")
def _page(chromium: Browser, ledger: str) -> Iterator[Page]:
    """A page in a fresh profile, in English; no report and no outside request may be left."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(REPORTS)
    context.add_init_script('localStorage.setItem("ctn.settings", \'{"language":"en"}\')')
    page, seen = context.new_page(), Seen(ledger)
    seen.watch(page)
    yield page
    assert page.evaluate("window.policyReports") == []
    assert seen.elsewhere == []
    context.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """The origin of a demo world that was made just now."""
    with TemporaryDirectory(prefix="ctn-") as folder:
        port = free_port()
        words = [sys.executable, "-m", "ctn.cli", "demo", "--no-board", "--port", str(port)]
        room = os.environ | {"CTN_HOME": str(Path(folder) / "demo")}
        made = subprocess.Popen(
            words, env=room, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_played(f"http://127.0.0.1:{port}", Path(room["CTN_HOME"]))
            yield f"http://127.0.0.1:{port}"
        finally:
            made.send_signal(signal.SIGINT)
            made.wait(START_SECONDS)


def wait_until_played(origin: str, home: Path) -> None:
    """Return when a demo's cast plays and gives seats, and the read model holds its history."""
    wait_until_served(f"{origin}/api/v1/status", HISTORY_SECONDS)
    end = time.monotonic() + HISTORY_SECONDS
    while time.monotonic() < end:
        answer = httpx.get(f"{origin}/api/v1/certificates?limit=1")
        if (home / SOCKET).exists() and answer.status_code == 200 and answer.json()["items"]:
            return
        time.sleep(0.1)
    raise AssertionError("the demo did not begin to play")


def free_port() -> int:
    """A port that nothing listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_until_served(url: str, seconds: int = START_SECONDS) -> None:
    """Return when an address answers 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} was not served within {seconds} s")

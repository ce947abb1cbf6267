"""A Chromium in which every outside host is refused, and what it saw of a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    # A name is never looked up, so a page that needs another host shows it at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
REPORTS = """
    window.policyReports = [];
    document.addEventListener("securitypolicyviolation", (found) =>
        window.policyReports.push(`${found.violatedDirective}: ${found.blockedURI}`));
"""
NOT_FOUND = "Chromium not found; to run: make browser      or: apt-get install chromium"
NOT_BUILT = "web not built; to run: make web"


@dataclass
class Seen:
    """What happened while a page was open."""

    origin: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every error and every request of a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    @property
    def elsewhere(self) -> list[str]:
        """Requests to another origin; what never leaves the page is none."""
        return [url for url in self.requests if not self._is_ours(url)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("data", "blob") or parts.netloc == urlsplit(self.origin).netloc


def chromium() -> str:
    """The program to drive; skips the test when there is none."""
    found = os.environ.get("CTN_CHROMIUM") or shutil.which("chromium")
    return found or shutil.which("google-chrome") or _fetched()


def _fetched() -> str:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.skip(NOT_FOUND)
    return path


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for the length of a block."""
    program = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()

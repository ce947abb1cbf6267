"""Homes of dev chains, and the command line run inside the test's own process."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from ctn.cli.app import run

CONFIG = """profile = "dev"
[engine]
block_interval_ms = 10
[store]
map_gib = 1
ballast_mib = 1
min_free_mib = 1
"""


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The object on the last line of stdout."""
        return json.loads(self.out.splitlines()[-1])


class Cli:
    """The command line on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, stdin: str = "") -> Said:
        """What a command says; stdin is no terminal."""
        out, err = io.StringIO(), io.StringIO()
        clean = {name: text for name, text in os.environ.items() if not name.startswith("CTN_")}
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            patch.dict(os.environ, clean, clear=True),
            patch.object(sys, "stdin", io.StringIO(stdin)),
        ):
            code = run(["--home", str(self.home), *words])
        return Said(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str, stdin: str = "") -> Any:
        """The JSON result of a command that must succeed."""
        said = self(*words, "--json", stdin=stdin)
        assert said.code == 0, said.err
        return said.json

    def init(self) -> "Cli":
        """Make a dev chain here, small and quick."""
        self.ok("init")
        (self.home / "config" / "node.toml").write_text(CONFIG)
        return self

    def send(self, *words: str) -> dict[str, Any]:
        """The receipt of an operation that must be applied."""
        receipt: dict[str, Any] = self.ok("op", *words)["receipt"]
        assert receipt["status"] == "applied"
        return receipt


class Running:
    """A command of a home that runs in a process of its own."""

    def __init__(self, home: Path, *words: str) -> None:
        line = [sys.executable, "-m", "ctn.cli", "--home", str(home), *words]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.door = home / "run" / "node.sock"

    def wait(self) -> None:
        """Return when the engine's door is open."""
        for _ in range(200):
            assert self.process.poll() is None, self.process.communicate()
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self.door)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("no door after 10 seconds")

    def stop(self) -> int:
        """Its exit code after SIGINT."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Return when somebody listens."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nobody listens after 10 seconds")


@contextmanager
def platform(home: Path) -> Iterator[str]:
    """The address of a platform over a home's engine, which runs already."""
    port = free_port()
    running = Running(home, "api", "start", "--port", str(port))
    wait_for(port)
    yield f"http://127.0.0.1:{port}"
    assert running.stop() == 0

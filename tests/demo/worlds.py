"""Demo worlds of a few dozen blocks, made in this process or by the command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ctn.cli.demo_home import DemoHome, HomeChain
from ctn.demo.cast import SEED, Cast
from ctn.demo.history import GENESIS_TIME, make_history

HEIGHT = 60
ROOT = Path(__file__).parents[2]


class Told(NamedTuple):
    """A world that was made: its folder, cast, and the receipts of its blocks from height 1."""

    folder: Path
    cast: Cast
    receipts: list[list[dict[str, Any]]]

    def events(self, name: str) -> list[dict[str, Any]]:
        """All events of a name, in their order."""
        rows = [row for block in self.receipts for row in block]
        return [event for row in rows for event in row["events"] if event["event"] == name]

    @contextmanager
    def open(self) -> Iterator[HomeChain]:
        """Its chain."""
        with DemoHome(self.folder).open() as chain:
            yield chain


def make(folder: Path, height: int, seed: int = SEED) -> Told:
    """Make or go on with a world, up to a height."""
    cast = Cast(seed)
    home = DemoHome(folder)
    if not home.has_chain():
        home.create(cast.genesis(GENESIS_TIME), cast.maker_seed)
    with home.open() as chain:
        make_history(chain, cast, height, lambda _chain: True)
        assert chain.alarms == []
        chain.recount()
        receipts = [chain.receipts(number) for number in range(1, chain.head().height + 1)]
    return Told(folder, cast, receipts)


def start(folder: Path | None, *words: str, **environment: str) -> subprocess.Popen[str]:
    """`ctn demo` in a process of its own."""
    home = [] if folder is None else ["--home", str(folder)]
    line = [sys.executable, "-m", "ctn.cli", *home, "demo", *words]
    clean = {name: text for name, text in os.environ.items() if name not in ("CTN_HOME", "PORT")}
    return subprocess.Popen(
        line, cwd=ROOT, env=clean | environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def last_row(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The JSON object on the last line of a command that must succeed."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    row: dict[str, Any] = json.loads(out.splitlines()[-1])
    return row


def watch_blocks(process: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    """The rows of the first blocks of a running world, which is then stopped by Ctrl-C."""
    assert process.stdout is not None
    rows: list[dict[str, Any]] = []
    for line in process.stdout:
        rows.append(json.loads(line))
        if len(rows) == count:
            process.send_signal(signal.SIGINT)
            break
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return rows

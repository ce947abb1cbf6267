"""The engine as a process of its own, for tests that signal, kill and starve it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctn.node.home import Home

ROOT = Path(__file__).resolve().parents[2]
MAIN = (
    "import sys; from pathlib import Path; from ctn.node.process import run_node; "
    "sys.exit(run_node(Path(sys.argv[1])))"
)


_started: "list[Node]" = []


def kill_rest() -> None:
    """End every engine that still runs."""
    while _started:
        node = _started.pop()
        if node.process.poll() is None:
            node.kill_all()


class Node:
    """A running engine; its stderr is kept as events."""

    def __init__(self, home: Home, before: Sequence[str] = (), main: str = MAIN) -> None:
        command = [*before, sys.executable, "-c", main, str(home.folder)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
        )  # fmt: skip
        _started.append(self)
        self.lines: list[str] = []
        self._serving = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            text = line.decode(errors="replace").rstrip()
            self.lines.append(text)
            if '"event": "serving"' in text:
                self._serving.set()
        # Whoever waits for the door learns that it will not open.
        self._serving.set()

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self.process.pid

    def wait_until_serving(self, seconds: float = 30) -> bool:
        """Whether the door is open; False when the process ended instead."""
        assert self._serving.wait(seconds), f"neither serving nor ended: {self.lines}"
        return any(event["event"] == "serving" for event in self.events())

    def events(self) -> list[dict[str, Any]]:
        """The JSON lines of stderr."""
        found: list[dict[str, Any]] = []
        for line in list(self.lines):
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        return found

    def send(self, number: signal.Signals) -> None:
        """Signal the engine alone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def send_group(self, number: signal.Signals) -> None:
        """Signal the engine and its workers, as a terminal or a supervisor does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, seconds: float = 30) -> int:
        """The exit code; kills all that is left when it does not come."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send_group(signal.SIGKILL)
            self.process.wait(5)
            raise
        self._reader.join(5)
        return code

    def stop(self) -> int:
        """End in order."""
        self.send(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End like a power switch, as far as a process can."""
        self.send(signal.SIGKILL)
        self.wait()

    def kill_all(self) -> None:
        """End the whole group at once."""
        self.send_group(signal.SIGKILL)
        self.wait()

    def group(self) -> list[int]:
        """The processes of the engine that are alive."""
        found: list[int] = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[2]) == self.pid and fields[0] != "Z":
                        found.append(int(folder.name))
        return found

    def wait_until_alone(self, seconds: float = 10) -> bool:
        """Whether no process of the group is left after a while."""
        end = time.monotonic() + seconds
        while self.group():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

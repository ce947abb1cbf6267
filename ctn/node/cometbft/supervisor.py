"""One node of a network: our application and CometBFT, started, watched and ended as one.

Both stop when one dies, CometBFT first. It may neither exit nor obey SIGTERM once it lost its
application, so it is killed after 5 seconds. Both start again when one of them was killed, and
never by themselves after a root unlike the chain's (engine.md 12).
"""

import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from ctn.node.cometbft.files import Folder, Sync, too_long
from ctn.node.cometbft.log_lines import Verdict
from ctn.node.cometbft.program import Program, find_program
from ctn.node.config import read_config
from ctn.node.files import write_whole
from ctn.node.home import Home
from ctn.node.process import log
from ctn.node.stops import BadConfig, CometBFTNotFound, ConsensusFailed, Stop

TERM_SECONDS = 5
APP_SECONDS = 30  # the application commits the block in hand before it ends
APP_READY_SECONDS = 120  # a million records are read and hashed before it listens
POLL_SECONDS = 0.05
SETTLE_SECONDS = 1.0  # a dead application makes CometBFT speak before we see it dead
RESTARTS_MAX, RESTARTS_SECONDS = 5, 600


TROUBLE = "trouble"
LASTING = (Verdict.WRONG_ROOT, Verdict.APP_AHEAD)


def trouble_of(home: Home) -> Verdict | None:
    """What a repair must put right before a start, None when nothing is known."""
    path = home.folder / TROUBLE
    return Verdict[path.read_text("ascii")] if path.exists() else None


class Ended(NamedTuple):
    """Why a round ended: the exit code, the reason, and whether both start again."""

    code: int
    reason: str
    is_again: bool = False


class Commands(NamedTuple):
    """The command lines of both programs; `proxy` replaces our application's socket."""

    app: Sequence[str]
    cometbft: Sequence[str]
    proxy: str = ""


def run_supervised(folder: Path, commands: Commands | None = None) -> int:
    """Run a node until it is told to stop; the exit code."""
    home = Home(folder)
    supervisor = Supervisor(home)
    try:
        supervisor.check()
        return supervisor.run(commands or commands_of(home))
    except Stop as stop:
        log("stopped", reason=str(stop), kind=type(stop).__name__)
        return stop.code


def commands_of(home: Home) -> Commands:
    """The programs of a home; raises CometBFTNotFound."""
    app = [sys.executable, "-m", "ctn.cli", "--home", str(home.folder), "node", "app"]
    comet = [str(find_program()), "start", "--home", str(home.folder / "cometbft")]
    return Commands(app, comet)


class Supervisor:
    """Watches over both programs of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.files = Folder(home)
        self.trouble = home.folder / TROUBLE
        self._said: queue.SimpleQueue[Verdict] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._app: subprocess.Popen[bytes] | None = None
        self._comet: Program | None = None

    def check(self) -> None:
        """Refuse a home that must not or cannot start."""
        trouble = trouble_of(self.home)
        if trouble is not None:
            raise ConsensusFailed(trouble.value)
        if too_long(self.files.app_socket):
            raise BadConfig(f"{self.files.app_socket}: a socket's path has at most 100 bytes")
        for path in (self.files.genesis, self.files.node_key, self.files.validator_key):
            if not path.exists():
                raise BadConfig(f"{path} is missing")
        if not self.files.sign_state.exists():
            raise BadConfig(f"{self.files.sign_state} is missing: without it this validator could "
                            "sign a height twice")  # fmt: skip

    def run(self, commands: Commands) -> int:
        """Start both until there is a reason to end that a new start does not mend; its code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        restarts: list[float] = []
        while True:
            ended = self._round(commands)
            log("ended", reason=ended.reason, code=ended.code, again=ended.is_again)
            if not ended.is_again:
                return ended.code
            restarts = [at for at in restarts if time.monotonic() - at < RESTARTS_SECONDS]
            if len(restarts) == RESTARTS_MAX:
                log("stopped", reason=f"{RESTARTS_MAX} restarts in {RESTARTS_SECONDS} s")
                return ended.code or ConsensusFailed.code
            restarts.append(time.monotonic())

    def _round(self, commands: Commands) -> Ended:
        try:
            return self._start(commands) or self._watch()
        finally:
            self._stop_both()

    def _start(self, commands: Commands) -> Ended | None:
        """Start the application, then CometBFT once it listens; a reason when that failed."""
        _drain(self._said)
        self.files.app_socket.unlink(missing_ok=True)
        table = read_config(self.home.config).cometbft
        self.files.write_config(table, commands.proxy, self._sync())
        self._app = subprocess.Popen(list(commands.app), start_new_session=True)
        end = time.monotonic() + APP_READY_SECONDS
        while not self.files.app_socket.exists():
            code = self._app.poll()
            if code is not None:
                return _of_app(code)
            if not self._asked.empty():
                return self._asked.get()
            if time.monotonic() > end:
                return Ended(70, "the application does not listen")
            time.sleep(POLL_SECONDS)
        try:
            self._comet = Program(commands.cometbft, self.home.folder, self._said)
        except OSError as error:
            raise CometBFTNotFound(f"{commands.cometbft[0]}: {error.strerror}") from None
        self._tell_processes()
        log("started", app=self._app.pid, cometbft=self._comet.process.pid)
        return None

    def _watch(self) -> Ended:
        """Wait for the first reason to end."""
        assert self._app is not None
        assert self._comet is not None
        while True:
            if not self._asked.empty():
                return self._asked.get()
            ended = self._death() or self._word()
            if ended is not None:
                return ended
            time.sleep(POLL_SECONDS)

    def _word(self) -> Ended | None:
        """A reason in the log. A dead application is the cause of what CometBFT says after it."""
        if self._said.empty():
            return None
        said = self._said.get()
        return self._cause_in_app() or self._judge(said)

    def _cause_in_app(self) -> Ended | None:
        """The application's own reason to end, given a while to end with it.

        An application that lost CometBFT ends with 0, which is no reason.
        """
        assert self._app is not None
        end = time.monotonic() + SETTLE_SECONDS
        while self._app.poll() is None and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        return _of_app(self._app.returncode) if self._app.poll() else None

    def _judge(self, said: Verdict) -> Ended:
        """What follows from the worst of the lines said so far."""
        all_said = {said, *_drain(self._said)}
        worst = min(all_said, key=list(Verdict).index)
        if worst in LASTING:
            write_whole(self.trouble, worst.name.encode())
        return Ended(70, worst.value, is_again=worst is Verdict.APP_LOST)

    def _death(self) -> Ended | None:
        """A reason when one of the two is gone."""
        assert self._comet is not None
        code = self._comet.process.poll()
        if code is None:
            return self._app_death()
        self._comet.finish_reading(SETTLE_SECONDS)
        cause = self._cause_in_app()
        if cause is not None:
            return cause
        if not self._said.empty():
            return self._judge(self._said.get())
        reason = f"CometBFT ended with {code}: {self._comet.last_line}"
        return Ended(70, reason, is_again=code < 0)

    def _app_death(self) -> Ended | None:
        assert self._app is not None
        code = self._app.poll()
        return None if code is None else _of_app(code)

    def _stop_both(self) -> None:
        """End CometBFT, then the application, each with a while to do it in order."""
        if self._comet is not None:
            _stop(self._comet.process, TERM_SECONDS)
            self._comet.finish_reading(SETTLE_SECONDS)
        if self._app is not None:
            _stop(self._app, APP_SECONDS)
        self._comet = self._app = None

    def _tell_processes(self) -> None:
        """Write the process ids, by which tools that stop a whole node find all of it."""
        assert self._app is not None
        assert self._comet is not None
        pids = {"node": os.getpid(), "app": self._app.pid, "cometbft": self._comet.process.pid}
        write_whole(self.home.folder / "run" / "processes.json", json.dumps(pids).encode())

    def _sync(self) -> Sync | None:
        """The state sync that `ctn node resync` asked for."""
        if not self.files.sync.exists():
            return None
        asked = json.loads(self.files.sync.read_bytes())
        return Sync(tuple(asked["servers"]), asked["height"], asked["block_hash"])

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        is_again = number == signal.SIGHUP
        self._asked.put(Ended(0, "restart asked" if is_again else "stop asked", is_again))


def _of_app(code: int) -> Ended:
    """What the application's end means: killed, it starts again; its own codes are reasons."""
    if code < 0:
        return Ended(70, f"the application was killed by signal {-code}", is_again=True)
    return Ended(code or 70, f"the application ended with {code}")


def _stop(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _drain(said: "queue.SimpleQueue[Verdict]") -> list[Verdict]:
    found = []
    while not said.empty():
        found.append(said.get())
    return found

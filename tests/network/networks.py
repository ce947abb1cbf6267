"""Networks of real processes for tests: nodes that are killed, paused, cut off and started again.

`Kind` says which application they run: CTN's own, or `kvstore`, which is built into CometBFT and
shows that what is found lies in the operation of the processes and not in the ledger.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ctn import cometbft
from ctn.kernel.genesis import Genesis
from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder
from ctn.node.cometbft.network import Founder, Member, Network, Places, lay_out
from ctn.node.config import StoreTable
from ctn.node.home import Home
from tests.network.cuts import Cuts, inside
from tests.node.chains import people_genesis

ROOT = Path(__file__).resolve().parents[2]
SKIP = f"cometbft v{cometbft.VERSION} not found; to run: make cometbft"
NAMES = tuple(f"caller{number}" for number in range(4))
SOON = 30.0
KINDS = ("kvstore", "ctn")
WORDS = {"ctn": "own", "kvstore": "persistent_kvstore"}
# Opens the socket that the supervisor waits for; the application itself is inside CometBFT.
STAND_IN = (
    "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); "
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
)
MAIN = """
import sys
from pathlib import Path
from ctn.node.cometbft.supervisor import Commands, commands_of, run_supervised
from ctn.node.home import Home
folder, proxy, stand_in = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
commands = commands_of(Home(folder))
if proxy == "own":
    pass
elif proxy.startswith("programs:"):
    names = proxy.partition(":")[2]
    app = [sys.executable, "-m", "tests.network.programs", names, str(folder)]
    commands = commands._replace(app=app)
else:
    app = [sys.executable, "-c", stand_in, str(folder / "run" / "abci.sock")]
    commands = Commands(app, commands.cometbft, proxy)
sys.exit(run_supervised(folder, commands))
"""


def free_ports(count: int) -> int:
    """The first of a row of ports that nobody listens at; below those of outgoing connections."""
    first = 12_000 + os.getpid() % 400 * 40
    while True:
        if all(_is_free(port) for port in range(first, first + count)):
            return first
        first += count


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def plain_genesis() -> Genesis:
    """The genesis of callers with money, whose blocks consensus orders."""
    return msgspec.structs.replace(
        people_genesis(*NAMES, cny=100_000_000), maker=None, chain_id="ctn-network",
        time=time.time_ns() // 1_000_000 - 60_000,
    )  # fmt: skip


class Net:
    """A network that a test drives."""

    def __init__(
        self, folder: Path, count: int = 4, *, kind: str = "kvstore", cuts: Cuts | None = None,
        founder: Founder = lambda _pubkeys: plain_genesis(),
    ) -> None:  # fmt: skip
        self.folder = folder
        self.kind = kind
        places = Places(free_ports(10 * count), 0, cuts.hosts if cuts else ())
        store = StoreTable(map_gib=1, ballast_mib=0, min_free_mib=0)
        self.network: Network = lay_out(folder, founder, count, places, store)
        self.cuts = cuts
        self.supervisors: list[subprocess.Popen[bytes] | None] = [None] * count

    @property
    def members(self) -> list[Member]:
        """The nodes."""
        return self.network.members

    def home(self, number: int) -> Home:
        """The home of a node."""
        return Home(self.folder / self.members[number].home)

    def start(self, *numbers: int, kind: str = "") -> "Net":
        """Start nodes, all when none is named; `kind` is another application for these.

        That is one of CometBFT's own, or `programs:` and names of `tests/network/programs.py`.
        """
        for number in numbers or range(len(self.members)):
            home = self.home(number).folder
            before = self.cuts.before(number) if self.cuts else []
            line = [*before, sys.executable, "-c", MAIN, str(home),
                    kind or WORDS[self.kind], STAND_IN]  # fmt: skip
            with (home / "node.log").open("ab") as log:
                self.supervisors[number] = subprocess.Popen(
                    line, stdout=log, stderr=log, cwd=ROOT, start_new_session=True,
                    env=os.environ | {"PYTHONPATH": str(ROOT)},
                )  # fmt: skip
        return self

    def pids(self, number: int) -> dict[str, int]:
        """Application and CometBFT of a node."""
        text = (self.home(number).folder / "run" / "processes.json").read_text()
        found: dict[str, int] = json.loads(text)
        return found

    def kill(self, number: int) -> None:
        """End all of a node at once."""
        supervisor = self.supervisors[number]
        assert supervisor is not None
        supervisor.kill()
        supervisor.wait()
        self.signal(number, signal.SIGKILL)
        self.supervisors[number] = None
        wait_until(lambda: not any(is_alive(pid) for pid in self.pids(number).values()), 10)

    def signal(self, number: int, which: signal.Signals, *names: str) -> None:
        """Signal application and CometBFT of a node."""
        for name, pid in self.pids(number).items():
            if not names or name in names:
                try:
                    os.kill(pid, which)
                except ProcessLookupError:
                    continue

    def stop(self, number: int, seconds: float = 45) -> int:
        """End a node in order; the exit code."""
        supervisor = self.supervisors[number]
        assert supervisor is not None
        supervisor.terminate()
        self.supervisors[number] = None
        return supervisor.wait(seconds)

    def wait_end(self, number: int, seconds: float = 60) -> int:
        """The exit code of a node that ends by itself."""
        supervisor = self.supervisors[number]
        assert supervisor is not None
        code = supervisor.wait(seconds)
        self.supervisors[number] = None
        return code

    def close(self) -> None:
        """End all that is left."""
        for number, supervisor in enumerate(self.supervisors):
            if supervisor is not None:
                self.kill_quietly(number)

    def kill_quietly(self, number: int) -> None:
        """End a node whose processes may not have started yet, or may be paused."""
        try:
            self.kill(number)
        except FileNotFoundError:
            self.supervisors[number] = None

    def events(self, number: int) -> list[dict[str, Any]]:
        """What the supervisor of a node said."""
        lines = (self.home(number).folder / "node.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def comet_log(self, number: int) -> str:
        """What CometBFT of a node said."""
        path = self.home(number).folder / "log" / "cometbft.log"
        return path.read_text() if path.exists() else ""

    def call(self, number: int, method: str, /, **params: Any) -> Any:
        """Ask CometBFT of a node."""
        with self.inside(number):
            return rpc.call(self.members[number].rpc, method, **params)

    def inside(self, number: int) -> contextlib.AbstractContextManager[None]:
        """Where the loopback of a node is reached."""
        return inside(self.cuts.space(number)) if self.cuts else contextlib.nullcontext()

    def height(self, number: int) -> int:
        """The height of a node; 0 when it does not answer."""
        try:
            with self.inside(number):
                return rpc.sync_of(self.members[number].rpc).height
        except (rpc.RpcUnreachable, rpc.RpcRefused):
            return 0

    def wait_for_height(self, height: int, *numbers: int, seconds: float = SOON) -> None:
        """Wait until nodes, all when none is named, are at a height."""
        chosen = numbers or range(len(self.members))
        wait_until(
            lambda: all(self.height(number) >= height for number in chosen), seconds,
            lambda: f"heights {[self.height(number) for number in chosen]}, wanted {height}",
        )  # fmt: skip

    def is_still(self, *numbers: int, seconds: float = 4) -> bool:
        """Whether no node makes a block for a while; the one in hand may still come."""
        time.sleep(1)
        before = [self.height(number) for number in numbers]
        time.sleep(seconds)
        return [self.height(number) for number in numbers] == before

    def ban_file(self, number: int) -> Path:
        """The list of banned nodes of a node."""
        return Folder(self.home(number)).banned


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has asked for its end does not.

    While a thread of it is left, its files and locks are held.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" or len(os.listdir(f"/proc/{pid}/task")) > 1
    except OSError:
        return False


def wait_until(
    is_so: Callable[[], bool], seconds: float, or_say: Callable[[], str] = lambda: ""
) -> None:
    """Wait for something, else fail with what is seen instead."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, or_say()
        time.sleep(0.05)

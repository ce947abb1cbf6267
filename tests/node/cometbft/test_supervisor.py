"""The rules by which a node's two programs end, with small programs in their places."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctn.node.cometbft.network import lay_out
from ctn.node.cometbft.supervisor import RESTARTS_MAX, TROUBLE
from ctn.node.home import Home
from tests.node.chains import people_genesis

ROOT = Path(__file__).resolve().parents[3]
# Listens as far as the supervisor can see, and writes down that it ended in order.
APP = """
import pathlib, signal, sys, time
home = pathlib.Path(sys.argv[1])
def end(*_):
    with (home / "order").open("a") as out: out.write("app ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(home / "run" / "abci.sock").touch()
"""
COMET = """
import pathlib, signal, sys, time
home = pathlib.Path(sys.argv[1])
def end(*_):
    with (home / "order").open("a") as out: out.write("cometbft ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(home / "up").touch()
"""
WAIT = "while True: time.sleep(0.02)\n"
ONCE = 'first = not (home / "once").exists(); (home / "once").touch()\n'
MAIN = """
import sys
from pathlib import Path
from ctn.node.cometbft.supervisor import Commands, run_supervised
home, app, comet = sys.argv[1:]
lines = [[sys.executable, "-c", text, home] for text in (app, comet)]
sys.exit(run_supervised(Path(home), Commands(*lines)))
"""


class Watched:
    """A supervisor over two small programs."""

    def __init__(self, home: Path, app: str, comet: str, before: str = "") -> None:
        """`before` is what the application does before it listens."""
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, str(home), before + APP + app, COMET + comet],
            stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def wait_until_up(self) -> None:
        """Return when the second program runs."""
        end = time.monotonic() + 20
        while not (self.home / "up").exists() or not (self.home / "run/processes.json").exists():
            assert time.monotonic() < end
            time.sleep(0.02)

    def end(self) -> tuple[int, list[str]]:
        """The exit code, and the reasons said."""
        _out, said = self.process.communicate(timeout=60)
        rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return self.process.returncode, [row["reason"] for row in rows if "reason" in row]

    def order(self) -> list[str]:
        """Who ended in order, and after whom."""
        path = self.home / "order"
        return path.read_text().split() if path.exists() else []

    def pids(self) -> dict[str, int]:
        """The processes as the supervisor wrote them down."""
        found: dict[str, int] = json.loads((self.home / "run" / "processes.json").read_text())
        return found


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    lay_out(tmp_path, people_genesis(), 1)
    return Home(tmp_path / "node0").folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_cometbft_first_and_then_the_application(
    home: Path, number: signal.Signals
) -> None:
    watched = Watched(home, WAIT, WAIT)
    watched.wait_until_up()
    watched.process.send_signal(number)
    code, _said = watched.end()
    assert (code, watched.order()) == (0, ["cometbft", "app"])


@pytest.mark.parametrize("code", [3, 65, 70, 74, 75, 78])
def test_the_applications_own_reason_is_the_nodes(home: Path, code: int) -> None:
    watched = Watched(home, f"time.sleep(0.3); sys.exit({code})", WAIT)
    assert watched.end()[0] == code
    assert watched.order() == ["cometbft"]


def test_an_application_that_refuses_to_start_starts_no_cometbft(home: Path) -> None:
    watched = Watched(home, "", WAIT, before="import sys; sys.exit(78)\n")
    assert watched.end()[0] == 78
    assert not (home / "up").exists()


def test_an_application_that_ends_without_a_reason_is_a_halt(home: Path) -> None:
    watched = Watched(home, "time.sleep(0.3); sys.exit(0)", WAIT)
    assert watched.end()[0] == 70


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("CONSENSUS FAILURE!!! err=boom", "the consensus of CometBFT has stopped"),
        ("State sync failed err=x", "the state sync failed"),
        ("app block height (9) is higher than core (8)",
         "the application is ahead of CometBFT's blocks: ctn node rollback"),
    ],
)  # fmt: skip
def test_a_line_that_ends_consensus_ends_both_with_70(home: Path, line: str, reason: str) -> None:
    watched = Watched(home, WAIT, f"print({line!r}, flush=True)\n" + WAIT)
    code, said = watched.end()
    assert (code, said[-1]) == (70, reason)
    assert watched.order() == ["cometbft", "app"]
    assert line in (home / "log" / "cometbft.log").read_text()


def test_a_wrong_root_forbids_the_next_start_too(home: Path) -> None:
    line = "CONSENSUS FAILURE!!! err=wrong Block.Header.AppHash. Expected 0A"
    assert Watched(home, WAIT, f"print({line!r}, flush=True)\n" + WAIT).end()[0] == 70
    assert (home / TROUBLE).exists()
    (home / "up").unlink()
    code, said = Watched(home, WAIT, WAIT).end()
    assert code == 70
    assert "root is not the chain's" in said[-1]
    assert not (home / "up").exists()


def test_cometbft_that_does_not_obey_is_killed_after_five_seconds(home: Path) -> None:
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAIT
    watched = Watched(home, WAIT, deaf)
    watched.wait_until_up()
    began = time.monotonic()
    watched.process.terminate()
    assert watched.end()[0] == 0
    assert 4.5 < time.monotonic() - began < 15
    assert watched.order() == ["app"]


def test_what_cometbft_says_after_its_application_was_killed_is_no_reason_of_its_own(
    home: Path,
) -> None:
    killed = ONCE + "if first: time.sleep(0.5); import os; os.kill(os.getpid(), 9)\n" + WAIT
    cries = (
        'if not (home / "cried").exists():\n'
        '    (home / "cried").touch(); time.sleep(0.4)\n'
        '    print("CONSENSUS FAILURE!!! err=EOF", flush=True)\n'
    )
    watched = Watched(home, killed, cries + WAIT)
    watched.wait_until_up()
    before = watched.pids()
    end = time.monotonic() + 20
    while watched.pids() == before:
        assert time.monotonic() < end
        time.sleep(0.05)
    watched.process.terminate()
    code, said = watched.end()
    assert code == 0
    assert said == ["the application was killed by signal 9", "stop asked"]


def test_sighup_starts_both_again(home: Path) -> None:
    watched = Watched(home, WAIT, WAIT)
    watched.wait_until_up()
    before = watched.pids()
    watched.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while watched.pids() == before:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert watched.order() == ["cometbft", "app"]
    watched.process.terminate()
    assert watched.end()[0] == 0


def test_a_program_that_is_killed_again_and_again_is_left_alone_at_last(home: Path) -> None:
    killed = "import os; os.kill(os.getpid(), 9)\n"
    code, said = Watched(home, WAIT, killed).end()
    assert code == 70
    assert len([reason for reason in said if reason.startswith("CometBFT ended")]) == (
        RESTARTS_MAX + 1
    )

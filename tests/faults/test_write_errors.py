"""A write or sync fails at the K-th call: the engine ends with 74 and says nothing after it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctn.node.home import Home, Opened
from tests.faults.kills import NAMES, check_end, check_home, load_home
from tests.faults.load import Load
from tests.node.chains import chain_of
from tests.node.processes import Node

LAST = int(os.environ.get("CTN_ERRORS", "20"))
# The mark is synced once a second, so its calls are few in a short run.
CALLS = [
    ("fdatasync", "EIO", LAST),
    ("pwrite64", "EIO", LAST),
    ("pwrite64", "ENOSPC", LAST),
    ("fsync", "EIO", 2),
]
WRITE_FAILED = 74


def _strace() -> str:
    """The tracer; skips where there is none or it may not trace."""
    remedy = "to run: apt-get install strace, and leave to trace (CAP_SYS_PTRACE)"
    found = shutil.which("strace")
    if found is None:
        pytest.skip(f"strace not found; {remedy}")
    command = [found, "-f", "-e", "inject=fsync:error=EIO", "true"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode().strip().splitlines()[:1]
        pytest.skip(f"strace does not trace: {' '.join(said)}; {remedy}")
    return found


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = load_home(tmp_path_factory.mktemp("begun") / "home")
    Opened(home).close()
    return home


def _failed_at(log: Path) -> Iterator[int]:
    """The wall-clock times, in ns, at which the tracer made a call fail."""
    for line in log.read_text(errors="replace").splitlines():
        if "(INJECTED)" in line:
            seconds, _, part = line.split()[1].partition(".")
            yield int(seconds) * 10**9 + int(part.ljust(9, "0"))


def _run(folder: Path, begun: Home, call: str, rule: str) -> int:
    """One run with one failing call; the number of acknowledgements before it."""
    home = Home(folder / "home")
    shutil.copytree(begun.folder, home.folder)
    log = folder / "strace.log"
    tracer = [
        _strace(), "-f", "-qq", "-ttt", "-o", str(log), "-e", f"trace={call}", "-e",
        f"inject={call}:{rule}",
    ]  # fmt: skip
    wall = time.time_ns() - time.monotonic_ns()
    node = Node(home, before=tracer)
    load = Load(str(home.socket), chain_of(home), NAMES)
    load.start()
    try:
        code = node.wait(30)
    finally:
        load.stop()
    assert code == WRITE_FAILED, (code, node.lines)
    reasons = [event for event in node.events() if event["event"] == "stopped"]
    assert "WriteFailed" in reasons[0]["reason"], node.lines
    failed = min(_failed_at(log))
    late = [told for told in load.history.acknowledged if told.sent + wall > failed]
    assert not late, f"acknowledged after the failure: {late}"
    assert node.wait_until_alone()
    check_home(home, load, load.acknowledged)
    _goes_on(home, load)
    return load.acknowledged


def _goes_on(home: Home, load: Load) -> None:
    """Without the fault the same home serves again, and the callers' history holds."""
    again = Node(home)
    assert again.wait_until_serving(), again.lines
    assert again.stop() == 0
    check_end(home, load)


@pytest.mark.parametrize("again", ["", "+"], ids=["once", "from then on"])
@pytest.mark.parametrize("plan", CALLS, ids=[f"{call} {error}" for call, error, _last in CALLS])
def test_nothing_is_acknowledged_after_a_failed_write(
    tmp_path: Path, begun: Home, tell: Callable[[str], None], plan: tuple[str, str, int], again: str
) -> None:
    call, error, last = plan
    acknowledged = 0
    for number in range(1, last + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        acknowledged += _run(folder, begun, call, f"error={error}:when={number}{again}")
        shutil.rmtree(folder)
    often = "failing on" if again else "failing once"
    tell(f"{call} {error} {often}: {last} failures, {acknowledged} acknowledged before them, "
         "0 after, 0 lost")  # fmt: skip


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64", "fsync"])
def test_a_failed_write_of_the_first_start_ends_it_and_the_next_start_is_good(
    tmp_path: Path, tell: Callable[[str], None], call: str
) -> None:
    home = load_home(tmp_path / "home")
    failures = 0
    for number in range(1, 30):
        for path in (home.state, home.mark):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        rule = f"inject={call}:error=EIO:when={number}"
        node = Node(home, before=[_strace(), "-f", "-qq", "-o", os.devnull, "-e", rule])
        if node.wait_until_serving():
            node.kill_all()
            break
        failures += 1
        assert node.wait() == WRITE_FAILED, node.lines
        assert "WriteFailed" in node.events()[-1]["reason"]
        again = Node(home)
        assert again.wait_until_serving(), again.lines
        assert again.stop() == 0
    tell(f"{call} EIO at the first start: {failures} failures, each named")
    assert 0 < failures < 29

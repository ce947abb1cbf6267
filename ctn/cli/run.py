"""`ctn run`: engine and platform as two processes; when one dies, both stop."""

import signal
import subprocess
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from ctn.cli.terminal import DEFAULT_URL, note, options, say

if TYPE_CHECKING:
    from ctn.node.home import Home

READY_SECONDS = 20
STOP_SECONDS = 30
POLL_SECONDS = 0.1

app = typer.Typer()


class _Stopped(Exception):
    """A signal asked to stop."""


@app.command()
def run(
    port: Annotated[int, typer.Option(help="Port of the platform; else as configured.")] = 0,
) -> None:
    """Run engine and platform of a home; Ctrl-C commits the block in hand and stops both."""
    from ctn.cli.homes import chain_home
    from ctn.node.config import read_config

    home = chain_home()
    listen = read_config(home.config).api.listen
    host, _, configured = listen.rpartition(":")
    chosen = str(port or configured)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes.append(_start("node", "start"))
        _wait_for(str(home.socket), processes[0])
        processes.append(_start("api", "start", "--host", host, "--port", chosen))
        # What is told can be used at once: the address is said when somebody listens there.
        _wait_for((host, int(chosen)), processes[1])
        _tell(home, f"http://{host}:{chosen}")
        code = _first_end(processes)
    except _Stopped:
        code = 0
    ended = _stop_all(processes)
    raise typer.Exit(code or max(ended))


def _start(*words: str) -> subprocess.Popen[bytes]:
    """A command of this program in a session of its own, so that Ctrl-C reaches only us."""
    line = [sys.executable, "-m", "ctn.cli", "--home", str(options().home), *words]
    return subprocess.Popen(line, start_new_session=True)


def _wait_for(address: str | tuple[str, int], process: subprocess.Popen[bytes]) -> None:
    """Return when a process listens at a socket's path or at host and port, or is gone."""
    import socket

    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    if not isinstance(address, str) and ":" in address[0]:
        family = socket.AF_INET6
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with socket.socket(family) as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(POLL_SECONDS)


def _tell(home: "Home", url: str) -> None:
    from ctn.cli.init import DEV, NOT_REAL
    from ctn.cli.link import DoorLink
    from ctn.node.door_client import EngineGone

    link = DoorLink(str(home.socket))
    try:
        status = link.status()
    except EngineGone:
        return
    finally:
        link.close()
    result = {
        "chain": status["chain"], "height": status["height"], "url": url,
        "home": str(home.folder),
    }  # fmt: skip
    say(
        result,
        f"CTN   chain {status['chain']}   height {status['height']}",
        f"  REST   {url}/api/v1/status    data  {home.folder}",
        "  Ctrl-C stops",
    )
    if status["profile"] == DEV:
        note(NOT_REAL)
    if url != DEFAULT_URL:
        note(f"commands find it by --url {url}, or by --home {home.folder}")


def _first_end(processes: list[subprocess.Popen[bytes]]) -> int:
    """The exit code of the first process that ends by itself, 70 for a clean one."""
    while True:
        for name, process in zip(("engine", "platform"), processes, strict=True):
            code = process.poll()
            if code is not None:
                note(f"{name} ended with {code}; stopping")
                return code or 70
        time.sleep(POLL_SECONDS)


def _stop_all(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    """Stop the platform, then the engine, each in order; their exit codes."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    codes = [0]
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
        try:
            codes.append(max(0, process.wait(STOP_SECONDS)))
        except subprocess.TimeoutExpired:
            process.kill()
            codes.append(70)
    return codes


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped

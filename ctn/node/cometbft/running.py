"""The processes of a network on this machine: starting, ending and looking at its nodes."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ctn.node.cometbft import rpc
from ctn.node.cometbft.network import Member, Network
from ctn.node.files import write_whole
from ctn.node.stops import Halted

NODE = ("node", "start")
READY_SECONDS = 90
READY_HEIGHT = 2
STOP_SECONDS = 45
POLL_SECONDS = 0.1
TAIL_BYTES = 2_000
ANSWERS, OFF = "answers", "off"
ANSWER_SECONDS = 2


class Seen(NamedTuple):
    """A node as its CometBFT shows it; height 0 for one that does not answer."""

    name: str
    state: str
    height: int = 0
    root: str = ""
    time: str = ""
    peers: int = 0
    power: int = 0
    platform: str = OFF


class Standing(NamedTuple):
    """The whole network: its nodes, and in words whether blocks are made."""

    nodes: list[Seen]
    verdict: str
    is_halted: bool


def start_member(folder: Path, member: Member, *, before: Sequence[str] = ()) -> None:
    """Start engine and platform of a node, unless they run; `before` stands before the commands."""
    home = folder / member.home
    running = processes(home)
    known = {}
    host, _, port = member.api.rpartition(":")
    words = {"node": NODE, "api": ("api", "start", "--host", host, "--port", port)}
    for name, command in words.items():
        line = [*before, sys.executable, "-m", "ctn.cli", "--home", str(home), *command]
        known[name] = running.get(name) or _start(home, name, line)
    write_whole(home / "run" / "pids.json", json.dumps(known).encode())


def stop_members(folder: Path, members: Iterable[Member]) -> None:
    """End nodes in order, each with its platform; whoever does not end in time is killed."""
    homes = [folder / member.home for member in members]
    for home in homes:
        found = processes(home)
        for name in ("api", "node"):
            _signal(found.get(name), signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while any(processes(home) for home in homes) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
    for home in homes:
        kill_home(home)


def kill_home(home: Path) -> None:
    """End all processes of a node at once, as a power switch does."""
    for pid in processes(home).values():
        _signal(pid, signal.SIGKILL)


def processes(home: Path) -> dict[str, int]:
    """The processes of a node that are alive: node, app, cometbft, api."""
    told = _pids(home, "pids.json") | _pids(home, "processes.json")
    return {name: pid for name, pid in told.items() if _is_of(pid, home)}


def wait_until_ready(folder: Path, network: Network, height: int = READY_HEIGHT) -> None:
    """Return when all nodes are at a height and answer; raises Halted with the log of one ended."""
    end = time.monotonic() + READY_SECONDS
    while True:
        nodes = [look_at(folder, member) for member in network.members]
        if all(node.height >= height and node.platform == ANSWERS for node in nodes):
            return
        for member in network.members:
            known = processes(folder / member.home)
            for name in ("node", "api"):
                if name not in known:
                    text = _tail(folder / member.home, name)
                    raise Halted(f"{name} of {member.home} ended: {text}")
        if time.monotonic() > end:
            behind = [
                node.name for node in nodes if node.height < height or node.platform != ANSWERS
            ]
            text = f"not at height {height}, or without platform"
            raise Halted(f"{', '.join(behind)} {text} in {READY_SECONDS} s")
        time.sleep(POLL_SECONDS)


def look_at(folder: Path, member: Member) -> Seen:
    """One node as its CometBFT shows it, and whether its platform answers."""
    platform = _platform(folder / member.home, member.api)
    try:
        sync = rpc.sync_of(member.rpc)
        peers = len(rpc.peers_of(member.rpc))
    except (rpc.RpcUnreachable, rpc.RpcRefused):
        is_here = "node" in processes(folder / member.home)
        return Seen(member.home, "starting" if is_here else "down", platform=platform)
    state = "catching up" if sync.is_catching_up else "running"
    return Seen(
        member.home, state, sync.height, sync.app_hash, sync.time, peers, sync.power, platform
    )


def _platform(home: Path, place: str) -> str:
    """Whether the platform of a node answers, starts, or is gone; another's answer is none."""
    if "api" not in processes(home):
        return OFF
    try:
        with urllib.request.urlopen(f"http://{place}/api/v1/status", timeout=ANSWER_SECONDS):
            return ANSWERS
    except (OSError, http.client.HTTPException):
        return "starting"


def standing(folder: Path, network: Network) -> Standing:
    """All nodes, and whether more than two thirds of the power can meet."""
    nodes = [look_at(folder, member) for member in network.members]
    total = _total_power(network, nodes)
    here = sum(node.power for node in nodes)
    height = max(node.height for node in nodes)
    if 3 * here <= 2 * total or not here:
        text = f"halted, quorum lost: {here} of {total} power answers, last height {height}"
        return Standing(nodes, text, is_halted=True)
    return Standing(nodes, f"running at height {height}, {here} of {total} power answers", False)


def _total_power(network: Network, nodes: list[Seen]) -> int:
    """The power of the set in force, as any node that answers knows it."""
    for member, node in zip(network.members, nodes, strict=True):
        if node.height:
            with contextlib.suppress(rpc.RpcUnreachable, rpc.RpcRefused):
                return sum(rpc.powers_of(member.rpc).values())
    return 0


def _start(home: Path, name: str, line: Sequence[str]) -> int:
    folder = home / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            list(line), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        ).pid


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _pids(home: Path, name: str) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((home / "run" / name).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _is_of(pid: int, home: Path) -> bool:
    """Whether a process is alive and of this home; a number may have gone to another program."""
    with contextlib.suppress(ChildProcessError):  # of another parent
        os.waitpid(pid, os.WNOHANG)
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsencode(str(home)) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(home: Path, name: str) -> str:
    try:
        return (home / "log" / f"{name}.log").read_text("utf-8", "replace")[-TAIL_BYTES:].strip()
    except FileNotFoundError:
        return "no log"

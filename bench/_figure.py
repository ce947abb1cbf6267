"""The last line of a bench: one JSON object with figure, peer, goal, machine and commit."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
IS_QUICK = "--quick" in sys.argv


class Peer(NamedTuple):
    """What was measured beside ours in the same run."""

    name: str
    figure: float


def machine() -> str:
    """Processor, cores, system and Python."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {python}"


def commit() -> str:
    """The commit at work, with `+` when the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def print_row(name: str, value: float, unit: str) -> None:
    """A figure on the way to the last line."""
    print(f"  {name:<46} {value:>14,.2f} {unit}", flush=True)


def print_figure(
    bench: str, figure: float, unit: str, *, goal: str, peer: Peer | None = None
) -> None:
    """The last line."""
    row = {
        "bench": bench,
        "figure": round(figure, 3),
        "unit": unit,
        "goal": goal,
        "peer": peer.name if peer else None,
        "peer_figure": round(peer.figure, 3) if peer else None,
        "ratio": round(figure / peer.figure, 3) if peer else None,
        "machine": machine(),
        "commit": commit(),
    }
    print(json.dumps(row), flush=True)


def middle(values: list[float]) -> float:
    """The median of several runs."""
    return median(values)

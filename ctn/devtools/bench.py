"""Running the benches: one file per published number, whose last line is one JSON object."""

import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from ctn.devtools.environment import ROOT, script


def run_benches() -> bool:
    """Run every bench, print all figures with machine and commit, and return whether all ran."""
    files = sorted(path for path in (ROOT / "bench").glob("*.py") if path.name[0] != "_")
    options = ["--quick"] if os.environ.get("QUICK") == "1" else []
    figures, failed = [], []
    for path in files:
        print(f"== bench/{path.name}", flush=True)
        figure = _run(path, options)
        if figure is None:
            failed.append(path.name)
        else:
            figures.append({"bench": path.name, **figure})
    print(json.dumps({"machine": _machine(), "commit": _commit(), "figures": figures}, indent=1))
    if failed or not files:
        print(f"RESULT failed: {', '.join(failed) or 'no bench was found'}")
        return False
    print(f"RESULT ok, {len(figures)} benches")
    return True


def last_figure(output: str) -> dict[str, Any] | None:
    """Return the JSON object on the last line of a bench's output, or None when there is none."""
    lines = output.strip().splitlines()
    try:
        figure = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return figure if isinstance(figure, dict) else None


def _run(path: Path, options: list[str]) -> dict[str, Any] | None:
    done = subprocess.run(
        [str(script("python")), str(path), *options],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    print(done.stdout, end="", flush=True)
    return last_figure(done.stdout) if done.returncode == 0 else None


def _machine() -> str:
    cores = os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, {platform.python_version()}"


def _commit() -> str:
    """Name the commit, marked `+` when files differ from it; a checkout without git has none."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()

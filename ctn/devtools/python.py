"""Finding a Python that is new enough; readable by an older one, which may be the one running."""

from __future__ import annotations

import os
import subprocess
import sys

from ctn.devtools.refusals import PythonTooOld

OLDEST = (3, 11)

_NAMES = ("python3.13", "python3.12", "python3.11", "python3", "python")
_QUESTION = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)"


def find_python() -> str:
    """Return the path of the first candidate that starts and is new enough.

    `$PYTHON` is the user's word: when it is set, nothing else is tried. Each candidate is started,
    because a name on PATH may be a shim that refuses to run.
    """
    wanted = os.environ.get("PYTHON")
    candidates = (wanted,) if wanted else (*_NAMES, sys.executable)
    seen = []
    for candidate in candidates:
        answer = _ask(candidate)
        if answer is None:
            continue
        version, path = answer
        if version >= OLDEST:
            return path
        seen.append(f"{candidate} is {version[0]}.{version[1]}")
    found = ", ".join(seen) or f"{', '.join(candidates)} not found"
    raise PythonTooOld(f"Python 3.11 or newer is needed ({found}); install one or set PYTHON")


def _ask(candidate: str) -> tuple[tuple[int, int], str] | None:
    try:
        answer = subprocess.run(
            [candidate, "-c", _QUESTION], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor, path = answer.stdout.strip().split(" ", 2)
    return (int(major), int(minor)), path

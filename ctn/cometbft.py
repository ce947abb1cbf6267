"""The program CometBFT: where it is looked for, and the one version that counts.

It orders the blocks of a network and runs as a process of its own. Only the standard library is
used here, because the developer's commands ask too, before anything is installed (stack.md 8).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

VERSION = "0.38.25"
MODULE = f"github.com/cometbft/cometbft/cmd/cometbft@v{VERSION}"
VARIABLE = "CTN_COMETBFT"
TOOLS = Path(__file__).resolve().parents[1] / ".tools" / "bin"

_NAME = "cometbft.exe" if os.name == "nt" else "cometbft"
_ANSWER_SECONDS = 30


class Looked(NamedTuple):
    """The program, or None and in words what was found instead."""

    path: Path | None
    found: str


def look() -> Looked:
    """Look for the program: `$CTN_COMETBFT` alone when it is set, else PATH, then .tools/bin."""
    wanted = os.environ.get(VARIABLE)
    on_path = shutil.which(_NAME)
    tool = TOOLS / _NAME
    places = [wanted] if wanted else [on_path, str(tool) if tool.exists() else None]
    others = []
    for place in [place for place in places if place]:
        version = version_of(place)
        if version == VERSION:
            return Looked(Path(place), version)
        others.append(f"{place} is {version or 'no CometBFT'}")
    return Looked(None, f"cometbft v{VERSION} not found" + "".join(f"; {text}" for text in others))


def version_of(program: str) -> str:
    """What a program says its version is; empty when it does not start."""
    try:
        said = subprocess.run(
            [program, "version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS,
            check=True,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.strip().removeprefix("v").partition("+")[0]

"""The developer's commands: `python -m ctn.dev <target>`, which the Makefile calls.

This file runs before anything is installed and under whatever Python starts it, so it uses the
standard library alone, and only syntax that an old Python can read until a new one has taken over.
"""

from __future__ import annotations

import os
import sys

from ctn.devtools.python import OLDEST, find_python
from ctn.devtools.refusals import ToolRefusal

TARGETS = {
    "run": "install what is locked into .venv, then start the demo world (PORT=n forces a port)",
    "web": "build the web application into ctn/api/static, unless it fits its sources",
    "test": "everything that can run here; STRICT=1 turns skips into failures",
    "test-faults": "tests that break disks, power and networks on purpose",
    "lint": "the part `form` of the tests: style, types, import contracts, generated files",
    "bench": "every published number, one JSON line each; QUICK=1 for a short run",
    "reference": "write docs/reference from the operations",
    "lock": "refresh requirements/*.lock and web/package-lock.json, and print what changed",
    "browser": "fetch the Chromium that the part `browser` of the tests drives",
    "cometbft": "build CometBFT into .tools/bin, unless it is there (needs a Go module proxy)",
    "network": "start four validators on this machine in .ctn/network, and watch them",
    "clean-demo": "remove the data of the demo world",
    "help": "these lines",
}


def main(words: list[str]) -> int:
    """Run one target and return its exit code; an expected refusal is one line on stderr."""
    target = words[0] if words else "help"
    if target not in TARGETS:
        print(f"unknown target {target}", file=sys.stderr)
    if target not in TARGETS or target == "help":
        print_help()
        return 0 if target == "help" else 2
    try:
        if tuple(sys.version_info[:2]) < OLDEST:
            return start_again(words)
        from ctn.devtools.targets import run_target

        return run_target(target, words[1:])
    except ToolRefusal as refusal:
        print(refusal.line(), file=sys.stderr)
        return refusal.exit_code


def start_again(words: list[str]) -> int:
    """Hand over to a Python that is new enough; comes back only when none is found."""
    path = find_python()
    sys.stdout.flush()
    os.execv(path, [path, "-m", "ctn.dev", *words])  # noqa: S606  no shell is wanted


def print_help() -> None:
    """Print the targets, one line each."""
    print("make <target>, or python -m ctn.dev <target>:\n")
    for target, line in TARGETS.items():
        print(f"  {target:<12} {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

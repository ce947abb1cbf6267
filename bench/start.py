"""Start: how soon a node with a million records serves, and how soon the command answers.

A start reads and checks every record, rebuilds the tree and the indexes, compares the root and
checks the links of the last blocks; nothing is served before that.
"""

import subprocess
import sys
import time
from pathlib import Path

from _chain import genesis, home, keys, opened
from _figure import IS_QUICK, middle, print_figure, print_row

MAKER = b"m" * 32
RECORDS = 100_000 if IS_QUICK else 1_000_000
RUNS = 3 if IS_QUICK else 5
COMMAND = Path(sys.executable).with_name("ctn")


def node_start() -> float:
    """Seconds from opening a home to its machine being ready."""
    founded = genesis(keys(RECORDS // 3), MAKER)
    with home(founded, MAKER) as place:
        with opened(place):
            pass
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            with opened(place) as found:
                times.append(time.perf_counter() - start)
                count = len(found.machine.commitment)
            print_row(f"start at {count:,} records", times[-1], "s")
        return middle(times)


def command_start() -> float:
    """Seconds that `ctn --help` takes as a whole process."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run([COMMAND, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    print_row("ctn --help", middle(times[1:]), "s")
    return middle(times[1:])


def main() -> None:
    """Both; the last line is the node's."""
    help_seconds = command_start()
    print_figure("start-help", help_seconds, "s", goal="0.4 s")
    print_figure(f"start-{RECORDS // 1000}k", node_start(), "s", goal="10 s at 1 M records")


if __name__ == "__main__":
    main()

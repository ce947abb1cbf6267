"""A registry file of a million rows: dry run with its report, commit to a live node, second run.

Each step is the `ctn` command in a process of its own, so its memory is that of a user's run. The
file has the columns of Verra's public file and no defect; every serial is read, printed back and
compared with every other row. The peer does nothing but read the same file as CSV.
"""

import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from _figure import IS_QUICK, Peer, print_figure, print_row

ROWS = 100_000 if IS_QUICK else 1_000_000
QUANTITIES = 500
HEADER = [
    "Issuance Date", "Vintage Start", "Vintage End", "ID", "Name", "Country/Area", "Methodology",
    "Total Vintage Quantity", "Quantity Issued", "Serial Number", "Additional Certifications",
    "Retirement/Cancellation Date", "Retirement Beneficiary", "Retirement Reason",
    "Retirement Details",
]  # fmt: skip
COMMAND = [sys.executable, "-m", "ctn.cli"]
DOOR_SECONDS = 30
KIB = 1024
MIB = 1024 * 1024


def write_file(path: Path, rows: int) -> None:
    """A file of serials in a row, every third of them ended."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        start = 1
        for row in range(rows):
            quantity = 1 + row % QUANTITIES
            project, year = 100 + row % 900, 2015 + row % 10
            end = start + quantity - 1
            ended = ["2026-02-01", f"Buyer {row % 97}", "", ""] if row % 3 == 0 else [""] * 4
            serial = (
                f"{1 + row // 1000}-{start}-{end}-VCS-VCU-1507-VER-KE-14-{project}-"
                f"0101{year}-3112{year}-0"
            )
            writer.writerow([
                "2026-01-15", f"{year}-01-01", f"{year}-12-31", project, f"Project {project}",
                "Kenya", "VM0015", "1,000,000", f"{quantity:,}", serial, "", *ended,
            ])
            start = end + 1


class Used(NamedTuple):
    """What a command took: seconds, seconds of a processor, MiB at most."""

    seconds: float
    processor: float
    memory: float


def run(home: Path, *words: str) -> Used:
    """What a command took that must end well."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, "--home", str(home), *words], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{words}: exit {process.returncode}"
    seconds = time.perf_counter() - start
    return Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * KIB / MIB)


def step(name: str, home: Path, *words: str) -> float:
    """Run a command, print its figures, give its seconds."""
    used = run(home, *words)
    print_row(name, used.seconds, "s")
    print_row(f"{name}, on its processor", used.processor, "s")
    print_row(f"{name}, memory", used.memory, "MiB")
    return used.seconds


def read_alone(path: Path) -> float:
    """Rows a second when the file is only read as CSV."""
    start = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    return rows / (time.perf_counter() - start)


def commit(home: Path, path: Path) -> None:
    """Commit the file to a node of a new dev chain, then once more."""
    run(home, "init")
    node = subprocess.Popen(
        [*COMMAND, "--home", str(home), "node", "start"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + DOOR_SECONDS
        while not (home / "run" / "node.sock").exists():
            assert node.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        step("commit: mirror and ledger", home, "registry", "import", str(path), "--commit")
        step("second run, nothing new", home, "registry", "import", str(path), "--commit")
    finally:
        node.send_signal(signal.SIGINT)
        node.wait(60)


def main() -> None:
    """All steps; the last line is the dry run."""
    print(f"{ROWS:,} rows", flush=True)
    with tempfile.TemporaryDirectory(prefix="ctn-bench-") as folder:
        place = Path(folder)
        path = place / "rows.csv"
        write_file(path, ROWS)
        print_row("size of the file", path.stat().st_size / MIB, "MiB")
        alone = read_alone(path)
        report = str(place / "report.json")
        seconds = step(
            "dry run with report", place / "none", "registry", "import", str(path), "--dry-run",
            "--report", report,
        )  # fmt: skip
        commit(place / "home", path)
    peer = Peer("the same file read as CSV, nothing else", alone)
    goal = "25,000/s: a million rows in 40 s; commit 180 s; 2 GiB"
    print_figure("registry-import", ROWS / seconds, "rows/s", goal=goal, peer=peer)


if __name__ == "__main__":
    main()

"""The conformance driver from the command line, against an application in its own process."""

import os
import subprocess
import sys

from tests.node.processes import ROOT


def test_every_scenario_passes() -> None:
    command = [sys.executable, "-m", "ctn.cli", "abci-sim"]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines() if line]
    assert names == [
        "handshake", "rejected_rounds", "recheck", "fifth_operator", "double_sign", "absence",
        "clock", "powers", "crashes", "snapshots", "malformed",
    ]  # fmt: skip

"""All public files of eight registries: into mirror and ledger once, and out again unchanged."""

import csv
import os
from pathlib import Path

import pytest

from tests.cli.homes import Cli

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("CTN_SHARED") or ROOT.parent / "shared") / "data" / "registries"


def test_all_samples_come_in_once_and_go_out_equal(live: Cli, tmp_path: Path) -> None:
    paths = sorted(SAMPLES.glob("*.csv"))
    if not paths:
        pytest.skip(f"sample files of registries are absent: {SAMPLES}")
    words = [*map(str, paths), "--commit", "--allow-defects"]
    first = live.ok("registry", "import", *words)
    assert first["totals"]["serials"] == {"total": 1111, "ok": 1111}
    assert first["totals"]["conversions"]["matched"] == 10
    assert first["ledger"]["rows"] == 1011
    again = live.ok("registry", "import", *words)
    assert (again["totals"]["mirror"]["changes"], again["ledger"]["transactions"]) == (0, [])
    for path, file in zip(paths, first["files"], strict=True):
        out = tmp_path / "out.csv"
        live.ok("registry", "export", "--layout", file["layout"], "--out", str(out))
        with path.open(encoding="utf-8", newline="") as source, out.open(newline="") as made:
            assert list(csv.reader(made)) == list(csv.reader(source))

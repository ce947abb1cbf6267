"""Acceptance on the registries' own files (registry.md 14), and the demo's rows."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from ctn.client.registry.reader import read_file

ROOT = Path(__file__).parents[3]


def _sample(name: str) -> Path:
    shared = Path(os.environ.get("CTN_SHARED") or ROOT.parent / "shared")
    path = shared / "data" / "registries" / name
    if not path.is_file():
        pytest.skip(f"sample file of a registry is absent: {path}")
    return path


@pytest.mark.parametrize(("name", "layout", "rows", "codes"), [
    ("verra__transactions.csv", "verra.units", 200,
     {"country_differs": 8, "retire_or_cancel": 100, "beneficiary_missing": 13}),
    ("gold-standard__issuances.csv", "gs.issuances", 100, {}),
    ("gold-standard__retirements.csv", "gs.retirements", 100,
     {"date_missing": 6, "beneficiary_missing": 62}),
])
def test_reads_a_sample_as_the_document_says(
    name: str, layout: str, rows: int, codes: dict[str, int],
) -> None:
    imported = read_file(_sample(name))
    assert imported.layout == layout
    assert (imported.rows, imported.serials_total, imported.serials_ok) == (rows, rows, rows)
    assert imported.codes == codes


def test_gold_standard_issuances_hold_three_kyoto_units() -> None:
    imported = read_file(_sample("gold-standard__issuances.csv"))
    assert Counter(unit.grammar for unit in imported.units) == {"gs": 97, "itl": 3}


def test_gold_standard_cancellations_are_the_rows_without_a_date() -> None:
    imported = read_file(_sample("gold-standard__retirements.csv"))
    cancelled = [unit.row for unit in imported.units if unit.status == "cancelled"]
    assert cancelled == [d.row for d in imported.defects if d.code == "date_missing"]
    assert len(cancelled) == 6


DEMO = ROOT / "ctn" / "demo" / "verra_units.csv"


def test_the_demo_has_twenty_held_rows_without_a_defect() -> None:
    imported = read_file(DEMO)
    assert (imported.rows, imported.serials_ok, imported.defects) == (20, 20, [])
    assert {unit.state for unit in imported.units} == {"seen"}
    assert all(unit.quantity > 100 for unit in imported.units)
    assert len({unit.country for unit in imported.units}) >= 10


def test_the_rows_of_the_demo_are_those_of_the_registry_unchanged() -> None:
    with _sample("verra__transactions.csv").open(encoding="utf-8", newline="") as file:
        source = list(csv.reader(file))
    with DEMO.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == source[0]
    assert all(row in source for row in rows)

"""Acceptance on the registries' own files (registry.md 14), and the demo's rows."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from ctn.client.registry.cells import read_integer
from ctn.client.registry.layout import UnitColumns
from ctn.client.registry.layouts import LAYOUTS
from ctn.client.registry.lines import Lines
from ctn.client.registry.mirror import Arrival, Mirror
from ctn.client.registry.mirrored import export_layout
from ctn.client.registry.reader import read_bytes, read_file, records_of
from ctn.client.registry.rows import ImportedFile
from ctn.client.registry.watch import count_conversions, over_issued, watch_list

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("CTN_SHARED") or ROOT.parent / "shared") / "data" / "registries"

# File, layout, rows, serials, and every code that is found.
SAMPLES: list[tuple[str, str, int, int, dict[str, int]]] = [
    (
        "verra__transactions",
        "verra.units",
        200,
        200,
        {"country_differs": 8, "retire_or_cancel": 100, "beneficiary_missing": 13},
    ),
    ("verra__projects", "verra.projects", 50, 0, {}),
    ("gold-standard__projects", "gs.projects", 50, 0, {"country_unknown": 2}),
    ("gold-standard__issuances", "gs.issuances", 100, 100, {}),
    (
        "gold-standard__retirements",
        "gs.retirements",
        100,
        100,
        {"date_missing": 6, "beneficiary_missing": 62},
    ),
    ("american-carbon-registry__retirements", "acr.retirements", 100, 100, {}),
    ("american-carbon-registry__cancellations", "acr.cancellations", 50, 50, {}),
    ("american-carbon-registry__issuances", "acr.issuances", 100, 0, {"notional": 100}),
    ("american-carbon-registry__projects", "acr.projects", 50, 0, {}),
    (
        "climate-action-reserve__retirements",
        "car.retirements",
        100,
        100,
        {"no_beneficiary_column": 1},
    ),
    ("climate-action-reserve__cancellations", "car.cancellations", 50, 50, {}),
    ("climate-action-reserve__issuances", "car.issuances", 100, 0, {"notional": 100}),
    ("climate-action-reserve__projects", "car.projects", 50, 0, {}),
    ("art-trees__retirements", "art.retirements", 8, 8, {"beneficiary_missing": 4}),
    ("art-trees__cancellations", "art.cancellations", 3, 3, {}),
    ("art-trees__issuances", "art.issuances", 11, 0, {"notional": 11}),
    ("art-trees__projects", "art.projects", 28, 0, {}),
    (
        "cercarbono__retirements",
        "cdc.retirements",
        100,
        100,
        {"beneficiary_missing": 80, "zero_based": 5},
    ),
    ("cercarbono__issuances", "cdc.issuances", 100, 100, {}),
    ("cercarbono__projects", "cdc.projects", 50, 0, {"status_unknown": 7}),
    ("isometric__issuances", "iso.issuances", 100, 100, {"fractional_tonnes": 100}),
    ("isometric__retirements", "iso.retirements", 100, 100, {"fractional_tonnes": 23}),
    ("isometric__projects", "iso.projects", 50, 0, {}),
    (
        "arb__nc-arboc_issuance_sheet3",
        "arb.issuances",
        100,
        0,
        {"notional": 100, "quantity_invalid": 2, "date_missing": 1},
    ),
]


def _sample(name: str) -> Path:
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"sample file of a registry is absent: {path}")
    return path


def _read(name: str) -> ImportedFile:
    return read_file(_sample(name))


def _read_all() -> list[ImportedFile]:
    return [_read(name) for name, *_ in SAMPLES]


@pytest.mark.parametrize(("name", "layout", "rows", "serials", "codes"), SAMPLES)
def test_reads_a_sample_as_the_document_says(
    name: str,
    layout: str,
    rows: int,
    serials: int,
    codes: dict[str, int],
) -> None:
    imported = _read(name)
    assert imported.layout == layout
    assert (imported.rows, imported.serials_total, imported.serials_ok) == (rows, serials, serials)
    assert imported.codes == codes


@pytest.mark.parametrize(("name", "layout"), [row[:2] for row in SAMPLES])
def test_a_sample_has_its_layout_whatever_its_name(name: str, layout: str) -> None:
    assert read_bytes(_sample(name).read_bytes(), name="x").layout == layout


def test_the_samples_have_1111_serial_rows_on_255_lines_without_an_overlap() -> None:
    files = _read_all()
    assert sum(imported.serials_total for imported in files) == 1111
    assert sum(imported.serials_ok for imported in files) == 1111
    lines = {
        unit.line
        for imported in files
        if not imported.layout.endswith(".issuances")
        for unit in imported.units
    }
    assert Counter(line.startswith("ISO-") for line in lines) == {False: 255, True: 100}


def test_gold_standard_issuances_hold_three_kyoto_units() -> None:
    imported = _read("gold-standard__issuances")
    assert Counter(unit.grammar for unit in imported.units) == {"gs": 97, "itl": 3}


def test_gold_standard_cancellations_are_the_rows_without_a_date() -> None:
    imported = _read("gold-standard__retirements")
    cancelled = [unit.row for unit in imported.units if unit.status == "cancelled"]
    assert cancelled == [d.row for d in imported.defects if d.code == "date_missing"]
    assert len(cancelled) == 6


def test_acr_projects_without_a_voluntary_status_take_that_of_the_programme() -> None:
    imported = _read("american-carbon-registry__projects")
    statuses = Counter(project.status for project in imported.projects)
    assert sum(statuses.values()) == 50
    assert "unknown" not in statuses
    assert {"listed", "registered", "completed", "suspended"} <= set(statuses)


def test_californian_issuances_never_ended_beyond_what_was_issued() -> None:
    imported = _read("arb__nc-arboc_issuance_sheet3")
    good = [each for each in imported.issuances if not each.is_defect]
    assert len([each for each in good if each.ended is not None]) == 98
    assert all((each.ended or 0) <= each.quantity for each in good)
    keys = [d.natural_key for d in imported.defects if d.code == "quantity_invalid"]
    assert [key.split("/")[1] for key in keys] == ["CAFR5012", "CALS5014"]


def test_cercarbono_retirements_lie_inside_their_issuances() -> None:
    issued = {unit.line: unit.quantity for unit in _read("cercarbono__issuances").units}
    retired = _read("cercarbono__retirements").units
    zero_based = {unit.line for unit in retired if unit.start == 0}
    assert (len({unit.line for unit in retired}), len(zero_based)) == (22, 5)
    for unit in retired:
        first = 0 if unit.line in zero_based else 1
        assert first <= unit.start <= unit.end < first + issued[unit.line]


def test_cercarbono_marks_46_issuances_as_buffer_and_nests_890_serials() -> None:
    assert sum(unit.is_buffer for unit in _read("cercarbono__issuances").units) == 46
    nested = _read("cercarbono__projects").nested
    assert (nested.total, nested.ok) == (890, 890)


def test_isometric_kilograms_are_supplier_and_buffer_together() -> None:
    imported = _read("isometric__issuances")
    assert "sum_mismatch" not in imported.codes
    assert [unit.end for unit in imported.units] == [unit.quantity for unit in imported.units]


@pytest.fixture(name="mirror")
def _mirror(tmp_path: Path) -> Mirror:
    mirror = Mirror.open(tmp_path)
    for name, *_ in SAMPLES:
        path = _sample(name)
        content = path.read_bytes()
        mirror.take(Arrival(read_bytes(content, name=path.name), content, False, 1))
    return mirror


def test_ten_conversions_to_california_are_found_on_both_sides(mirror: Mirror) -> None:
    assert count_conversions(mirror.database).matched == 10
    unmatched = {
        entry.key
        for entry in watch_list(mirror.database, Lines())
        if entry.kind == "conversion_unmatched"
    }
    assert "arb/acr/1042/2024/92278" not in unmatched


def test_no_number_stands_in_two_mirrors_and_cuts_never_retire_too_much(mirror: Mirror) -> None:
    kinds = {entry.kind for entry in watch_list(mirror.database, Lines())}
    assert not kinds & {"same_numbers", "retired_over_issued", "ghost"}
    assert over_issued(mirror.database) == []


def test_every_cell_comes_back_equal_those_of_defect_rows_too(mirror: Mirror) -> None:
    for name, layout, *_ in SAMPLES:
        source = [cells for _, cells in records_of(_sample(name).read_bytes())]
        assert list(export_layout(mirror.database, layout)) == source


def test_a_second_time_nothing_changes(mirror: Mirror) -> None:
    for name, *_ in SAMPLES:
        path = _sample(name)
        content = path.read_bytes()
        again = Arrival(read_bytes(content, name=path.name), content, False, 2)
        assert mirror.take(again).rows == 0


def test_every_layout_has_a_sample_and_its_numbers_read() -> None:
    assert {layout for _, layout, *_ in SAMPLES} == {layout.id for layout in LAYOUTS}
    for name, layout_id, *_ in SAMPLES:
        (layout,) = [each for each in LAYOUTS if each.id == layout_id]
        columns = layout.columns
        if not isinstance(columns, UnitColumns):
            continue
        header, *rows = [cells for _, cells in records_of(_sample(name).read_bytes())]
        place = [" ".join(cell.split()) for cell in header].index(columns.quantity)
        quantities = [read_integer(row[place]) for row in rows]
        assert [unit.quantity for unit in _read(name).units] == quantities


DEMO = ROOT / "ctn" / "demo" / "verra_units.csv"


def test_the_demo_has_twenty_held_rows_without_a_defect() -> None:
    imported = read_file(DEMO)
    assert (imported.rows, imported.serials_ok, imported.defects) == (20, 20, [])
    assert {unit.state for unit in imported.units} == {"seen"}
    assert all(unit.quantity > 100 for unit in imported.units)
    assert len({unit.country for unit in imported.units}) >= 10


def test_the_rows_of_the_demo_are_those_of_the_registry_unchanged() -> None:
    with _sample("verra__transactions").open(encoding="utf-8", newline="") as file:
        source = list(csv.reader(file))
    with DEMO.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == source[0]
    assert all(row in source for row in rows)

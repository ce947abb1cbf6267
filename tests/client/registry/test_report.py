"""The report as CSV and as JSON."""

import csv
import io
import json

from ctn.client.registry.report import cut, report_csv, report_json, totals
from tests.client.registry.tables import GS_RETIRED, VERRA, read


def test_the_json_has_the_shape_of_the_document() -> None:
    imported = read(VERRA | {"Quantity Issued": "1", "ID": "2"})
    body = json.loads(report_json([imported]))
    assert list(body) == ["files", "watch", "totals", "ledger"]
    assert (body["watch"], body["ledger"]) == ([], None)
    file = body["files"][0]
    assert list(file) == ["file", "sha256", "layout", "rows", "serials", "codes", "defects"]
    assert file["serials"] == {"total": 1, "ok": 0}
    assert file["codes"] == {"project_differs": 1, "quantity_mismatch": 1}
    assert file["defects"][0] == {
        "row": 1,
        "line": 2,
        "column": "Quantity Issued",
        "code": "quantity_mismatch",
        "severity": "error",
        "value": "1",
        "natural_key": "VERRA/941467007-941467431",
        "message": "The serial holds 425.",
    }


def test_totals_count_over_files() -> None:
    counts = totals([read(VERRA | {"ID": "2"}), read(GS_RETIRED | {"Quantity": "1"})])
    assert counts == {
        "files": 2,
        "rows": 2,
        "serials": {"total": 2, "ok": 1},
        "nested": {"total": 0, "ok": 0},
        "errors": 1,
        "warnings": 1,
        "notes": 0,
        "codes": {"project_differs": 1, "quantity_mismatch": 1},
    }


def test_the_csv_has_the_columns_of_the_document_then_totals() -> None:
    rows = list(csv.reader(io.StringIO(report_csv(read(VERRA | {"ID": "2"})))))
    assert rows[0] == [
        "row",
        "line",
        "column",
        "code",
        "severity",
        "value",
        "natural_key",
        "message",
    ]
    assert rows[1][:6] == ["1", "2", "ID", "project_differs", "warning", "2"]
    assert [row[3:6] for row in rows[2:]] == [
        ["rows", "", "1"],
        ["serials", "", "1"],
        ["serials_ok", "", "1"],
        ["project_differs", "warning", "1"],
    ]


def test_a_cell_is_never_a_formula_in_the_csv_and_unchanged_in_the_json() -> None:
    imported = read(VERRA | {"Serial Number": "=1+1"})
    row = list(csv.reader(io.StringIO(report_csv(imported))))[1]
    assert (row[5], row[6]) == ("'=1+1", "'=1+1")
    assert json.loads(report_json([imported]))["files"][0]["defects"][0]["value"] == "=1+1"


def test_a_long_cell_is_cut() -> None:
    assert cut("x" * 200) == "x" * 200
    assert cut("x" * 201) == "x" * 199 + "…"

"""What was found in a file: defects with a fixed code and severity, as CSV and as JSON."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

SEVERITIES: Final = {
    "serial_malformed": "error",
    "range_reversed": "error",
    "quantity_invalid": "error",
    "quantity_mismatch": "error",
    "date_invalid": "error",
    "overlap_in_file": "error",
    "project_differs": "warning",
    "country_differs": "warning",
    "vintage_differs": "warning",
    "beneficiary_missing": "warning",
    "date_missing": "warning",
    "status_unknown": "warning",
    "label_flag_differs": "warning",
    "encoding_repaired": "note",
    "retire_or_cancel": "note",
    "column_unknown": "note",
    "country_unknown": "note",
}

VALUE_LENGTH_MAX: Final = 200


class Defect(Struct, frozen=True, gc=False):
    """One thing found in one cell; row 0 is the header."""

    row: int
    line: int
    column: str
    code: str
    severity: str
    value: str
    natural_key: str
    message: str


class Unit(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a file as units: its numbers, its state there, and what the columns say.

    `line` is the number line and `file_line` the physical line; `state` is the one that
    `registry.record_external` takes, `status` the registry's own word; `date` is the day of the
    end of an ended row, else of issue, and "" when missing; `quantity` is in numbers.
    """

    row: int
    file_line: int
    text: str
    grammar: str
    registry: str
    line: str
    start: int
    end: int
    state: str
    status: str
    date: str
    project: str
    vintage: int
    country: str
    quantity: int
    methodology: str
    name: str
    beneficiary: str
    reason: str
    details: str
    is_defect: bool


class ImportedFile(Struct, frozen=True, kw_only=True):
    """A file that was read: its units, and its defects in the order of its rows."""

    file: str
    sha256: str
    layout: str
    rows: int
    serials_total: int
    serials_ok: int
    units: list[Unit]
    defects: list[Defect]

    @property
    def codes(self) -> dict[str, int]:
        """How often each code was found, by code."""
        return dict(sorted(Counter(defect.code for defect in self.defects).items()))

    @property
    def has_errors(self) -> bool:
        """Whether the file is taken only when defects are allowed."""
        return any(defect.severity == "error" for defect in self.defects)


def cut(value: str) -> str:
    """Shorten a cell for a report."""
    return value if len(value) <= VALUE_LENGTH_MAX else value[: VALUE_LENGTH_MAX - 1] + "…"


def totals(files: Iterable[ImportedFile]) -> dict[str, Any]:
    """Give counts over files: rows, serials, codes, and defects per severity."""
    files = list(files)
    codes: Counter[str] = Counter()
    for imported in files:
        codes.update(imported.codes)
    found: Counter[str] = Counter()
    for code, count in codes.items():
        found[SEVERITIES[code]] += count
    return {
        "files": len(files),
        "rows": sum(imported.rows for imported in files),
        "serials": {
            "total": sum(imported.serials_total for imported in files),
            "ok": sum(imported.serials_ok for imported in files),
        },
        "errors": found["error"],
        "warnings": found["warning"],
        "notes": found["note"],
        "codes": dict(sorted(codes.items())),
    }


def report_json(files: Sequence[ImportedFile]) -> bytes:
    """Give the report of a dry run as JSON: each file, the watch list, totals, no ledger."""
    body = {
        "files": [
            {
                "file": imported.file,
                "sha256": imported.sha256,
                "layout": imported.layout,
                "rows": imported.rows,
                "serials": {"total": imported.serials_total, "ok": imported.serials_ok},
                "codes": imported.codes,
                "defects": imported.defects,
            }
            for imported in files
        ],
        "watch": [],
        "totals": totals(files),
        "ledger": None,
    }
    return msgspec.json.encode(body)


def report_csv(imported: ImportedFile) -> str:
    """Give the report of one file as CSV: its defects, then rows named `total`.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(Defect.__struct_fields__)
    for defect in imported.defects:
        writer.writerow([_inert(cell) for cell in msgspec.structs.astuple(defect)])
    counts = totals([imported])
    writer.writerow(["total", "", "", "rows", "", counts["rows"], "", ""])
    writer.writerow(["total", "", "", "serials", "", counts["serials"]["total"], "", ""])
    writer.writerow(["total", "", "", "serials_ok", "", counts["serials"]["ok"], "", ""])
    for code, count in counts["codes"].items():
        writer.writerow(["total", "", "", code, SEVERITIES[code], count, "", ""])
    return text.getvalue()


def _inert(cell: str | int) -> str | int:
    """Keep a spreadsheet from reading a cell of somebody else's file as a formula."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + cell
    return cell

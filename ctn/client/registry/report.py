"""What was found in a file: defects with a fixed code and severity, as CSV and as JSON."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ctn.client.registry.rows import SEVERITIES, Defect, ImportedFile, Unit, cut

__all__ = [
    "SEVERITIES", "Defect", "ImportedFile", "Unit", "cut", "report_csv", "report_json", "totals",
]


def totals(files: Iterable[ImportedFile]) -> dict[str, Any]:
    """Give counts over files: rows, serials, codes, and defects per severity.

    Serials are those of rows; those in lists of projects are counted apart, as `nested`.
    """
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
        "nested": {
            "total": sum(imported.nested.total for imported in files),
            "ok": sum(imported.nested.ok for imported in files),
        },
        "errors": found["error"],
        "warnings": found["warning"],
        "notes": found["note"],
        "codes": dict(sorted(codes.items())),
    }


def report_json(
    files: Sequence[ImportedFile], watch: Sequence[Any] = (), more: dict[str, Any] | None = None,
) -> bytes:
    """Give the report as JSON: each file, the watch list, totals, and no ledger.

    `more` are further totals, such as what changed in the mirror. Of one file alone it depends on
    nothing but the file and its layout, so that anyone can compute it again.
    """
    body = {
        "files": [
            {
                "file": imported.file,
                "sha256": imported.sha256,
                "layout": imported.layout,
                "rows": imported.rows,
                "serials": {
                    "total": imported.serials_total + imported.nested.total,
                    "ok": imported.serials_ok + imported.nested.ok,
                },
                "codes": imported.codes,
                "defects": imported.defects,
            }
            for imported in files
        ],
        "watch": watch,
        "totals": totals(files) | (more or {}),
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

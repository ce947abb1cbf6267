"""Defects that a file alone does not show, added to its report (registry.md 14)."""

import sqlite3

import msgspec

from ctn.client.registry.rows import SEVERITIES, Defect, ImportedFile, Issuance, Unit
from ctn.client.registry.watch import over_issued


def with_defects(read: ImportedFile, defects: list[Defect]) -> ImportedFile:
    """A file with more defects, in the order of its rows."""
    if not defects:
        return read
    both = sorted([*read.defects, *defects], key=lambda defect: defect.row)
    return msgspec.structs.replace(read, defects=both)


def over_issued_rows(database: sqlite3.Connection, read: ImportedFile) -> list[Defect]:
    """Projects of a file of which more ended than was issued, each at its last row."""
    source = read.layout.partition(".")[0]
    rows: list[Unit | Issuance] = [*read.units, *read.issuances]
    last = {each.project.lstrip("0"): each for each in rows if not each.is_defect}
    code = "retired_over_issued"
    return [
        Defect(
            last[project].row, last[project].file_line, "", code, SEVERITIES[code], project,
            read.keys[last[project].row - 1], f"{ended:,} ended of {issued:,} issued.",
        )
        for where, project, ended, issued in over_issued(database)
        if where == source and project in last
    ]

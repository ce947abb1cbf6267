"""Checks of the rows of a file against each other: no number twice."""

from heapq import heappop, heappush
from itertools import groupby

import msgspec

from ctn.client.registry.rows import SEVERITIES, Defect, Unit, cut


def find_overlaps(column: str, units: list[Unit], keys: list[str]) -> list[Defect]:
    """Find the rows that have numbers of an earlier row of the file, one defect a row.

    `keys` are the natural keys of the rows. A sweep over the starts: of the ranges still open, the
    earliest row condemns the new one, and the new one condemns all later rows, each of them once.
    """
    found = []
    by_start = sorted(units, key=lambda unit: (unit.line, unit.start))
    for _, group in groupby(by_start, key=lambda unit: unit.line):
        earliest: list[tuple[int, Unit]] = []
        innocent: list[tuple[int, Unit]] = []
        for unit in group:
            while earliest and earliest[0][1].end < unit.start:
                heappop(earliest)
            while innocent and (innocent[0][1].end < unit.start or -innocent[0][0] > unit.row):
                _, later = heappop(innocent)
                if later.end >= unit.start:
                    found.append(_overlap(column, keys, later, unit))
            if earliest and earliest[0][0] < unit.row:
                found.append(_overlap(column, keys, unit, earliest[0][1]))
            else:
                heappush(innocent, (-unit.row, unit))
            heappush(earliest, (unit.row, unit))
    return found


def _overlap(column: str, keys: list[str], unit: Unit, earlier: Unit) -> Defect:
    """Say of a row which earlier row has some of its numbers."""
    return Defect(
        unit.row, unit.file_line, column, "overlap_in_file",
        SEVERITIES["overlap_in_file"], cut(unit.text), keys[unit.row - 1],
        f"Row {earlier.row} has numbers of this row too: {earlier.text}.",
    )


def mark_overlaps(units: list[Unit], overlaps: list[Defect]) -> list[Unit]:
    """Mark the rows that an overlap keeps out of the ledger."""
    rows = {defect.row for defect in overlaps}
    return [
        msgspec.structs.replace(unit, is_defect=True) if unit.row in rows else unit
        for unit in units
    ]

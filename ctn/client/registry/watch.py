"""The watch list: what files say of each other that nobody can see in one of them.

Rows with an error are kept out; a row that only the ledger contradicts is just what a ghost is.
Source: registry.md 14.
"""

import re
import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from msgspec import Struct

from ctn.client.registry.lines import RETIRED, Held, Lines
from ctn.client.registry.mirror import BY_LEDGER
from ctn.client.registry.watch_projects import same_projects
from ctn.client.registry.watched import Place, Watched, place_of

ORIGIN: Final = re.compile(r"([A-Z]{2,8}?)-?0*([0-9]{1,9})")


class Conversions(Struct):
    """How many cancellations to another scheme were found there, and how many were not."""

    matched: int
    unmatched: int


class _Part(NamedTuple):
    line: str
    source: str
    start: int
    end: int
    place: Place


def watch_list(database: sqlite3.Connection, lines: Lines) -> list[Watched]:
    """Everything to be watched in a mirror, with what the ledger holds of its lines."""
    return [
        *_same_numbers(database),
        *same_projects(database),
        *_retired_over_issued(database),
        *_ghosts(database, lines),
        *_conversions(database)[1],
    ]


def count_conversions(database: sqlite3.Connection) -> Conversions:
    """How many conversions the mirror shows on both sides, and on one alone."""
    matched, unmatched = _conversions(database)
    return Conversions(matched, len(unmatched))


def _same_numbers(database: sqlite3.Connection) -> Iterator[Watched]:
    """Numbers that the files of two registries show."""
    if len(database.execute("SELECT DISTINCT source FROM import").fetchall()) < 2:
        return
    rows = database.execute(
        "SELECT line, source, start, end, text, seen, number FROM unit_now WHERE line IN ("
        "  SELECT line FROM unit GROUP BY line HAVING min(source) <> max(source)"
        ") ORDER BY line, start, end, seen, number"
    )
    parts = (_part(database, *row) for row in rows)
    for line, group in groupby(parts, key=lambda part: part.line):
        widest: dict[str, _Part] = {}
        for part in group:
            for source, other in widest.items():
                if source != part.source and other.end >= part.start:
                    yield Watched(
                        "same_numbers", part.source, line, [other.place, part.place],
                        f"{other.source} shows numbers of this row too.",
                    )
            if part.source not in widest or widest[part.source].end < part.end:
                widest[part.source] = part


def _part(database: sqlite3.Connection, *row: Any) -> _Part:
    line, source, start, end, text, seen, number = row
    return _Part(line, source, start, end, place_of(database, seen, number, text))


def over_issued(database: sqlite3.Connection) -> list[tuple[str, str, int, int]]:
    """Source, project, what ended and what was issued, of projects with more ended than issued.

    Only issuance files that were called a snapshot count, since a cut shows too little.
    """
    return database.execute(
        "WITH whole AS (SELECT id FROM import WHERE snapshot = 1), "
        "issued AS ("
        "  SELECT source, project, quantity FROM issuance_now WHERE seen IN whole "
        "  UNION ALL SELECT source, project, end - start + 1 FROM unit_now "
        "  WHERE tells = 'issued' AND seen IN whole), "
        "given AS (SELECT source, project, sum(quantity) AS total FROM issued "
        "  GROUP BY source, project), "
        "gone AS (SELECT source, project, sum(end - start + 1) AS total FROM unit_now "
        "  WHERE tells = 'ended' AND source IN (SELECT source FROM issued) "
        "  GROUP BY source, project "
        "  UNION ALL SELECT source, project, sum(ended) FROM issuance_now "
        "  WHERE seen IN whole AND origin <> '' GROUP BY source, project) "
        "SELECT gone.source, gone.project, gone.total, coalesce(given.total, 0) FROM gone "
        "LEFT JOIN given USING (source, project) "
        "WHERE gone.total > coalesce(given.total, 0) ORDER BY 1, 2"
    ).fetchall()


def _retired_over_issued(database: sqlite3.Connection) -> Iterator[Watched]:
    for source, project, ended, issued in over_issued(database):
        last = database.execute(
            "SELECT seen, number, text FROM unit_now WHERE source = ? AND project = ? "
            "AND tells = 'ended' ORDER BY seen DESC, number DESC LIMIT 1", (source, project),
        ).fetchone()  # fmt: skip
        places = [place_of(database, *last)] if last else []
        yield Watched(
            "retired_over_issued", source, f"{source}/{project}", places,
            f"{ended:,} ended of {issued:,} issued.",
        )


def _ghosts(database: sqlite3.Connection, lines: Lines) -> Iterator[Watched]:
    """Ranges that are locked for us and that a later file shows ended, or no longer."""
    for line, held in sorted(lines.locked().items()):
        rows = database.execute(
            "SELECT unit.start, unit.end, unit.state, unit.source, unit.text, row.gone, "
            "row.seen, row.number, import.time FROM unit JOIN row ON row.id = unit.row "
            "JOIN import ON import.id = coalesce(row.gone, row.seen) "
            "WHERE unit.line = ? AND row.until IS NULL AND row.is_defect IN (0, ?) "
            "ORDER BY unit.start, row.id", (line, BY_LEDGER),
        )  # fmt: skip
        for start, end, state, source, text, gone, seen, number, time in rows:
            hit = _first_hit(held, start, end)
            if hit is None or time <= hit.since or (state != RETIRED and gone is None):
                continue
            what = "ended" if state == RETIRED else "is no longer in the file"
            yield Watched(
                "ghost", source, f"{line}/{hit.start}-{hit.end}",
                [place_of(database, seen, number, text)], f"Locked for us, and there it {what}.",
            )


def _first_hit(held: list[Held], start: int, end: int) -> Held | None:
    place = bisect_left(held, start, key=lambda each: each.end)
    return held[place] if place < len(held) and held[place].start <= end else None


Key = tuple[str, str, str, int, int]


def _conversions(database: sqlite3.Connection) -> tuple[int, list[Watched]]:
    """Match cancellations to a scheme with its issuances by project, vintage and quantity.

    Only schemes of which the mirror has both sides are compared.
    """
    schemes = {row[0] for row in database.execute(
        "SELECT DISTINCT source FROM issuance WHERE origin <> ''"
    )}
    sources = {row[0] for row in database.execute(
        "SELECT DISTINCT source FROM unit WHERE destination <> ''"
    )}
    left = [row for row in _cancelled(database) if row[0][0] in schemes]
    right = [row for row in _converted(database) if row[0][1] in sources]
    there, here = Counter([key for key, _ in right]), Counter([key for key, _ in left])
    unmatched = [*_rest(left, there, "issuance"), *_rest(right, here, "cancellation")]
    return sum((there & here).values()), unmatched


def _rest(
    rows: list[tuple[Key, Place]], others: Counter[Key], missing: str
) -> Iterator[Watched]:
    """The rows that have no partner, the first of equal ones paired first."""
    left = Counter(others)
    for key, place in rows:
        if left[key]:
            left[key] -= 1
            continue
        scheme, source, project, vintage, quantity = key
        yield Watched(
            "conversion_unmatched", source if missing == "issuance" else scheme,
            f"{scheme}/{source}/{project}/{vintage}/{quantity}", [place],
            f"No {missing} of {quantity:,} t of {source} {project}, vintage {vintage}.",
        )


def _cancelled(database: sqlite3.Connection) -> Iterator[tuple[Key, Place]]:
    rows: Iterator[tuple[Any, ...]] = database.execute(
        "SELECT destination, source, project, vintage, end - start + 1, seen, number, text "
        "FROM unit_now WHERE destination <> '' ORDER BY seen, number"
    )
    for *key, seen, number, text in rows:
        scheme, source, project, vintage, quantity = key
        yield (scheme, source, project, vintage, quantity), place_of(
            database, seen, number, text
        )


def _converted(database: sqlite3.Connection) -> Iterator[tuple[Key, Place]]:
    rows: Iterator[tuple[Any, ...]] = database.execute(
        "SELECT source, origin, vintage, quantity, seen, number, line FROM issuance_now "
        "WHERE origin <> '' ORDER BY seen, number"
    )
    for scheme, origin, vintage, quantity, seen, number, line in rows:
        found = ORIGIN.fullmatch(origin)
        if found is not None:
            key = (scheme, found[1].lower(), found[2], vintage, quantity)
            yield key, place_of(database, seen, number, line)

"""The same project twice: two rows of one country and type that share a name or a place.

Registries do not share ids, so what a developer submits to two of them shows only by this.
Source: registry.md 4, 14.
"""

import math
import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ctn.client.registry.watched import Watched, place_of

NEAR_M: Final = 1_000
EARTH_RADIUS_M: Final = 6_371_000
MICRO: Final = 1_000_000
CELL_E6: Final = 10_000  # a hundredth of a degree is more than 1 km from south to north
FAR_NORTH_E6: Final = 80_000_000
LAST_DAY: Final = "9999-12-31"


class _Project(NamedTuple):
    source: str
    project: str
    name: str
    words: str
    country: str
    type: str
    start: str
    end: str
    spot: tuple[int, int] | None
    seen: int
    number: int

    @property
    def kind(self) -> tuple[str, str]:
        return self.country, self.type


def same_projects(database: sqlite3.Connection) -> Iterator[Watched]:
    """Rows that may be the project of an earlier row; a blank end of a period is open."""
    rows = database.execute(
        "SELECT source, project, name, name_words, country, type, start, end, lat_e6, lon_e6, "
        "seen, number FROM project_now WHERE country <> '' AND type <> '' ORDER BY seen, number"
    )
    named: dict[tuple[str, str, str], list[_Project]] = {}
    placed: dict[tuple[str, str, int, int], list[_Project]] = {}
    for row in rows:
        project = _project(*row)
        others = named.setdefault((*project.kind, project.words), []) if project.words else []
        near = list(_near(project, placed))
        same = [each for each in [*others, *near] if _is_twin(project, each)]
        if same:
            yield _pair(database, same[0], project)
        if project.words:
            others.append(project)
        if project.spot is not None:
            cell = (project.spot[0] // CELL_E6, project.spot[1] // CELL_E6)
            placed.setdefault((*project.kind, *cell), []).append(project)


def _project(*row: Any) -> _Project:
    source, project, name, words, country, kind, start, end, lat_e6, lon_e6, seen, number = row
    spot = None if lat_e6 is None else (lat_e6, lon_e6)
    return _Project(source, project, name, words, country, kind, start, end, spot, seen, number)


def _is_twin(one: _Project, other: _Project) -> bool:
    """Whether two rows of one kind have other ids and overlapping periods."""
    is_other = (one.source, one.project) != (other.source, other.project)
    is_then = one.start <= (other.end or LAST_DAY) and other.start <= (one.end or LAST_DAY)
    return is_other and is_then


def _near(
    project: _Project, placed: dict[tuple[str, str, int, int], list[_Project]]
) -> Iterator[_Project]:
    """Projects of the same kind within 1 km."""
    if project.spot is None:
        return
    lat_e6, lon_e6 = project.spot
    # A kilometre spans more cells from west to east the further from the equator.
    width = math.cos(math.radians(min(abs(lat_e6), FAR_NORTH_E6) / MICRO))
    reach = 1 + int(1 / width)
    row, column = lat_e6 // CELL_E6, lon_e6 // CELL_E6
    for north in (-1, 0, 1):
        for east in range(-reach, reach + 1):
            for other in placed.get((*project.kind, row + north, column + east), []):
                if other.spot and distance_m(project.spot, other.spot) < NEAR_M:
                    yield other


def distance_m(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Metres along the earth's surface between two places in millionths of a degree (haversine)."""
    lat1, lon1, lat2, lon2 = [math.radians(angle / MICRO) for angle in (*one, *other)]
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def _pair(database: sqlite3.Connection, one: _Project, other: _Project) -> Watched:
    how = "one name" if one.words == other.words and one.words else "places less than 1 km apart"
    return Watched(
        "same_project", other.source, f"{other.source}/{other.project}",
        [
            place_of(database, each.seen, each.number, f"{each.source} {each.project} {each.name}")
            for each in (one, other)
        ],
        f"{one.source} {one.project} has the same country and type, and {how}.",
    )

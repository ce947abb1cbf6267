"""The watch list: what files say against each other, and against what is locked for us."""

from pathlib import Path
from typing import Any

import pytest

from ctn.client.registry.lines import Lines, clashes
from ctn.client.registry.mirror import Arrival, Mirror
from ctn.client.registry.reader import read_bytes
from ctn.client.registry.watch import count_conversions, watch_list
from ctn.client.registry.watch_projects import distance_m
from ctn.client.registry.watched import Watched
from tests.client.registry.tables import (
    ACR_CANCELLED,
    ACR_ISSUED,
    ACR_RETIRED,
    ARB_ISSUED,
    CDC_ISSUED,
    CDC_RETIRED,
    GS,
    ISO_PROJECT,
    VERRA_PROJECT,
    table,
    verra_serial,
)

ENDED = {"Retirement/Cancellation Date": "2026-04-10", "Retirement Beneficiary": "Somebody"}
KYOTO = GS | {
    "Serial Number": "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014",
    "Quantity": "3657",
    "GSID": "4823",
    "Country": "Rwanda",
    "Vintage": "2019",
}
NO_LINES = Lines()


@pytest.fixture(name="mirror")
def _mirror(tmp_path: Path) -> Mirror:
    return Mirror.open(tmp_path)


def _take(
    mirror: Mirror,
    *rows: dict[str, str],
    is_snapshot: bool = False,
    lines: Lines = NO_LINES,
    time: int = 7,
) -> None:
    content = table(*rows)
    imported = read_bytes(content, name="rows.csv")
    against = frozenset([defect.row for defect in clashes(imported, lines)])
    mirror.take(Arrival(imported, content, is_snapshot, time, against))


def _watched(mirror: Mirror, lines: Lines = NO_LINES) -> list[Watched]:
    return watch_list(mirror.database, lines)


def _kinds(mirror: Mirror, lines: Lines = NO_LINES) -> list[str]:
    return [entry.kind for entry in _watched(mirror, lines)]


def test_one_file_alone_has_nothing_to_watch(mirror: Mirror) -> None:
    _take(mirror, ACR_CANCELLED)
    assert _kinds(mirror) == []


def test_the_same_numbers_in_files_of_two_registries_are_watched(mirror: Mirror) -> None:
    _take(mirror, KYOTO)
    mirror.database.execute("UPDATE unit SET source = 'verra', start = start + 5")
    mirror.database.execute("UPDATE import SET source = 'verra', sha256 = '0'")
    mirror.database.execute("UPDATE row SET layout = 'verra.units'")
    _take(mirror, KYOTO)
    (entry,) = _watched(mirror)
    assert (entry.kind, entry.key) == ("same_numbers", "ITL-RW-2")
    assert [place.row for place in entry.rows] == [1, 1]


def test_issuance_and_retirement_of_one_registry_share_numbers_in_peace(mirror: Mirror) -> None:
    _take(mirror, CDC_ISSUED | {"serial": "CDC_1_1_1_321_14_1_2009", "is_buffer": "False"})
    _take(mirror, CDC_RETIRED)
    assert _kinds(mirror) == []


def test_the_same_project_twice_is_watched_by_name(mirror: Mirror) -> None:
    _take(mirror, VERRA_PROJECT, VERRA_PROJECT | {"ID": "9", "Name": "HIGHLANDS, Kenya"})
    (entry,) = _watched(mirror)
    assert (entry.kind, entry.key) == ("same_project", "verra/9")
    assert len(entry.rows) == 2


@pytest.mark.parametrize(
    "cells",
    [
        {"Name": "Kenya Lowlands"},
        {"Country/Area": "Uganda"},
        {"Project Type": "Transport"},
        {"Crediting Period Start Date": "2044-04-01", "Crediting Period End Date": ""},
        {"ID": "5957", "Status": "Registered"},
    ],
)
def test_another_name_country_type_period_or_the_same_id_is_no_twin(
    mirror: Mirror,
    cells: dict[str, str],
) -> None:
    _take(mirror, VERRA_PROJECT, VERRA_PROJECT | {"ID": "9"} | cells)
    assert _kinds(mirror) == []


def test_projects_within_a_kilometre_are_watched(mirror: Mirror) -> None:
    near = ISO_PROJECT | {"id": "prj_1K3VWSDS61S0QKV8", "name": "B", "location.latitude": "19.76"}
    far = ISO_PROJECT | {"id": "prj_1K3VWSDS61S0QKV9", "name": "C", "location.latitude": "19.77"}
    _take(mirror, ISO_PROJECT, near, far)
    assert [entry.key for entry in _watched(mirror)] == ["iso/prj_1K3VWSDS61S0QKV8"]


def test_distances_are_metres() -> None:
    assert distance_m((0, 0), (0, 1_000_000)) == pytest.approx(111_195, abs=1)
    assert distance_m((60_000_000, 0), (60_000_000, 1_000_000)) == pytest.approx(55_597, abs=2)
    assert distance_m((90_000_000, 0), (90_000_000, 77_000_000)) == pytest.approx(0, abs=1)


def test_more_retired_than_issued_is_watched_only_against_a_snapshot(mirror: Mirror) -> None:
    _take(mirror, ACR_ISSUED | {"Total Credits Issued": "4211"})
    _take(mirror, ACR_RETIRED)
    assert _kinds(mirror) == []
    _take(mirror, ACR_ISSUED | {"Total Credits Issued": "4211"}, is_snapshot=True)
    (entry,) = _watched(mirror)
    assert (entry.kind, entry.key) == ("retired_over_issued", "acr/1129")
    assert entry.message == "4,212 ended of 4,211 issued."


def test_as_much_retired_as_issued_is_no_more(mirror: Mirror) -> None:
    _take(mirror, ACR_ISSUED | {"Total Credits Issued": "4212"}, is_snapshot=True)
    _take(mirror, ACR_RETIRED)
    assert _kinds(mirror) == []


def test_a_defect_row_is_kept_out_of_sums(mirror: Mirror) -> None:
    _take(mirror, ACR_ISSUED | {"Total Credits Issued": "4211"}, is_snapshot=True)
    _take(mirror, ACR_RETIRED | {"Status Effective  (GMT)": "x"})
    assert _kinds(mirror) == []


def _locked(since: int) -> Lines:
    held: dict[str, Any] = {
        "line": "VERRA",
        "start": 100,
        "end": 199,
        "state": "immobilised",
        "since": since,
    }
    return Lines([held])


def test_a_locked_range_that_a_later_file_shows_ended_is_a_ghost(mirror: Mirror) -> None:
    lines = _locked(since=5)
    _take(mirror, verra_serial(150, 160) | ENDED, lines=lines)
    (entry,) = _watched(mirror, lines)
    assert (entry.kind, entry.key, entry.rows[0].row) == ("ghost", "VERRA/100-199", 1)


def test_a_range_that_ended_in_a_file_before_it_was_locked_is_none(mirror: Mirror) -> None:
    _take(mirror, verra_serial(150, 160) | ENDED, time=4)
    assert _kinds(mirror, _locked(since=5)) == []


def test_a_locked_range_that_a_later_snapshot_lacks_is_a_ghost(mirror: Mirror) -> None:
    _take(mirror, verra_serial(150, 160), verra_serial(500, 509))
    assert _kinds(mirror, _locked(since=5)) == []
    _take(mirror, verra_serial(500, 509), is_snapshot=True)
    assert _kinds(mirror, _locked(since=5)) == ["ghost"]
    assert _kinds(mirror, _locked(since=9)) == []


def test_a_conversion_is_matched_by_project_vintage_and_quantity(mirror: Mirror) -> None:
    _take(mirror, ACR_CANCELLED)
    _take(mirror, ARB_ISSUED)
    assert _kinds(mirror) == []
    assert count_conversions(mirror.database).matched == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"Vintage": "2024.0"},
        {"OPR Project ID": "CAR1129"},
        {"ARB Offset Credits Issued": "4211.0"},
    ],
)
def test_a_conversion_without_its_other_side_is_watched(
    mirror: Mirror,
    cells: dict[str, str],
) -> None:
    _take(mirror, ACR_CANCELLED)
    _take(mirror, ARB_ISSUED | cells)
    expected = 1 if "OPR Project ID" in cells else 2
    assert _kinds(mirror) == ["conversion_unmatched"] * expected


def test_one_issuance_matches_one_cancellation(mirror: Mirror) -> None:
    other = ACR_CANCELLED | {"Credit Serial Numbers": "ACR-FR-1129-2025-2918-30932 to 35143"}
    _take(mirror, ACR_CANCELLED, other)
    _take(mirror, ARB_ISSUED)
    found = count_conversions(mirror.database)
    assert (found.matched, found.unmatched) == (1, 1)

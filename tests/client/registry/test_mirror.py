"""The mirror: every cell, what changed, and nothing twice."""

import sqlite3
from pathlib import Path

import pytest

from ctn.client.registry.mirror import FILE, Arrival, Changes, Mirror
from ctn.client.registry.mirrored import NothingImported, export_layout
from ctn.client.registry.reader import read_bytes, records_of
from tests.client.registry.tables import (
    ACR_ISSUED,
    CDC_PROJECT,
    GS,
    VERRA,
    table,
    verra_serial,
)

ROWS = [verra_serial(start, start + 9) for start in (100, 200, 300)]
ENDED = {"Retirement/Cancellation Date": "2026-04-10", "Retirement Beneficiary": "Somebody"}


def _take(
    mirror: Mirror,
    *rows: dict[str, str],
    content: bytes = b"",
    is_snapshot: bool = False,
) -> Changes:
    """What a file of these rows changes."""
    content = content or table(*rows)
    imported = read_bytes(content, name="rows.csv")
    return mirror.take(Arrival(imported, content, is_snapshot, 7))


@pytest.fixture(name="mirror")
def _mirror(tmp_path: Path) -> Mirror:
    return Mirror.open(tmp_path)


def _cells(mirror: Mirror, layout: str = "verra.units") -> list[list[str]]:
    return list(export_layout(mirror.database, layout))


def _source(content: bytes) -> list[list[str]]:
    return [cells for _, cells in records_of(content)]


def test_a_file_is_new_and_the_same_file_again_changes_nothing(mirror: Mirror) -> None:
    assert _take(mirror, *ROWS) == Changes(3, 0, 0, 0)
    assert _take(mirror, *ROWS) == Changes(0, 0, 3, 0)
    assert _take(mirror, *ROWS).rows == 0


def test_the_same_rows_in_another_file_change_nothing(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    spaced = [{name: f" {cell} " for name, cell in row.items()} for row in ROWS]
    assert _take(mirror, *spaced) == Changes(0, 0, 3, 0)


def test_a_changed_file_tells_new_changed_and_unchanged(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    later = [ROWS[0], ROWS[1] | ENDED, verra_serial(400, 409)]
    assert _take(mirror, *later) == Changes(1, 1, 1, 0)
    assert _cells(mirror) == [*_source(table(ROWS[2])), *_source(table(*later))[1:]]


def test_an_older_file_again_takes_nothing_back(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    _take(mirror, ROWS[0] | ENDED, *ROWS[1:])
    assert _take(mirror, *ROWS) == Changes(0, 0, 3, 0)
    assert "2026-04-10" in str(_cells(mirror))


def test_a_snapshot_flags_what_it_lacks_as_gone_and_takes_it_back(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    assert _take(mirror, *ROWS[:2], is_snapshot=True) == Changes(0, 0, 2, 1)
    assert _cells(mirror) == _source(table(*ROWS[:2]))
    assert _take(mirror, *ROWS, verra_serial(9, 9)) == Changes(1, 1, 2, 0)
    assert len(_cells(mirror)) == 5


def test_a_file_that_is_called_a_snapshot_later_flags_then(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    _take(mirror, *ROWS[:1])
    assert _take(mirror, *ROWS[:1], is_snapshot=True) == Changes(0, 0, 1, 2)


def test_what_changed_stays_with_the_import_that_closed_it(mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    _take(mirror, ROWS[0] | ENDED)
    old = mirror.database.execute("SELECT until FROM row WHERE until IS NOT NULL").fetchall()
    assert old == [(2,)]


def test_equal_rows_are_kept_each(mirror: Mirror) -> None:
    content = table(ACR_ISSUED, ACR_ISSUED)
    assert _take(mirror, content=content) == Changes(2, 0, 0, 0)
    assert _cells(mirror, "acr.issuances") == _source(content)


@pytest.mark.parametrize(
    "cells",
    [
        {"Name": "=HYPERLINK(1)", "Methodology": "+1", "Retirement Details": "@x"},
        {"Name": ' spaces "quotes", commas\r\nand lines '},
        {"Serial Number": "no serial at all", "Quantity Issued": "-3"},
        {"Name": "水" * 24_000},
    ],
)
def test_every_cell_comes_back_as_it_stood(mirror: Mirror, cells: dict[str, str]) -> None:
    content = b"\xef\xbb\xbf" + table(VERRA | cells).replace(b"Serial Number", b"Serial  Number ")
    _take(mirror, content=content)
    assert _cells(mirror) == _source(content)


def test_files_with_other_columns_come_back_under_all_of_them(mirror: Mirror) -> None:
    _take(mirror, ROWS[0] | {"Old": "a"})
    _take(mirror, {"New": "b"} | ROWS[1])
    header, first, second = _cells(mirror)
    assert (header[0], header[-1]) == ("New", "Old")
    assert (first[0], first[-1], second[0], second[-1]) == ("", "a", "b", "")


def test_refuses_when_nothing_of_a_layout_was_imported(mirror: Mirror) -> None:
    with pytest.raises(NothingImported):
        _cells(mirror, "gs.issuances")


def test_a_row_with_an_error_is_kept_and_marked(mirror: Mirror) -> None:
    _take(mirror, ROWS[0], ROWS[1] | {"Quantity Issued": "1"})
    count = "SELECT (SELECT count(*) FROM row), (SELECT count(*) FROM unit_now)"
    assert mirror.database.execute(count).fetchone() == (2, 1)
    codes = mirror.database.execute("SELECT code, severity FROM defect").fetchall()
    assert codes == [("quantity_mismatch", "error")]


def test_a_mirror_is_made_again_from_its_copies(tmp_path: Path, mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    _take(mirror, ROWS[0] | ENDED, is_snapshot=True)
    _take(mirror, GS)
    _take(mirror, CDC_PROJECT)
    before = list(mirror.database.iterdump())
    mirror.close()
    assert list(Mirror.rebuild(tmp_path).database.iterdump()) == before
    (tmp_path / FILE).unlink()
    assert list(Mirror.open(tmp_path).database.iterdump()) == before
    (tmp_path / FILE).write_bytes(b"no database")
    assert list(Mirror.open(tmp_path).database.iterdump()) == before


def test_a_rebuild_that_was_cut_short_is_begun_again(tmp_path: Path, mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    mirror.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("DELETE FROM row")
        database.execute("PRAGMA user_version = 0")
    assert len(_cells(Mirror.open(tmp_path))) == 4


def test_a_file_that_fails_half_way_leaves_nothing(
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _take(mirror, *ROWS)
    before = list(mirror.database.iterdump())

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("ctn.client.registry.mirror._insert_defects", fail)
        with pytest.raises(OSError, match="disk full"):
            _take(mirror, *ROWS, verra_serial(500, 509))
    assert list(mirror.database.iterdump()) == before
    assert _take(mirror, *ROWS, verra_serial(500, 509)) == Changes(1, 0, 3, 0)


def test_a_private_mirror_compares_and_leaves_no_trace(tmp_path: Path, mirror: Mirror) -> None:
    _take(mirror, *ROWS)
    mirror.close()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    scratch = Mirror.scratch(tmp_path)
    assert _take(scratch, ROWS[0] | ENDED) == Changes(0, 1, 0, 0)
    assert _take(scratch, GS) == Changes(1, 0, 0, 0)
    assert _take(scratch, GS | {"Label": "new"}) == Changes(0, 1, 0, 0)
    scratch.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert _take(Mirror.scratch(tmp_path / "none"), *ROWS) == Changes(3, 0, 0, 0)
    assert not (tmp_path / "none").exists()


def test_a_mirror_made_again_still_knows_what_the_ledger_contradicted(
    tmp_path: Path, mirror: Mirror
) -> None:
    content = table(*ROWS)
    imported = read_bytes(content, name="rows.csv")
    mirror.take(Arrival(imported, content, is_snapshot=False, time=7, clashes=frozenset({2})))
    wanted = "SELECT number, is_defect FROM row ORDER BY number"
    before = mirror.database.execute(wanted).fetchall()
    assert [number for number, is_defect in before if is_defect] == [2]
    assert Mirror.rebuild(tmp_path).database.execute(wanted).fetchall() == before


def test_a_journal_line_that_a_crash_cut_short_spoils_no_later_one(
    tmp_path: Path, mirror: Mirror
) -> None:
    _take(mirror, ROWS[0])
    journal = tmp_path / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[:30])
    _take(mirror, ROWS[1])
    again = Mirror.rebuild(tmp_path)
    assert _cells(again) == _cells(mirror)
    assert len(_cells(again)) == 3

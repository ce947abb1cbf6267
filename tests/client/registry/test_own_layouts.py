"""Our own layouts out of records of the ledger."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.client.registry.own_layouts import OWN_LAYOUTS, export_own, inert, moment, tonnes

BATCH = {
    "id": "vcs-01340-2020-001",
    "class": "vcs",
    "project": "vcs-01340",
    "vintage": 2020,
    "start": "2020-01-01",
    "end": "2020-12-31",
    "methodology": "vm0015",
    "unit_type": "undetermined",
    "report": None,
    "issued": 425,
    "counts": {"held": 25, "custody": 400, "retired": 0, "cancelled": 0},
    "labels": ["ccb"],
    "freezes": [],
    "status": "live",
}
INTERVAL = {
    "batch": BATCH["id"],
    "start": 1,
    "end": 25,
    "status": "held",
    "owner": "ctn1alice",
    "cause": "b-1",
    "previous": "",
    "freezes": ["f-1"],
    "since": 7,
}
CERTIFICATE = {
    "id": "r-1",
    "holder": "ctn1alice",
    "batch": BATCH["id"],
    "beneficiary": {"name": "=Ocean Tea", "lei": None, "account": None, "country": "CN"},
    "on_behalf_of": "@x",
    "use": "voluntary",
    "purpose": "gift",
    "message": "-1",
    "country": "CN",
    "period_start": None,
    "period_end": None,
    "privacy": "public",
    "grams": 1_350_000,
    "parts": [{"start": 1, "end": 1, "grams": 1_000_000}, {"start": 2, "end": 2, "grams": 350_000}],
    "height": 9,
    "time": 1_775_000_000_123,
    "tx": "ab",
    "op": 0,
    "replaces": None,
    "opened": None,
}
PROJECT = {
    "id": "vcs-01340",
    "class": "vcs",
    "name": "Bale",
    "country": "ET",
    "region": "",
    "lat_e6": 97_000_000,
    "lon_e6": None,
    "methodologies": ["vm0015"],
    "type": "other",
    "status": "registered",
    "since": 0,
    "period_start": "2020-01-01",
    "period_end": "2020-12-31",
    "annual_t": 0,
    "proponent": None,
    "external": [{"registry": "verra", "project": "1340"}],
    "doc": "00",
}
TABLES = {
    "batch": [BATCH],
    "interval": [INTERVAL],
    "certificate": [CERTIFICATE],
    "project": [PROJECT],
}


def _table(name: str) -> Iterator[dict[str, Any]]:
    yield from TABLES[name]


def _rows(layout: str) -> list[dict[str, str]]:
    header, *rows = export_own(layout, _table)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("layout", list(OWN_LAYOUTS))
def test_every_row_has_a_cell_for_every_column(layout: str) -> None:
    assert _rows(layout)
    assert list(export_own(layout, lambda _: iter(()))) == [list(OWN_LAYOUTS[layout][0])]


def test_a_unit_has_its_printed_serial_and_tonnes() -> None:
    (row,) = _rows("ctn.units")
    assert row["serial"] == "CTN-VCS-01340-2020-001-1-25"
    assert (row["quantity_t"], row["frozen"]) == ("25.000000", "yes")


def test_a_retirement_has_a_row_for_each_part_and_no_formula() -> None:
    first, second = _rows("ctn.retirements")
    assert (first["quantity_t"], second["quantity_t"]) == ("1.000000", "0.350000")
    assert first["beneficiary"] == "'=Ocean Tea"
    assert (first["on_behalf_of"], first["message"]) == ("'@x", "'-1")
    assert first["date"] == "2026-03-31T23:33:20Z"


def test_a_hidden_name_is_blank_until_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = CERTIFICATE | {"beneficiary": None, "on_behalf_of": "", "privacy": "name_hidden"}
    monkeypatch.setitem(TABLES, "certificate", [hidden])
    assert _rows("ctn.retirements")[0]["beneficiary"] == ""
    monkeypatch.setitem(TABLES, "certificate", [hidden | {"opened": CERTIFICATE}])
    assert _rows("ctn.retirements")[0]["beneficiary"] == "'=Ocean Tea"


def test_projects_and_issuances_tell_places_pairs_and_amounts() -> None:
    (project,) = _rows("ctn.projects")
    assert (project["latitude_e6"], project["longitude_e6"]) == ("7000000", "")
    assert project["external"] == "verra:1340"
    (batch,) = _rows("ctn.issuances")
    assert (batch["issued_t"], batch["custody_t"]) == ("425.000000", "400.000000")


@given(st.integers(0, 10**18))
def test_tonnes_are_grams_exactly(grams: int) -> None:
    whole, _, part = tonnes(grams).partition(".")
    assert len(part) == 6
    assert int(whole + part) == grams


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_is_a_formula(cell: str) -> None:
    assert inert(cell) == "'" + cell
    assert inert(" " + cell) == " " + cell


def test_a_moment_is_the_second_it_lies_in() -> None:
    assert moment(0) == moment(999) == "1970-01-01T00:00:00Z"

"""Every defect of the three layouts, one cell changed at a time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.client.registry.report import SEVERITIES
from tests.client.registry.tables import GS, GS_RETIRED, VERRA, read, verra_serial

KYOTO = {
    "Serial Number": "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014",
    "Quantity": "3657",
    "GSID": "4823",
    "Country": "Rwanda",
    "Vintage": "2019",
}


@pytest.mark.parametrize("row", [VERRA, GS, GS_RETIRED], ids=["verra", "gs", "gs retired"])
def test_a_good_row_has_no_defect(row: dict[str, str]) -> None:
    imported = read(row)
    assert imported.defects == []
    assert (imported.serials_ok, imported.serials_total) == (1, 1)


ENDED = {"Retirement/Cancellation Date": "2026-04-10", "Retirement Beneficiary": "Somebody"}

VERRA_DEFECTS = [
    ({"Serial Number": ""}, {"serial_malformed"}),
    ({"Serial Number": GS["Serial Number"]}, {"serial_malformed"}),
    ({"Serial Number": VERRA["Serial Number"].replace("VCS", "VCX")}, {"serial_malformed"}),
    (
        {"Serial Number": VERRA["Serial Number"].replace("941467431", "941467006")},
        {"range_reversed"},
    ),
    ({"Serial Number": VERRA["Serial Number"].replace("-", "\u2013")}, {"encoding_repaired"}),
    ({"Quantity Issued": ""}, {"quantity_invalid"}),
    ({"Quantity Issued": "-425"}, {"quantity_invalid"}),
    ({"Quantity Issued": "425.5"}, {"quantity_invalid"}),
    ({"Quantity Issued": "424"}, {"quantity_mismatch"}),
    ({"Quantity Issued": "0"}, {"quantity_mismatch"}),
    ({"Quantity Issued": "425.0"}, set()),
    ({"Total Vintage Quantity": "many"}, {"quantity_invalid"}),
    ({"Total Vintage Quantity": ""}, set()),
    ({"Total Vintage Quantity": "-1"}, set()),
    ({"Issuance Date": "2026-02-30"}, {"date_invalid"}),
    ({"Issuance Date": ""}, {"date_missing"}),
    ({"Vintage Start": "2021-01-01"}, {"vintage_differs"}),
    ({"Vintage End": "2020-12-30"}, {"vintage_differs"}),
    ({"Vintage End": "soon"}, {"date_invalid"}),
    ({"ID": "1341"}, {"project_differs"}),
    ({"ID": "VCS01340"}, set()),
    ({"ID": ""}, {"project_differs"}),
    ({"Country/Area": "Rwanda"}, {"country_differs"}),
    ({"Country/Area": "International"}, {"country_unknown"}),
    ({"Country/Area": ""}, set()),
    ({"Additional Certifications": ""}, {"label_flag_differs"}),
    ({"Serial Number": VERRA["Serial Number"][:-1] + "0"}, {"label_flag_differs"}),
    ({"Serial Number": VERRA["Serial Number"][:-1] + "O", "Additional Certifications": ""}, set()),
    (ENDED, {"retire_or_cancel"}),
    (ENDED | {"Issuance Date": ""}, {"retire_or_cancel"}),
    (ENDED | {"Retirement Beneficiary": ""}, {"retire_or_cancel", "beneficiary_missing"}),
    (ENDED | {"Retirement Beneficiary": "Not public"}, {"retire_or_cancel", "beneficiary_missing"}),
    (ENDED | {"Retirement/Cancellation Date": "x"}, {"retire_or_cancel", "date_invalid"}),
]


@pytest.mark.parametrize(("cells", "codes"), VERRA_DEFECTS)
def test_finds_in_verra_units_exactly(cells: dict[str, str], codes: set[str]) -> None:
    imported = read(VERRA | cells)
    assert set(imported.codes) == codes
    assert imported.has_errors == any(SEVERITIES[code] == "error" for code in codes)
    assert all(unit.is_defect == imported.has_errors for unit in imported.units)


GS_DEFECTS = [
    ({"Serial Number": VERRA["Serial Number"]}, {"serial_malformed"}),
    ({"Vintage": "2024"}, {"vintage_differs"}),
    ({"Vintage": ""}, set()),
    ({"Vintage": "2025.0", "GSID": "11603.0"}, set()),
    ({"Vintage": "last"}, {"quantity_invalid"}),
    ({"POA GSID": "none"}, {"quantity_invalid"}),
    ({"Monitoring Period End": "2025-13-10"}, {"date_invalid"}),
    ({"Credit Status": "Lost"}, {"status_unknown"}),
    ({"GSID": "7"}, {"project_differs"}),
    ({"Country": "Uganda"}, {"country_differs"}),
    (KYOTO, set()),
    (KYOTO | {"Country": "Uganda"}, {"country_differs"}),
]


@pytest.mark.parametrize(("cells", "codes"), GS_DEFECTS)
def test_finds_in_gs_files_exactly(cells: dict[str, str], codes: set[str]) -> None:
    assert set(read(GS | cells).codes) == codes
    assert set(read(GS_RETIRED | cells).codes) == codes


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"Retirement Date": ""}, {"date_missing"}),
        ({"Using Entity": "Not Disclosed"}, {"beneficiary_missing"}),
        ({"Credit Status": "Canceled", "Using Entity": ""}, set()),
        ({"Issuance Date": ""}, set()),
    ],
)
def test_finds_in_gs_retirements_exactly(cells: dict[str, str], codes: set[str]) -> None:
    assert set(read(GS_RETIRED | cells).codes) == codes


def test_a_held_row_is_seen_and_an_ended_one_retired() -> None:
    held = read(VERRA).units[0]
    assert (held.state, held.status, held.date) == ("seen", "held", "2026-04-03")
    ended = read(VERRA | ENDED).units[0]
    assert (ended.state, ended.status, ended.date) == ("retired", "ended", "2026-04-10")
    cancelled = read(GS_RETIRED | {"Credit Status": "Canceled", "Retirement Date": ""}).units[0]
    assert (cancelled.state, cancelled.status, cancelled.date) == ("retired", "cancelled", "")
    assert read(GS_RETIRED | {"Credit Status": "Lost"}).units[0].state == "retired"


def test_a_kyoto_row_takes_its_vintage_from_the_column() -> None:
    unit = read(GS | KYOTO).units[0]
    assert (unit.registry, unit.line) == ("ITL", "ITL-RW-2")
    assert (unit.vintage, unit.project) == (2019, "7014")
    assert unit.text == "RW-5-1463953-2-2-0-7014-RW-5-1467609-2-2-0-7014"


def test_the_later_row_of_two_that_overlap_is_the_defect() -> None:
    imported = read(verra_serial(50, 99), verra_serial(100, 199), verra_serial(1, 50))
    assert [(d.row, d.line, d.code) for d in imported.defects] == [(3, 4, "overlap_in_file")]
    assert [unit.is_defect for unit in imported.units] == [False, False, True]
    assert imported.serials_ok == 3


def test_the_same_numbers_under_another_spelling_overlap() -> None:
    other = VERRA | {"Serial Number": VERRA["Serial Number"].lower().replace("-14-", "-13-")}
    assert read(VERRA, other).codes == {"overlap_in_file": 1}


def test_the_same_numbers_on_another_line_do_not_overlap() -> None:
    other = GS | {"Serial Number": GS["Serial Number"].replace("30256", "30257")}
    assert read(GS, other).codes == {}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=12))
def test_a_row_is_an_overlap_when_any_earlier_row_has_one_of_its_numbers(
    ranges: list[tuple[int, int]],
) -> None:
    imported = read(*[verra_serial(start, start + more) for start, more in ranges])
    numbers = [set(range(start, start + more + 1)) for start, more in ranges]
    expected = [row + 1 for row, own in enumerate(numbers) if own & set().union(*numbers[:row])]
    assert [defect.row for defect in imported.defects] == expected

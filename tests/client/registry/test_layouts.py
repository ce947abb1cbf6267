"""Every layout's own rules, one cell changed at a time."""

import pytest

from ctn.client.registry.layouts import LAYOUTS, column_names, find_layout
from tests.client.registry.tables import (
    ACR_CANCELLED,
    ACR_ISSUED,
    ACR_RETIRED,
    ARB_ISSUED,
    ART_RETIRED,
    CAR_RETIRED,
    CDC_ISSUED,
    CDC_PROJECT,
    CDC_RETIRED,
    ISO_ISSUED,
    ISO_PROJECT,
    VERRA_PROJECT,
    read,
)

GOOD = [
    (ACR_RETIRED, "acr.retirements", set()),
    (ACR_CANCELLED, "acr.cancellations", set()),
    (ACR_ISSUED, "acr.issuances", {"notional"}),
    (CAR_RETIRED, "car.retirements", {"no_beneficiary_column"}),
    (ART_RETIRED, "art.retirements", set()),
    (CDC_RETIRED, "cdc.retirements", set()),
    (CDC_ISSUED, "cdc.issuances", set()),
    (CDC_PROJECT, "cdc.projects", set()),
    (ISO_ISSUED, "iso.issuances", set()),
    (ISO_PROJECT, "iso.projects", set()),
    (ARB_ISSUED, "arb.issuances", {"notional"}),
    (VERRA_PROJECT, "verra.projects", set()),
]


@pytest.mark.parametrize(("row", "layout", "codes"), GOOD)
def test_a_good_row_is_found_by_its_header_and_has_only_its_notes(
    row: dict[str, str],
    layout: str,
    codes: set[str],
) -> None:
    imported = read(row)
    assert (imported.layout, set(imported.codes)) == (layout, codes)


def test_the_required_columns_of_a_layout_find_that_layout() -> None:
    for layout in LAYOUTS:
        assert find_layout(list(layout.required)) == layout
        assert column_names(list(layout.required)) == list(layout.required)


SERIALS = [
    (ACR_RETIRED, {"Project Site Country": "DE"}, "country_differs"),
    (ACR_RETIRED, {"Project ID": "ACR1128"}, "project_differs"),
    (ACR_RETIRED, {"Vintage": "2024"}, "vintage_differs"),
    (ACR_RETIRED, {"Quantity of Credits": "4211"}, "quantity_mismatch"),
    (ACR_RETIRED, {"Retired on Behalf of": ""}, "beneficiary_missing"),
    (ACR_RETIRED, {"Status Effective  (GMT)": ""}, "date_missing"),
    (ACR_RETIRED, {"Date Issued (GMT)": "30/6/2025"}, "date_invalid"),
    (
        ACR_RETIRED,
        {"Credit Serial Numbers": "ACR-FR-1129-2025-2917-30932 35143"},
        "serial_malformed",
    ),
    (
        ACR_RETIRED,
        {"Credit Serial Numbers": "ACR-FR-1129-2025-2917-35143 to 30932"},
        "range_reversed",
    ),
    (
        CAR_RETIRED,
        {"Offset Credit Serial Numbers": "CAR-1-US-1335-31-983-KS20259205-1 to 5000"},
        "serial_malformed",
    ),
    (ART_RETIRED, {"Retired on Behalf of": "Not public"}, "beneficiary_missing"),
    (CDC_RETIRED, {"from": "0", "to": "545"}, "zero_based"),
    (CDC_RETIRED, {"from": ""}, "serial_malformed"),
    (CDC_RETIRED, {"from": "4427"}, "quantity_mismatch"),
    (CDC_RETIRED, {"from": "4971", "to": "4426"}, "range_reversed"),
    (CDC_RETIRED, {"project_id": "2"}, "project_differs"),
    (CDC_RETIRED, {"end_user": "Not public"}, "beneficiary_missing"),
    (CDC_RETIRED, {"serial": "CDC-1-1-1"}, "serial_malformed"),
    (CDC_ISSUED, {"is_buffer": "False"}, "label_flag_differs"),
    (CDC_ISSUED, {"issued_quantity": ""}, "quantity_invalid"),
    (CDC_ISSUED, {"vintage_of_credits": "2009-01-01 - 2009-12-31"}, "date_invalid"),
    (CDC_ISSUED, {"vintage_of_credits": "2009-13-01 / 2009-12-31"}, "date_invalid"),
    (ISO_ISSUED, {"id": "iss_1KP6EDZ8K1S036PU"}, "serial_malformed"),
    (ISO_ISSUED, {"credit_batch_size_total.credits": "2766.1"}, "quantity_mismatch"),
    (ISO_ISSUED, {"credit_batch_size_total.credits": "2766.0001"}, "quantity_invalid"),
    (
        ISO_ISSUED,
        {
            "buffer_pool_credit_batch_size_total.credits": "",
            "buffer_pool_credit_batch_size_total.credit_kgs": "55937",
        },
        "sum_mismatch",
    ),
    (ISO_ISSUED, {"issued_at": ""}, "date_missing"),
]


@pytest.mark.parametrize(("row", "cells", "code"), SERIALS)
def test_finds_in_rows_with_serials_exactly(
    row: dict[str, str],
    cells: dict[str, str],
    code: str,
) -> None:
    assert set(read(row | cells).codes) - set(read(row).codes) == {code}


ISSUANCES = [
    (ACR_ISSUED, {"Credits Issued to Buffer Pool": "4343"}, {"sum_mismatch"}),
    (
        ACR_ISSUED,
        {"Credits Issued to Buffer Pool": "", "Credits Issued to Project": "74344"},
        set(),
    ),
    (ACR_ISSUED, {"Credits Issued to Buffer Pool": "none"}, {"quantity_invalid"}),
    (ACR_ISSUED, {"Total Credits Issued": ""}, {"quantity_invalid"}),
    (ACR_ISSUED, {"Total Credits Issued": "-1"}, {"quantity_invalid"}),
    (ACR_ISSUED, {"Date Issued (GMT)": ""}, {"date_missing"}),
    (ACR_ISSUED, {"Project Site Country": "Atlantis"}, {"country_unknown"}),
    (ARB_ISSUED, {"Intentional Reversal": ""}, set()),
    (ARB_ISSUED, {"Retired Voluntarily": "some"}, {"quantity_invalid"}),
]


@pytest.mark.parametrize(("row", "cells", "codes"), ISSUANCES)
def test_finds_in_issued_quantities_exactly(
    row: dict[str, str],
    cells: dict[str, str],
    codes: set[str],
) -> None:
    assert set(read(row | cells).codes) == codes | {"notional"}


PROJECTS = [
    (VERRA_PROJECT, {"Status": "Unheard of"}, {"status_unknown"}),
    (VERRA_PROJECT, {"Status": ""}, {"status_unknown"}),
    (VERRA_PROJECT, {"Country/Area": "International"}, {"country_unknown"}),
    (VERRA_PROJECT, {"Crediting Period Start Date": "soon"}, {"date_invalid"}),
    (VERRA_PROJECT, {"Estimated Annual Emission Reductions": "1e5"}, {"quantity_invalid"}),
    (ISO_PROJECT, {"country_code": "XXX"}, {"country_unknown"}),
    (CDC_PROJECT, {"stage": "Not assigned"}, {"status_unknown"}),
    (CDC_PROJECT, {"locations": "[{'country': 'Atlantis'}]"}, {"country_unknown"}),
    (CDC_PROJECT, {"locations": "__import__('os')"}, {"country_unknown"}),
    (CDC_PROJECT, {"locations": "[]", "serials": "[]"}, set()),
    (CDC_PROJECT, {"serials": "[1, 2]"}, {"serial_malformed"}),
    (CDC_PROJECT, {"serials": "[" * 200 + "]" * 200}, {"serial_malformed"}),
    (CDC_PROJECT, {"serials": CDC_PROJECT["serials"][:-1]}, {"serial_malformed"}),
    (CDC_PROJECT, {"serials": CDC_PROJECT["serials"].replace("_321_14", "")}, {"serial_malformed"}),
    (CDC_PROJECT, {"serials": CDC_PROJECT["serials"].replace("62740", "-1")}, {"quantity_invalid"}),
    (
        CDC_PROJECT,
        {"serials": CDC_PROJECT["serials"].replace("62740", "None")},
        {"quantity_invalid"},
    ),
    (CDC_PROJECT, {"serials": CDC_PROJECT["serials"].replace("62740", "0")}, set()),
    (
        CDC_PROJECT,
        {"serials": CDC_PROJECT["serials"].replace("CDC_1", "CDC_2")},
        {"project_differs"},
    ),
    (
        CDC_PROJECT,
        {"serials": CDC_PROJECT["serials"].replace("CDC_1_1_1_321_14_1", "iss_1KP6EDZ8K1S036PY")},
        {"serial_malformed"},
    ),
]


@pytest.mark.parametrize(("row", "cells", "codes"), PROJECTS)
def test_finds_in_projects_exactly(
    row: dict[str, str],
    cells: dict[str, str],
    codes: set[str],
) -> None:
    assert set(read(row | cells).codes) == codes


def test_a_blank_voluntary_status_gives_way_to_that_of_the_programme() -> None:
    row = {
        "Project ID": "ACR206",
        "Voluntary Status": "",
        "Compliance Program Status (ARB or Ecology)": "ARB Inactive",
        "Project Type": "",
        "Initial Crediting Period Start Date": "",
        "Current Crediting Period Start Date": "",
        "Current Crediting Period End Date": "",
        "Current VVB": "",
    }
    assert read(row).projects[0].status == "suspended"
    assert read(row | {"Voluntary Status": "Listed"}).projects[0].status == "listed"


def test_a_list_of_places_gives_country_place_and_sector() -> None:
    project = read(CDC_PROJECT).projects[0]
    assert (project.country, project.place) == ("CO", (8_410_000, -75_580_000))
    assert project.type == "Land use (AFOLU)"


def test_a_counted_serial_has_the_numbers_from_one_to_its_quantity() -> None:
    unit = read(ISO_ISSUED).units[0]
    assert (unit.line, unit.start, unit.end) == ("ISO-ISS_1KP6EDZ8K1S036PY", 1, 2_766_000)
    assert unit.project == "prj_1JYCV03BW1S0RTE5"


def test_an_issuance_that_came_to_nothing_reads_and_has_no_numbers() -> None:
    imported = read(CDC_ISSUED | {"issued_quantity": "0"})
    assert (imported.units, imported.defects) == ([], [])
    assert (imported.serials_ok, imported.serials_total) == (1, 1)


def test_a_conversion_says_where_it_goes() -> None:
    assert read(ACR_CANCELLED).units[0].destination == "arb"
    other = ACR_CANCELLED | {"Cancellation Type": "Removal of credits from the registry"}
    assert read(other).units[0].destination == ""


def test_equal_issued_quantities_have_equal_natural_keys() -> None:
    imported = read(ACR_ISSUED, ACR_ISSUED | {"Credits Issued to Buffer Pool": "0"})
    assert imported.keys == [
        "acr/ACR1129/3/24/2026 9:08:01 PM/2025/74,344/1",
        "acr/ACR1129/3/24/2026 9:08:01 PM/2025/74,344/0",
    ]

"""Country names of the registries."""

import pytest

from ctn.client.registry.countries import CODES, NAMES, country_code
from ctn.kernel.country import COUNTRIES


def test_names_every_country_of_the_ledger_once() -> None:
    assert [row[:2] for row in NAMES.splitlines()] == COUNTRIES.split(" ")


def test_no_spelling_means_two_countries() -> None:
    spellings = [name for row in NAMES.splitlines() for name in row[3:].split(" | ")]
    assert len(CODES) == len(spellings)
    for row in NAMES.splitlines():
        assert {country_code(name) for name in row[3:].split(" | ")} == {row[:2]}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Turkey", "TR"),
        ("TÜRKİYE", "TR"),
        ("Viet Nam", "VN"),
        ("vietnam", "VN"),
        ("Tanzania United Republic of", "TZ"),
        ("United Republic of Tanzania", "TZ"),
        ("Congo", "CG"),
        ("Congo the Democratic Republic of the", "CD"),
        ("CONGO, THE DEMOCRATIC REPUBLIC OF THE", "CD"),
        ("Democratic Republic of the Congo", "CD"),
        ("COTE D'IVOIRE", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("United States", "US"),
        ("Taiwan", "TW"),
        ("Guinea", "GN"),
        ("Timor-Leste", "TL"),
        ("Dominican Republic", "DO"),
        ("St. Lucia", "LC"),
    ],
)
def test_reads_a_name_whatever_case_accent_and_order(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("name", ["International", "", "Atlantis", "Republic"])
def test_a_name_outside_the_table_has_no_code(name: str) -> None:
    assert country_code(name) == ""

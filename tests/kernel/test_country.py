"""The embedded list of country codes."""

import pytest

from ctn.kernel.country import COUNTRIES, is_country


def test_holds_the_codes_of_iso_3166_once_and_in_order() -> None:
    codes = COUNTRIES.split(" ")
    assert len(codes) == 249
    assert codes == sorted(codes)
    assert len(dict.fromkeys(codes)) == 249
    assert all(is_country(code) for code in codes)


@pytest.mark.parametrize("text", ["", "cn", "XX", "UK", "CHN", "N ", " C", "C", "D AE", "AD AE"])
def test_refuses_when_the_text_is_no_code(text: str) -> None:
    assert not is_country(text)

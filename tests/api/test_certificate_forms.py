"""The parts of documents: fonts cut to a text, codes, and what is missing where they are not."""

import io
from pathlib import Path

import pytest

from ctn.api.certificates.codes import dark_runs, svg_address
from ctn.api.certificates.fonts import Font
from ctn.api.certificates.foreign import ForeignSerial, clipped
from ctn.api.certificates.words import WORDS, word
from ctn.api.refusals import FormatNotInstalled
from ctn.modules.registry.external import External
from ctn.modules.registry.records import CertificatePart, Purpose, UnitType, Use
from ctn.modules.registry.units import read_units
from tests.api.certificate_worlds import HAS_FONTS, NO_FONTS
from tests.modules.registry.bridge_worlds import FOREIGN, ISO_LINE, iso, verra

ADDRESS = "https://ctn.example/c/r-53113884fb9faea060afaa9a?h=0123456789abcdef"
needs_fonts = pytest.mark.skipif(not HAS_FONTS, reason=NO_FONTS)


def test_without_the_web_bundle_there_are_no_documents(tmp_path: Path) -> None:
    pytest.importorskip("fontTools")
    with pytest.raises(FormatNotInstalled):
        Font(tmp_path)


@needs_fonts
def test_a_cut_font_holds_the_characters_of_the_text_and_no_others() -> None:
    tt_lib = pytest.importorskip("fontTools.ttLib")
    font = Font()
    cut = tt_lib.TTFont(io.BytesIO(font.subset("茶 tCO2e 碳")))
    assert {chr(character) for character in cut.getBestCmap()} == set("茶 tCO2e碳")
    width, _left = cut["hmtx"][cut.getBestCmap()[ord("茶")]]
    assert width == cut["head"].unitsPerEm  # a Chinese sign is one em wide
    assert font.subset("茶") == font.subset("茶")


@needs_fonts
def test_every_word_of_documents_can_be_printed() -> None:
    font = Font()
    for name in WORDS:
        text = word(name, "both")
        assert font.printable(text) == text


def test_every_use_purpose_and_type_of_unit_has_its_word() -> None:
    for kind in (Use, Purpose, UnitType):
        assert {name for name in kind.__args__ if name not in WORDS} == set()
    assert word("gift", "zh") == "赠予"
    assert word("gift", "both") == "赠予 gift"


def test_a_code_is_square_and_an_image_in_the_page() -> None:
    pytest.importorskip("segno")
    found = dark_runs(ADDRESS)
    assert found is not None
    width, runs = found
    assert (width - 17) % 4 == 0
    assert (0, 0, 7) in runs
    assert all(column >= 0 and column + length <= width for column, _row, length in runs)
    assert str(svg_address(ADDRESS)).startswith("data:image/svg+xml")


def test_foreign_numbers_are_cut_to_the_serials_of_a_part() -> None:
    known = External("VERRA", 500, 599, "immobilised", "verra", 10**6, FOREIGN, 11, "b-1", 0)
    units = read_units((verra(500, 599),), "verra")
    part = CertificatePart(21, 30, 10**7)
    assert clipped(known, units, part) == ForeignSerial("verra", verra(510, 519), 21, 30)


def test_kilograms_in_columns_are_printed_behind_their_id() -> None:
    line = "ISO-" + ISO_LINE
    known = External(line, 1, 6_000, "immobilised", "iso", 10**3, FOREIGN, 1, "b-1", 0)
    units = read_units((iso(1, 6_000),), "iso")
    found = clipped(known, units, CertificatePart(3, 4, 2 * 10**6))
    assert (found.text.lower(), found.start, found.end) == (iso(2_001, 4_000), 3, 4)


def test_numbers_that_no_unit_of_the_request_names_are_printed_on_their_line() -> None:
    known = External("VERRA", 500, 599, "immobilised", "verra", 10**6, FOREIGN, 1, "b-1", 0)
    assert clipped(known, [], CertificatePart(1, 1, 1_000)).text == "VERRA 500-500"

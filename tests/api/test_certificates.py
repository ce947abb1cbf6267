"""Certificates: each form says the same, what is hidden stays so, and no name is ever a tag."""

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from ctn.client.certificate_proof import Pin, check_proof
from ctn.modules.registry.records import Beneficiary
from ctn.modules.registry.reveal import Reveal
from tests.api.certificate_worlds import (
    HAS_FONTS,
    HIDDEN,
    HOSTILE,
    NAME,
    NO_FONTS,
    SALT,
    Certified,
    certified,
)
from tests.api.chains import MAKER
from tests.modules.registry.bridge_worlds import verra
from tests.modules.registry.worlds import TONNE
from tools.verify_certificate import verify

DATE = "2027-01-15"  # of the genesis, at UTC+8
NOBODY = "r-" + "0" * 24
needs_fonts = pytest.mark.skipif(not HAS_FONTS, reason=NO_FONTS)


class Parsed(HTMLParser):
    """The texts of a page, and each element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def world() -> Iterator[Certified]:
    """A running chain with 100 t on the market and 100 t in alice's name."""
    with certified() as found:
        yield found


@pytest.fixture(scope="module")
def plain(world: Certified) -> str:
    """A public certificate of held serials, with a Chinese name."""
    return world.retire_held(
        (101, 105), (150, 151), beneficiary=Beneficiary(NAME, None, None, "CN"), message="谢谢",
        purpose="gift", period_start="2026-01-01", period_end="2026-12-31",
    )  # fmt: skip


@pytest.fixture(scope="module")
def fraction(world: Certified) -> str:
    """A certificate of two and a half tonnes from the market."""
    return world.retire(grams=2_500_000)


def page(world: Certified, identity: str, **options: Any) -> Parsed:
    return Parsed(world.api.get(f"/c/{identity}", **options).text)


def facts(world: Certified, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = world.api.get(f"/certificates/{identity}").json()
    return found


def pdf_text(world: Certified, identity: str) -> str:
    pypdf = pytest.importorskip("pypdf")
    answer = world.api.get(f"/certificates/{identity}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert all(sheet.mediabox.height == pytest.approx(842, abs=1) for sheet in reader.pages)
    return "\n".join(sheet.extract_text() for sheet in reader.pages)


# --- the facts


def test_the_facts_are_the_record_and_what_the_records_that_it_names_add(
    world: Certified, plain: str
) -> None:
    found = facts(world, plain)
    record = world.api.get(f"/state/certificate/{plain}").json()["value"]
    assert found["certificate"] == record
    assert (found["grams"], found["grams_text"]) == ("7000000", "7.000000 tCO2e")
    assert (found["date"], found["time_text"][:10]) == (DATE, DATE)
    assert found["project"]["external"] == [{"registry": "verra", "project": "2941"}]
    assert (found["batch"]["vintage"], found["methodology"]["id"]) == (2022, "vmr0006")
    assert (found["impairment"], found["hidden"]) == (None, [])
    block = world.api.get(f"/blocks/{record['height']}").json()
    assert found["block"] == {
        "height": record["height"], "time": record["time"], "hash": block["hash"],
    }  # fmt: skip
    assert found["height"] >= record["height"]


def test_every_part_shows_its_own_serials_and_the_foreign_ones_cut_to_them(
    world: Certified, plain: str
) -> None:
    first, second = facts(world, plain)["serials"]
    assert first["text"] == "CTN-VCS-00001-2022-001-101-105"
    assert [unit["text"] for unit in first["external"]] == [verra(5_101, 5_105)]
    assert [unit["text"] for unit in second["external"]] == [
        verra(5_150, 5_150), verra(9_001, 9_001),
    ]  # fmt: skip


def test_a_fraction_shows_its_grams_and_the_whole_foreign_tonne(
    world: Certified, fraction: str
) -> None:
    found = facts(world, fraction)
    whole, part = found["serials"]
    assert (found["grams_text"], whole["grams"], part["grams"]) == (
        "2.500000 tCO2e", "2000000", "500000",
    )  # fmt: skip
    assert len(part["external"]) == 1


def test_unknown_and_malformed_ids_are_refused(world: Certified) -> None:
    for form in ("", ".json", ".pdf", ".proof.json"):
        assert world.api.get(f"/certificates/{NOBODY}{form}").status_code == 404
        assert world.api.get(f"/certificates/r-1{form}").status_code == 400


def test_an_answer_is_not_sent_again_while_nothing_happened(world: Certified, plain: str) -> None:
    for path in (f"/certificates/{plain}", f"/certificates/{plain}.json", f"/c/{plain}"):
        tag = world.api.get(path).headers["etag"]
        answer = world.api.get(path, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")


# --- every form says the same (registry.md 23, 15)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["plain", "fraction"])
def test_the_page_says_the_grams_serials_and_date_of_the_facts(
    world: Certified, name: str, language: str, request: pytest.FixtureRequest
) -> None:
    identity: str = request.getfixturevalue(name)
    texts = page(world, identity, params={"lang": language}).texts
    assert_says(facts(world, identity), lambda text: any(text in said for said in texts))


@needs_fonts
@pytest.mark.parametrize("name", ["plain", "fraction"])
def test_the_document_says_the_grams_serials_and_date_of_the_facts(
    world: Certified, name: str, request: pytest.FixtureRequest
) -> None:
    identity: str = request.getfixturevalue(name)
    text = pdf_text(world, identity)
    assert_says(facts(world, identity), lambda wanted: wanted in text)


def assert_says(found: dict[str, Any], says: Any) -> None:
    wanted = [found["grams_text"], found["date"], found["time_text"], found["certificate"]["id"]]
    for part in found["serials"]:
        wanted += [part["text"], *[unit["text"] for unit in part["external"]]]
    assert [text for text in wanted if not says(text)] == []


def test_the_file_of_facts_and_the_proof_say_the_same(world: Certified, plain: str) -> None:
    found = facts(world, plain)
    file = world.api.get(f"/certificates/{plain}.json").json()
    assert file == {name: found[name] for name in file}
    proof = world.api.get(f"/certificates/{plain}.proof.json").content
    shown = check_proof(proof, Pin(MAKER, None))
    assert shown.certificate == found["certificate"]
    assert verify(proof, maker=MAKER)["grams"] == int(found["grams"])


def test_a_fraction_is_proved_by_the_shares_of_its_serial(world: Certified, fraction: str) -> None:
    proof = world.api.get(f"/certificates/{fraction}.proof.json").content
    tables = [row["table"] for row in json.loads(proof)["records"]]
    assert tables == ["certificate", "batch", "project", "interval", "fraction"]
    assert verify(proof, maker=MAKER)["proved_g"] == 2_500_000


def test_the_shares_of_one_serial_are_proved_for_each_certificate(world: Certified) -> None:
    for grams in (1_700_000, 300_000, 4_000):
        identity = world.retire(grams=grams)
        proof = world.api.get(f"/certificates/{identity}.proof.json").content
        assert verify(proof, maker=MAKER)["proved_g"] == grams


def test_of_more_than_sixteen_parts_the_rest_is_counted_as_unproved(world: Certified) -> None:
    parts = [(number, number) for number in range(160, 200, 2)]
    identity = world.retire_held(*parts)
    proof = world.api.get(f"/certificates/{identity}.proof.json").content
    told = verify(proof, maker=MAKER)
    assert (told["proved_g"], told["unproved_g"]) == (16 * TONNE, 4 * TONNE)
    assert len(facts(world, identity)["serials"]) == 20


# --- the page


def test_the_page_has_no_script_and_no_style_of_its_own(world: Certified, plain: str) -> None:
    for identity in (plain, NOBODY):
        elements = page(world, identity).elements
        assert not {"script", "style", "iframe", "object"} & {tag for tag, _ in elements}
        names = {name for _tag, attributes in elements for name in attributes}
        assert not [name for name in names if name == "style" or name.startswith("on")]
        sources = [attributes.get("src") or "" for _tag, attributes in elements]
        assert all(source == "" or source.startswith("data:image/") for source in sources)


def test_the_page_takes_its_language_from_the_address_and_then_from_the_reader(
    world: Certified, plain: str
) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert "碳信用注销证书" in page(world, plain, headers=chinese).texts
    assert ("html", {"lang": "zh-CN"}) in page(world, plain, headers=chinese).elements
    english = page(world, plain, headers=chinese, params={"lang": "en"})
    assert ("html", {"lang": "en"}) in english.elements
    assert "Date of retirement" in english.texts
    assert NAME + ", CN" in english.texts


def test_the_page_of_no_certificate_says_so_in_both_languages(world: Certified) -> None:
    for identity in (NOBODY, "x", "r-%3Cscript%3E"):
        answer = world.api.get(f"/c/{identity}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "There is no such certificate." in answer.text
        assert "没有这张证书。" in answer.text
        assert "script" not in answer.text


def test_a_message_with_tags_and_templates_stays_text(world: Certified) -> None:
    identity = world.retire(
        message=HOSTILE, beneficiary=Beneficiary(HOSTILE, None, None, None), on_behalf_of=HOSTILE
    )
    parsed = page(world, identity)
    assert parsed.texts.count(HOSTILE) == 3
    assert "script" not in {tag for tag, _ in parsed.elements}
    assert facts(world, identity)["message"] == HOSTILE
    if HAS_FONTS:
        assert HOSTILE in pdf_text(world, identity)


def test_a_link_shows_what_it_leads_to(world: Certified, plain: str) -> None:
    metas = [attributes for tag, attributes in page(world, plain).elements if tag == "meta"]
    told = {meta["property"]: meta["content"] for meta in metas if "property" in meta}
    assert "7.000000 tCO2e" in str(told["og:title"])
    assert told["og:url"] == f"http://127.0.0.1:8080/c/{plain}"


def test_no_address_comes_from_the_host_of_the_request(world: Certified, plain: str) -> None:
    for path in (f"/c/{plain}", f"/certificates/{plain}.json"):
        assert "evil.example" not in world.api.get(path, headers={"Host": "evil.example"}).text


def test_the_page_tells_whether_a_document_agrees_with_the_record(
    world: Certified, plain: str
) -> None:
    mark = facts(world, plain)["fingerprint"]
    agrees = page(world, plain, params={"h": mark, "lang": "en"})
    assert any("agrees with the ledger" in text for text in agrees.texts)
    differs = page(world, plain, params={"h": "0" * 16, "lang": "en"})
    assert any("do not rely on it" in text for text in differs.texts)


def test_the_style_is_served_from_here(world: Certified) -> None:
    answer = world.api.get("/c/certificate.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in answer.text
    tag = {"If-None-Match": answer.headers["etag"]}
    assert world.api.get("/c/certificate.css", headers=tag).status_code == 304


# --- privacy


def test_a_hidden_name_is_shown_as_hidden_until_it_is_revealed(world: Certified) -> None:
    identity = world.retire_hidden()
    before = facts(world, identity)
    assert (before["beneficiary"], before["hidden"]) == (None, ["beneficiary", "on_behalf_of"])
    texts = page(world, identity, params={"lang": "en"}).texts
    assert texts.count("not published; the ledger holds a commitment") == 2
    old = world.api.get(f"/certificates/{identity}.proof.json").content

    world.send(Reveal(identity, SALT, HIDDEN))

    after = facts(world, identity)
    assert (after["beneficiary"]["name"], after["hidden"]) == ("Ocean Tea", [])
    assert after["on_behalf_of"] == "the crew"
    assert after["fingerprint"] == before["fingerprint"]
    assert page(world, identity, params={"h": before["fingerprint"], "lang": "zh"}).texts.count(
        "您手中的证书与账本上的记录一致。"
    ) == 1  # fmt: skip
    assert "Ocean Tea, CN" in page(world, identity).texts
    new = world.api.get(f"/certificates/{identity}.proof.json").content
    assert [verify(proof, maker=MAKER)["grams"] for proof in (old, new)] == [TONNE, TONNE]


def test_a_sealed_certificate_hides_purpose_message_and_period_too(world: Certified) -> None:
    identity = world.retire_hidden("sealed")
    assert facts(world, identity)["hidden"] == [
        "beneficiary", "on_behalf_of", "purpose", "message", "period",
    ]  # fmt: skip
    texts = page(world, identity, params={"lang": "en"}).texts
    assert texts.count("not published; the ledger holds a commitment") == 5


# --- the document


@needs_fonts
def test_the_document_shows_chinese_and_names_what_its_font_lacks(world: Certified) -> None:
    identity = world.retire(
        beneficiary=Beneficiary(NAME, None, None, "CN"), message="\U00013000 and \u0627"
    )
    text = pdf_text(world, identity)
    assert NAME + ", CN" in text
    assert "碳信用注销证书 Certificate of retirement" in text
    assert "[U+13000] and [U+0627]" in text


@needs_fonts
def test_the_same_facts_give_the_same_document(world: Certified, plain: str) -> None:
    first, second = [world.api.get(f"/certificates/{plain}.pdf").content for _ in range(2)]
    assert first == second
    assert b"/CreationDate" in first
    found = re.search(rb"/CreationDate \(D:([0-9]{8})", first)
    assert found is not None
    assert found[1] == DATE.replace("-", "").encode()

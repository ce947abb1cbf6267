"""Public figures of credits and accounts by REST (thallo.md 5.3, registry.md 13), without login."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ctn.api import resources
from ctn.client.proofs import proved_value
from tests.api.chains import MAKER
from tests.api.open_worlds import ALICE, PREFIX, Platform, for_whom, opened, retire
from tests.modules.market.worlds import TONNE
from tests.modules.registry.bridge_worlds import FOREIGN, PROJECT, verra

CSV = {"content-type": "text/csv"}
ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CTN_SHARED") or ROOT.parent / "shared")
SAMPLES = SHARED / "data" / "registries"
HOSTILE = "%_\\' OR 1=1 --"


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with opened() as found:
        retire(found, 2, beneficiary=for_whom("Ocean Tea"))
        retire(found, 3, beneficiary=for_whom("碳中和茶业"), country="DE")
        retire(found, 4)
        yield found


def problem(platform: Platform, path: str, **query: Any) -> tuple[int, str]:
    answer = platform.get(path, params=query)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


PUBLIC = [
    ("/params", resources.list_shape(resources.PARAM)),
    ("/search?q=cook", resources.list_shape(resources.HIT)),
    ("/projects", resources.list_shape(resources.PROJECT_ITEM)),
    (f"/projects/{PROJECT}", resources.PROJECT_ANSWER),
    ("/batches", resources.list_shape(resources.BATCH_ITEM)),
    (f"/batches/{FOREIGN}", resources.BATCH_ANSWER),
    ("/intervals", resources.list_shape(resources.INTERVAL_ITEM)),
    ("/serials/CTN-VCS-00001-2022-001-1-5", resources.SERIAL_ANSWER),
    (f"/serials/{verra(5_001, 5_010)}", resources.SERIAL_ANSWER),
    ("/certificates", resources.CERTIFICATES),
    ("/certificates/sums", resources.list_shape(resources.CERTIFICATE_SUM)),
    ("/supply", resources.list_shape(resources.SUPPLY)),
    (f"/accounts/{ALICE}/balances", resources.list_shape(resources.BALANCE, (("at", int),))),
    (f"/accounts/{ALICE}/history", resources.list_shape(resources.HISTORY)),
    (f"/accounts/{ALICE}/permissions", resources.PERMISSIONS),
]


@pytest.mark.parametrize(("path", "shape"), PUBLIC)
def test_anyone_reads_every_public_figure(
    platform: Platform, path: str, shape: resources.Shape
) -> None:
    answer = platform.get(path)
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.content, type=shape)
    assert answer.headers["access-control-allow-origin"] == "*"
    again = platform.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_sums_are_of_all_retirements_that_pass_the_filters(platform: Platform) -> None:
    found = platform.found("/certificates", limit=1)
    assert found["sums"] == {
        "certificates": 3, "grams": str(9 * TONNE), "grams_text": "9 tCO2e",
    }  # fmt: skip
    assert len(found["items"]) == 1
    assert len(platform.pages("/certificates", limit=1)) == 3


@pytest.mark.parametrize(
    ("filters", "tonnes"),
    [
        ({"beneficiary": "Ocean Tea"}, 2), ({"beneficiary": "碳中和茶业"}, 3),
        ({"beneficiary": "Ocean"}, 0), ({"beneficiary": ALICE}, 9), ({"country": "DE"}, 3),
        ({"project": PROJECT}, 9), ({"project": "ccer-00042"}, 0), ({"year": "2027"}, 9),
        ({"year": "2026"}, 0), ({"beneficiary": HOSTILE}, 0),
    ],
)  # fmt: skip
def test_filters_of_retirements(platform: Platform, filters: dict[str, str], tonnes: int) -> None:
    assert platform.found("/certificates", **filters)["sums"]["grams"] == str(tonnes * TONNE)


def test_supply_by_class_and_status_as_of_any_height(platform: Platform) -> None:
    now = {row["class"]: row for row in platform.found("/supply")["items"]}
    assert now["vcs"]["issued_t"] == "200"
    assert now["vcs"]["statuses"] == {"custody": "91", "held": "100", "retired": "9"}
    then = {row["class"]: row for row in platform.found("/supply", at="0")["items"]}
    assert then["vcs"]["statuses"] == {"custody": "100", "held": "100"}
    day = {row["class"]: row for row in platform.found("/supply", at="2027-01-15")["items"]}
    assert day == now


def test_balances_as_of_a_height(platform: Platform) -> None:
    def held(**query: str) -> dict[str, str]:
        rows = platform.pages(f"/accounts/{ALICE}/balances", limit=1, **query)
        return {row["asset"]: row["amount"] for row in rows}

    assert held(at="0")[FOREIGN] == str(100 * TONNE)
    assert held(at="1")[FOREIGN] == str(98 * TONNE)
    assert held()[FOREIGN] == str(91 * TONNE)
    assert held(at="2027-01-15T08:00:00Z")[FOREIGN] == str(100 * TONNE)


@pytest.mark.parametrize(
    "at", ["9223372036854775807", "7777", "01", "-1", "2027-13-01", "2027-02-30", "yesterday",
           "2027-01-15T25:00:00Z", "2027-01-15T08:00:00", "٣", "1e3"]
)  # fmt: skip
def test_refuses_an_at_that_is_no_height_date_or_time_here(platform: Platform, at: str) -> None:
    assert problem(platform, f"/accounts/{ALICE}/balances", at=at) == (400, "bad_filter")


def test_a_time_before_genesis_is_not_kept(platform: Platform) -> None:
    assert problem(platform, "/supply", at="1999-01-01") == (410, "height_not_kept")


def test_the_life_of_a_serial_is_one_for_both_spellings(platform: Platform) -> None:
    home = platform.found("/serials/CTN-VCS-00001-2022-001-1-2")
    foreign = platform.found(f"/serials/{verra(5_001, 5_002)}")
    assert home["pieces"] == foreign["pieces"]
    assert home["steps"] == foreign["steps"]
    assert [piece["status"] for piece in home["pieces"]] == ["retired"]
    assert foreign["external"][0]["state"] == "immobilised"
    assert home["external"] == foreign["external"]
    assert foreign["external"][0]["start"] <= 5_001 <= foreign["external"][0]["end"]
    assert platform.found("/serials/CTN-VCS-00001-2022-001-199-200")["external"][0]["start"] > 9_000
    tx = home["steps"][-1]["tx"]
    assert platform.found(f"/transactions/{tx}")["status"] == "applied"
    certificate = platform.found("/certificates", beneficiary="Ocean Tea")["items"][0]["id"]
    assert home["certificates"] == [certificate]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("nothing", (400, "bad_filter")), ("CTN-VCS-99999-2022-001-1-5", (404, "not_found")),
        ("CTN-VCS-00001-2022-001-5-1", (400, "bad_filter")), ("%00", (400, "bad_filter")),
        (verra(1, 2, project=7), (404, "not_found")),
    ],
)  # fmt: skip
def test_a_text_that_is_no_serial_here(
    platform: Platform, text: str, answer: tuple[int, str]
) -> None:
    assert problem(platform, f"/serials/{text}") == answer


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Cook", "methodology"),
        ("cOOKstov", "methodology"),
        ("ookst", "methodology"),
        (FOREIGN, "batch"),
        (PROJECT.upper(), "project"),
        (ALICE, "account"),
        ("1", "block"),
        ("CTN-VCS-00001-2022-001-1-2", "serial"),
    ],
)
def test_search_finds_ids_serials_and_names(platform: Platform, words: str, kind: str) -> None:
    hits = platform.found("/search", q=words)["items"]
    assert hits[0]["kind"] == kind
    assert len(hits) <= 20


@pytest.mark.parametrize(
    ("words", "code"),
    [("", "Malformed"), ("  ", "bad_filter"), ("字" * 43, "bad_filter"), ("a" * 129, "Malformed")],
)
def test_search_refuses_nothing_and_more_than_128_bytes(
    platform: Platform, words: str, code: str
) -> None:
    assert problem(platform, "/search", q=words) == (400, code)


def test_search_takes_no_pattern_from_outside(platform: Platform) -> None:
    assert platform.found("/search", q=HOSTILE)["items"] == []
    assert platform.found("/search", q="%")["items"] == []


def test_history_names_every_transaction_of_an_account(platform: Platform) -> None:
    rows = platform.pages(f"/accounts/{ALICE}/history", limit=1)
    assert [row["status"] for row in rows if row["tx"]] == ["applied"] * 3
    assert rows[0]["ops"][0]["op"] == "registry.retire"


def test_proofs_of_several_records_hash_to_one_sealed_root(platform: Platform) -> None:
    keys = [f"batch/{FOREIGN}", "asset/cny", "asset/none"]
    found = platform.found("/proofs", key=keys)
    chain = platform.found("/status")["chain"]
    values = []
    for row, key in zip(found["records"], keys, strict=True):
        table, _, place = key.partition("/")
        answer = found | row
        values.append(
            proved_value(answer, key=f"{table}\0{place}".encode(), maker=MAKER, chain=chain)
        )
    assert values[0]["id"] == FOREIGN
    assert values[2] is None


def test_proofs_refuse_too_many_and_malformed_keys(platform: Platform) -> None:
    assert problem(platform, "/proofs") == (400, "Malformed")
    assert problem(platform, "/proofs", key=["asset/cny"] * 33) == (400, "Malformed")
    assert problem(platform, "/proofs", key="cny") == (400, "Malformed")


# --- dry runs of registry files


def upload(platform: Platform, content: bytes, **options: Any) -> Any:
    headers = options.pop("headers", CSV)
    path = f"{PREFIX}/registry/imports"
    return platform.http.post(path, content=content, headers=headers, params=options)


def test_a_dry_run_reports_a_file_and_stores_nothing(platform: Platform) -> None:
    file = SAMPLES / "verra__transactions.csv"
    if not file.exists():
        pytest.skip("no sample files")
    before = platform.found("/status")["height"]
    answer = upload(platform, file.read_bytes(), name=file.name)
    found = answer.json()["files"][0]
    assert (found["layout"], found["rows"]) == ("verra.units", 200)
    assert found["serials"] == {"total": 200, "ok": 200}
    assert answer.headers["cache-control"] == "no-store"
    assert platform.found("/status")["height"] == before


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", (400, "layout_unknown")), (b"a,b\r\n1,2\r\n", (400, "layout_unknown")),
        (b"\xff\xfe\x00", (400, "not_utf8")), (b'a,"b\r\n', (400, "file_has_errors")),
        (b"a" * 200_000, (413, "file_too_large")),
        (b" " * ((16 << 20) + 1), (413, "body_too_large")),
    ],
    ids=["empty", "unknown", "encoding", "quotes", "cell", "size"],
)  # fmt: skip
def test_refuses_a_file_that_cannot_be_read(
    platform: Platform, content: bytes, answer: tuple[int, str]
) -> None:
    found = upload(platform, content)
    assert (found.status_code, found.json()["code"]) == answer


def test_a_file_of_some_mib_is_read_and_others_are_answered_meanwhile(
    platform: Platform,
) -> None:
    file = SAMPLES / "verra__transactions.csv"
    if not file.exists():
        pytest.skip("no sample files")
    head, _, body = file.read_bytes().partition(b"\n")
    content = head + b"\n" + body * 160
    assert 8 << 20 < len(content) < 16 << 20
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(upload, platform, content)
        time.sleep(0.3)  # until the whole file has come
        answers = [upload(platform, b"a") for _ in range(3)]
        assert platform.get("/params").elapsed.total_seconds() < 1
    found = first.result()
    assert found.status_code == 200, found.text[:200]
    assert found.json()["files"][0]["rows"] == 32_000
    assert (answers[0].status_code, answers[0].json()["code"]) == (429, "import_running")


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"content-type": "application/json"}, {"content-type": "text/csv; charset=gbk"},
        {"content-type": "multipart/mixed; boundary=x"},
        {"content-type": "text/csv", "content-encoding": "gzip"},
    ],
)  # fmt: skip
def test_refuses_any_other_media_type(platform: Platform, headers: dict[str, str]) -> None:
    found = upload(platform, b"a", headers=headers)
    assert (found.status_code, found.json()["code"]) == (415, "media_type_refused")


def test_a_cookie_from_another_page_is_refused(platform: Platform) -> None:
    foreign = {"Origin": "https://evil.example", "Cookie": "session=1"}
    answer = platform.get("/params", headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    own = {"Origin": platform.url, "Cookie": "session=1"}
    assert platform.get("/params", headers=own).status_code == 200
    assert platform.get("/params", headers={"Origin": "https://any.example"}).status_code == 200


@pytest.mark.parametrize("by", ["beneficiary", "project", "country", "year"])
def test_sums_by_anything_add_up_to_the_sum_of_all(platform: Platform, by: str) -> None:
    groups = platform.found("/certificates/sums", by=by)["items"]
    whole = platform.found("/certificates")["sums"]
    assert sum(group["certificates"] for group in groups) == whole["certificates"]
    assert sum(int(group["grams"]) for group in groups) == int(whole["grams"])


def test_sums_keep_to_the_filters_and_name_no_hidden_beneficiary(platform: Platform) -> None:
    german = platform.found("/certificates/sums", by="country", country="DE")["items"]
    assert [(row["key"], row["certificates"]) for row in german] == [("DE", 1)]
    names = {row["key"] for row in platform.found("/certificates/sums", by="beneficiary")["items"]}
    assert {"Ocean Tea", "碳中和茶业"} <= names
    assert platform.get("/certificates/sums?by=holder").status_code == 400
    assert platform.found("/certificates/sums", by="year", year="1999")["items"] == []


def test_projects_are_found_by_words_type_and_vintage(platform: Platform) -> None:
    whole = platform.found("/projects")["items"]
    first = whole[0]
    for asked in ({"q": first["name"][:5].upper()}, {"q": first["id"]}, {"type": first["type"]}):
        assert first["id"] in [row["id"] for row in platform.found("/projects", **asked)["items"]]
    assert [row["id"] for row in platform.found("/projects", vintage="2022")["items"]] == [PROJECT]
    for asked in ({"q": HOSTILE}, {"vintage": "1999"}, {"type": "nothing"}):
        assert platform.found("/projects", **asked)["items"] == []

"""What the doors refuse before the ledger sees it (reliability.md 2, 3) and how they say it."""

import json
import time
from collections.abc import Iterator

import pytest

from ctn.api.gate import SECURITY_HEADERS
from ctn.api.graphql.faults import Teller
from ctn.api.problems import cause_of, language_of
from ctn.api.rates import (
    ADDRESSES_MAX,
    BANNED_NS,
    BURST,
    RATE,
    STRIKES_MAX,
    STRIKES_NS,
    Bans,
    Rates,
    bucket_of,
)
from ctn.api.refusals import DoorRefusal
from ctn.api.sentences_zh import SENTENCES
from ctn.client.refusals import refusal_kinds
from ctn.kernel.refusal import refusal_code
from ctn.node.config import ApiTable, Config
from ctn.views.refusals import Deadline, ViewRefusal
from tests.api.chains import Asked, Chain

JSON = {"content-type": "application/json"}


@pytest.fixture
def limited(chain: Chain) -> Iterator[Asked]:
    """A platform whose rates bind everybody."""
    asked = Asked(chain, limited=True)
    yield asked
    asked.close()


def problem(api: Asked, method: str, path: str, **options: object) -> tuple[int, str]:
    answer = api.request(method, path, **options)
    found = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert found.keys() == {
        "type", "title", "status", "detail", "code", "module", "facts", "field", "request_id",
    }  # fmt: skip
    assert found["status"] == answer.status_code
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["type"] == f"/reference/refusals#{found['module']}.{found['code']}"
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    return answer.status_code, found["code"]


def test_refuses_a_body_above_96_kib_before_reading_it(api: Asked) -> None:
    body = b'{"tx":"' + b"A" * (96 * 1024) + b'"}'
    found = problem(api, "POST", "/transactions", content=body, headers=JSON)
    assert found == (413, "body_too_large")


def test_refuses_a_streamed_body_that_states_no_length(api: Asked) -> None:
    async def parts() -> object:
        for _ in range(200):
            yield b" " * 1024

    found = problem(api, "POST", "/transactions", content=parts(), headers=JSON)
    assert found == (413, "body_too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=gbk"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_refuses_any_other_media_type_or_encoding(api: Asked, headers: dict[str, str]) -> None:
    found = problem(api, "POST", "/transactions", content=b'{"tx":"AQ=="}', headers=headers)
    assert found == (415, "media_type_refused")


def test_refuses_an_address_above_8_kib(api: Asked) -> None:
    assert problem(api, "GET", "/state/" + "a" * 9_000) == (414, "address_too_long")
    assert problem(api, "GET", "/state/asset?prefix=" + "a" * 9_000) == (414, "address_too_long")


def test_refuses_a_head_above_16_kib(api: Asked) -> None:
    headers = {f"x-{number}": "a" * 1_000 for number in range(17)}
    assert problem(api, "GET", "/status", headers=headers) == (431, "head_too_large")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/transactions"), ("GET", "/simulate"), ("DELETE", "/transactions"),
        ("POST", "/status"), ("PUT", "/state/asset/cny"), ("PATCH", "/blocks/1"),
    ],
)  # fmt: skip
def test_refuses_another_method(api: Asked, method: str, path: str) -> None:
    assert problem(api, method, path) == (405, "method_not_allowed")
    assert api.request(method, path).headers["allow"] in ("GET", "POST")


@pytest.mark.parametrize("path", ["/nothing", "/blocks", "/status/", "/../status"])
def test_an_unknown_address_is_not_found(api: Asked, path: str) -> None:
    assert problem(api, "GET", path) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/blocks/x", "/blocks/-1", "/blocks/01", "/blocks/1_0", "/blocks/%D9%A1", "/blocks/%201",
        "/blocks/9223372036854775808", "/blocks/99999999999999999999", "/blocks/1.0",
        "/changes/1e3", "/validators/0x1", "/blocks/1/raw/x",
        "/transactions/" + "A" * 64, "/transactions/" + "a" * 63, "/state/Asset/cny",
        "/state/asset/%00", "/state/asset/%0A", "/state/asset/%E7%A2%B3",
        "/state/asset/" + "a" * 300,
        "/state/" + "a" * 25 + "/x", "/state/asset/cny?prove=2", "/state/asset/cny?prove=true",
        "/state/asset/cny?prove=1&prove=", "/state/asset?limit=0", "/state/asset?limit=-1",
        "/state/asset?limit=1_0", "/state/asset?limit=%D9%A1", "/state/asset?prefix=%00",
        "/state/asset?after=" + "a" * 254, "/accounts/ctn1", "/accounts/" + "ctn1" + "q" * 38,
    ],
)  # fmt: skip
def test_refuses_a_malformed_parameter(api: Asked, path: str) -> None:
    status, code = problem(api, "GET", path)
    assert status in (400, 404)
    assert (status == 404) == (path == "/blocks/1/raw/x")
    assert code in ("Malformed", "BadAddress", "not_found")


def test_a_key_at_its_limit_is_asked_for_and_a_longer_one_is_refused(api: Asked) -> None:
    place = "a" * (255 - len("asset") - 1)
    for query in ("", "?prove=1"):
        assert api.get(f"/state/asset/{place}{query}").json()["value"] is None
        assert problem(api, "GET", f"/state/asset/{place}a{query}") == (400, "Malformed")


def test_refuses_a_page_above_100(api: Asked) -> None:
    assert api.get("/state/balance?limit=100").status_code == 200
    assert problem(api, "GET", "/state/balance?limit=101") == (400, "page_too_large")
    assert problem(api, "GET", "/state/balance?limit=9999999999") == (400, "page_too_large")


@pytest.mark.parametrize("height", ["7777777", "9223372036854775807"])
def test_a_block_that_was_never_made_is_not_found(api: Asked, height: str) -> None:
    for path in (f"/blocks/{height}", f"/blocks/{height}/raw", f"/changes/{height}"):
        assert problem(api, "GET", path) == (404, "not_found")
    assert problem(api, "GET", f"/validators/{height}") == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null", b"[]", b"7", b'"tx"', b"{", b"{}", b'{"tx":}', b'{"tx":null}',
        b'{"tx":7}', b'{"tx":["AQ=="]}', b'{"tx":{"a":1}}', b'{"tx":true}', b'{"tx":NaN}',
        b'{"tx":Infinity}', b'{"tx":1e400}', b'{"tx":' + b"9" * 4_300 + b"}",
        b'{"tx":"AQ==","tx":"AQ=="}', b'{"tx":"AQ==","t\\u0078":"AQ=="}',
        b'{"tx":"AQ==","extra":1}', b'{"tx":"AQ==","wait":"forever"}',
        b'{"tx":"AQ==","wait":null}', b'{"tx":"AQ==","wait":true}', b'{"tx":"AQ=="}}',
        b'{"tx":"AQ=="} {}', b'{"tx":"\xff\xfe"}', b'{"tx":"\\ud800"}', b"\xef\xbb\xbf{}",
        b"\x00", b'{"tx":"\x00"}', b"[" * 40_000, b'{"tx":' * 10_000, b'{"a":' * 5_000 + b"1",
        b'{"tx":"AQ==","' + b"k" * 20_000 + b'":1}', b"'tx'", b"{tx:1}",
        b'{"tx":"AQ==",}', b'// {"tx":"AQ=="}',
    ],
)  # fmt: skip
def test_refuses_hostile_bodies_cleanly(api: Asked, body: bytes) -> None:
    for path in ("/transactions", "/simulate"):
        answer = api.request("POST", path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "Malformed"), body[:60]
        assert len(answer.content) < 2_000


def test_a_colon_inside_a_text_is_no_second_key(api: Asked) -> None:
    body = json.dumps({"tx": 'a:"b":\\', "wait": "none"}).encode()
    answer = api.request("POST", "/transactions", content=body, headers=JSON)
    assert answer.json()["facts"] == {"field": "tx", "rule": "standard base64 with padding"}


@pytest.mark.parametrize("path", ["/status", "/nothing", "/openapi.json", "/", "/state/asset"])
def test_every_answer_has_the_security_headers_and_any_page_may_read_it(
    api: Asked, path: str
) -> None:
    answer = api.get(path, headers={"origin": "https://elsewhere.example"})
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "Accept-Language" in answer.headers["vary"]
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/session", "/pending", "/pending/" + "0" * 64])
def test_what_depends_on_who_asks_is_read_by_no_other_page(api: Asked, path: str) -> None:
    """CORS is for public reads, `/graphql` and transactions alone (thallo.md 5.1)."""
    headers = {"origin": "https://elsewhere.example"}
    answer = api.get(path, headers=headers)
    assert answer.status_code in (401, 403, 404)
    assert "access-control-allow-origin" not in answer.headers
    asked = headers | {"access-control-request-method": "GET"}
    preflight = api.request("OPTIONS", path, headers=asked)
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("method", "path", "is_shared"),
    [
        ("GET", "/blocks/0", True), ("POST", "/transactions", True), ("POST", "/simulate", True),
        ("POST", "/seats", False), ("POST", "/session", False), ("DELETE", "/transactions", True),
    ],
)  # fmt: skip
def test_another_page_posts_transactions_and_trials_alone(
    api: Asked, method: str, path: str, *, is_shared: bool
) -> None:
    headers = {"origin": "https://elsewhere.example", "access-control-request-method": method}
    answer = api.request("OPTIONS", path, headers=headers)
    assert ("access-control-allow-origin" in answer.headers) == is_shared
    assert (answer.status_code == 204) == is_shared


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [("https://thallo.example", "max-age=31536000"), ("http://127.0.0.1:8080", None)],
)
def test_asks_browsers_to_stay_with_tls_where_it_is(
    chain: Chain, public_url: str, expected: str | None
) -> None:
    asked = Asked(chain, config=Config(api=ApiTable(public_url=public_url)))
    assert asked.get("/status").headers.get("strict-transport-security") == expected
    asked.close()


def test_answers_a_preflight(api: Asked) -> None:
    headers = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    answer = api.request("OPTIONS", "/transactions", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert "Content-Type" in answer.headers["access-control-allow-headers"]


def test_a_bug_answers_500_without_a_trace_and_with_all_headers(
    api: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down() -> object:
        raise RuntimeError("a secret place /in/the/house.py")

    monkeypatch.setattr(api.link, "head", break_down)
    assert problem(api, "GET", "/blocks/1") == (500, "failed")
    answer = api.get("/blocks/1")
    assert answer.headers["x-content-type-options"] == "nosniff"
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["request_id"] == answer.json()["request_id"]
    assert "a secret place" in line["trace"]


def test_binds_an_address_to_its_burst_and_says_when_to_come_back(limited: Asked) -> None:
    answers = [limited.get("/refusals") for _ in range(BURST + 30)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 200
    assert refused
    assert refused[0].json()["code"] == "rate_limited"
    assert refused[0].headers["retry-after"] == "1"


def test_loopback_is_spared_in_the_dev_profile(api: Asked) -> None:
    assert all(api.get("/nothing").status_code == 404 for _ in range(BURST + 30))


def test_a_bucket_fills_at_its_rate_and_never_above_its_burst() -> None:
    now = [0]
    rates = Rates(lambda: now[0])
    assert [rates.take("192.0.2.1") for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert rates.take("192.0.2.2")
    now[0] += 1_000_000_000 // RATE
    assert [rates.take("192.0.2.1"), rates.take("192.0.2.1")] == [True, False]
    now[0] += 3_600_000_000_000
    assert [rates.take("192.0.2.1") for _ in range(BURST + 1)] == [True] * BURST + [False]


def test_an_ipv6_network_shares_one_bucket_and_buckets_are_bounded() -> None:
    assert bucket_of("2001:db8::1") == bucket_of("2001:db8::ffff:2")
    assert bucket_of("2001:db8::1") != bucket_of("2001:db8:0:1::1")
    assert bucket_of("::ffff:192.0.2.1") == bucket_of("192.0.2.1")
    rates = Rates(lambda: 0)
    for number in range(ADDRESSES_MAX + 10):
        rates.take(f"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}")
    assert len(rates._buckets) == ADDRESSES_MAX


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en", "en"), ("en;q=0.5, zh;q=0.6", "zh"),
        ("zh;q=0", "en"), ("fr, *", "en"), ("zh;q=banana", "en"), ("", "en"), ("ZH-hant", "zh"),
        ("zh;q=1.000, en", "zh"), ("," * 9_000, "en"),
    ],
)  # fmt: skip
def test_the_sentence_is_in_the_readers_language(wanted: str, language: str) -> None:
    assert language_of([(b"Accept-Language", wanted.encode())]) == language


def test_a_problem_is_told_in_chinese_when_asked(api: Asked) -> None:
    answer = api.get("/nothing", headers={"accept-language": "zh-CN"})
    assert answer.json()["detail"] == SENTENCES["door.not_found"]
    assert answer.headers["content-language"] == "zh"
    assert api.get("/nothing").json()["detail"] == "There is no such thing here."


def test_every_refusal_of_the_kernel_has_a_chinese_sentence() -> None:
    names = [refusal_code(kind) for kind in refusal_kinds()]
    assert [name for name in names if name.startswith("kernel.") and name not in SENTENCES] == []


@pytest.mark.parametrize("path", ["/status", "/ops", "/blocks/0", "/nothing"])
def test_a_head_is_answered_as_a_get_without_its_body(api: Asked, path: str) -> None:
    whole, head = api.get(path), api.request("HEAD", path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    for name in ("content-type", "etag", "cache-control"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_a_head_of_what_takes_a_body_is_not_allowed(api: Asked) -> None:
    assert api.request("HEAD", "/transactions").status_code == 405


def test_a_code_of_the_doors_is_of_one_class() -> None:
    codes = [kind.code for kind in DoorRefusal.__subclasses__()]
    assert sorted(codes) == sorted(set(codes))


def test_a_refusal_of_the_read_model_is_the_doors_own_wherever_it_is_told() -> None:
    for kind in ViewRefusal.__subclasses__():
        cause = cause_of(kind(field="x"))
        told, status = Teller("en", "00").told(kind(field="x"))
        assert (cause.module, cause.code) == ("door", kind.code)
        assert (told["extensions"]["code"], status) == (cause.code, cause.status)
    assert cause_of(Deadline()).status == 400


def test_who_floods_malformed_requests_is_not_answered_for_ten_minutes(limited: Asked) -> None:
    """By address and by token: another address with that token is banned like this one."""
    flood = 0
    while flood < STRIKES_MAX * 3:
        flood += 1
        answer = limited.get("/blocks/x", headers={"Authorization": "Bearer stolen"})
        if answer.json()["code"] == "banned":
            break
        if answer.status_code == 429:
            time.sleep(1 / RATE)
    assert (answer.status_code, answer.json()["code"]) == (429, "banned")
    later = limited.get("/status")
    assert later.json()["code"] == "banned"
    assert 590 <= int(later.headers["retry-after"]) <= 600
    assert later.json()["facts"]["seconds"] == int(later.headers["retry-after"])


def test_a_ban_ends_and_strikes_are_forgotten() -> None:
    now = [0]
    bans = Bans(lambda: now[0])
    for _ in range(STRIKES_MAX - 1):
        bans.strike("a")
    assert not bans.is_banned("a")
    now[0] += STRIKES_NS
    bans.strike("a")
    assert not bans.is_banned("a")
    for _ in range(STRIKES_MAX):
        bans.strike("a")
    assert bans.is_banned("a")
    assert not bans.is_banned("b")
    assert bans.seconds_left("b") == 0
    now[0] += BANNED_NS - 1
    assert bans.seconds_left("a") == 1
    now[0] += 1
    assert not bans.is_banned("a")
    for number in range(ADDRESSES_MAX + 1):
        bans.strike(str(number))
    assert len(bans._strikes) == ADDRESSES_MAX

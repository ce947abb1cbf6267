"""What the GraphQL door refuses before it executes anything (reliability.md 2; thallo.md 4.8)."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.api.graphql.asked import read_asked
from ctn.api.graphql.documents import Documents
from ctn.api.graphql.limits import check_cost, weigh
from ctn.api.graphql.schema import core_schema
from ctn.api.refusals import DoorRefusal
from ctn.kernel.refusal import Malformed
from tests.api.graphql.worlds import Platform

CPU_SECONDS = 0.1
EXAMPLE = "{trades(first:50){edges{cursor node{id price qty time}} pageInfo{endCursor}}}"
LINKED = EXAMPLE.replace("time}", "time instrument{id}}")
FLOOD = "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}"


def chained(count: int, spreads: int = 2) -> str:
    """Fragments that each spread the next one several times."""
    parts = [
        f"fragment f{n} on Block {{ {' '.join([f'...f{n + 1}'] * spreads)} height }}"
        for n in range(count - 1)
    ]
    return "{ block { ...f0 } } " + " ".join(parts) + f" fragment f{count - 1} on Block {{ hash }}"


HOSTILE: dict[str, tuple[str, str]] = {
    "deep": ("{block" + "{previous" * 12 + "}" * 13, "too_deep"),
    "very deep": ("{a" * 900 + "}" * 900, "too_deep"),
    "deep lists": ("{search(text: " + "[" * 900 + "]" * 900 + ")}", "too_deep"),
    "5,000 aliases": ("{" + " ".join(f"a{n}:chain{{name}}" for n in range(5_000)) + "}",
                      "body_too_large"),
    "31 aliases": ("{" + " ".join(f"a{n}:chain{{name}}" for n in range(31)) + "}",
                   "too_many_aliases"),
    "tokens": ("{chain{" + "name " * 2_001 + "}}", "too_many_tokens"),
    "repeated": ("{chain{" + "name " * 1_900 + "}}", "cost_exceeded"),
    "directives": ("{chain{name" + " @include(if: true)" * 21 + "}}", "too_many_tokens"),
    "root fields": ("{" + "chain{name} " * 21 + "}", "cost_exceeded"),
    "21 fragments": (chained(21), "too_many_fragments"),
    "20 fragments doubled": (chained(20), "cost_exceeded"),
    "51 spreads": (chained(18, 3), "too_many_fragments"),
    "circle": ("{chain{...a}} fragment a on Chain{...b} fragment b on Chain{...a}",
               "too_many_fragments"),
    "unused deep fragments": ("{chain{name}} " + " ".join(
        f"fragment f{n} on Block {{{'previous{' * 20}x{'}' * 20} ...f{n + 1}}}" for n in range(19)
    ) + " fragment f19 on Block {hash}", "cost_exceeded"),
    "unused deep": ("{chain{name}} fragment f on Block {" + "".join(
        f"a{n}{{" for n in range(40)) + "x" + "}" * 41, "too_deep"),
    "flood by fragments": ("{__schema{types{...t}}} fragment t on __Type" + FLOOD[15:-2],
                           "too_deep"),
    "page of 101": ("{trades(first: 101){nodes{id}}}", "page_too_large"),
    "pages in pages": ("{trades(first: 100){nodes{instrument{asset{key}}}}}", "cost_exceeded"),
    "rows": ('{tape(instrument: "cea24-cny", limit: 10001){x}}', "invalid_document"),
    "introspection twice": ("{a:__schema{types{name}} __schema{types{name}}}", "cost_exceeded"),
    "introspection flood": (FLOOD, "too_deep"),
    "no GraphQL": ("{", "invalid_document"),
    "bad string": ('{search(text:"', "invalid_document"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_each_hostile_shape_within_100_ms_of_cpu(market: Platform, name: str) -> None:
    query, code = HOSTILE[name]
    market.code("{nothing}")
    started = time.thread_time()
    answer = market.post({"query": query})
    spent = time.thread_time() - started
    assert answer.status_code in (400, 413), answer.text[:400]
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert "data" not in answer.json() or answer.json()["data"] is None
    assert spent < CPU_SECONDS


def test_costs_what_the_document_says(market: Platform) -> None:
    for query, cost in ((EXAMPLE, 353), (LINKED, 703)):
        extensions = market.post({"query": query}).json()["extensions"]
        assert extensions["cost"] == {"requested": cost, "limit": 1_000}
        assert set(extensions["ctn"]) == {"chain", "height", "time", "ageMs"}


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("query($n: Int){trades(first: $n){nodes{id}}}", {"n": 50}, 1 + 50 * 2),
        ("query($n: Int){trades(first: $n){nodes{id}}}", {"n": 4_000}, 1 + 100 * 2),
        ("query($n: Int){trades(first: $n){nodes{id}}}", {"n": "x"}, 1 + 100 * 2),
        ("query($n: Int = 3){trades(last: $n){nodes{id}}}", {}, 1 + 3 * 2),
        ("{trades{nodes{id} totalCount}}", {}, 1 + 20 * 2 + 1),
        ('{tape(instrument: "a", limit: 1000)}', {}, 10 + 10),
        ('{tape(instrument: "a", limit: 1001)}', {}, 10 + 11),
        ('{nodes(ids: ["a", "b"]){id}}', {}, 1 + 2 * 1),
        ("query($i: [ID!]!){nodes(ids: $i){id}}", {"i": ["a"] * 7}, 1 + 7 * 1),
        ("{__schema{types{name}}}", {}, 200),
        ("{search(text: \"a\"){key}}", {}, 1 + 20),
    ],
)  # fmt: skip
def test_cost_is_reckoned_by_rows(query: str, variables: dict[str, Any], cost: int) -> None:
    document = Documents().parsed(query)
    assert weigh(core_schema(), document, None, variables).cost == cost


def test_an_array_holds_10_documents_that_share_one_cost(market: Platform) -> None:
    assert market.post([{"query": "{chain{name}}"}] * 10).status_code == 200
    eleven = market.post([{"query": "{chain{name}}"}] * 11)
    assert eleven.json()["errors"][0]["extensions"]["code"] == "batch_too_large"
    three = market.post([{"query": EXAMPLE}] * 3)
    assert three.json()["errors"][0]["extensions"]["code"] == "cost_exceeded"


def test_lists_in_variables_hold_100_items(market: Platform) -> None:
    query = "query($i: [ID!]!){nodes(ids: $i){id}}"
    assert market.code(query, i=["x"] * 101) == "page_too_large"
    assert market.code(query, i=["x"] * 51) == "page_too_large"
    assert market.ask(query, i=["x"] * 50) == {"nodes": [None] * 50}


def test_filter_text_has_128_bytes(market: Platform) -> None:
    query = "query($t: String){trades(where: {instrument: $t}){nodes{id}}}"
    assert market.ask(query, t="x" * 128) == {"trades": {"nodes": []}}
    assert market.code(query, t="碳" * 43) == "bad_filter"
    assert market.code("query($t: String!){search(text: $t){key}}", t="x" * 129) == "bad_filter"


def test_refuses_a_body_above_96_kib_and_a_document_above_32(market: Platform) -> None:
    large = market.raw("POST", content=b"{" + b" " * (96 * 1024), headers=JSON)
    assert (large.status_code, code_of(large)) == (413, "body_too_large")
    document = market.post({"query": "#" * (32 * 1024) + "\n{chain{name}}"})
    assert code_of(document) == "body_too_large"


JSON = {"content-type": "application/json"}


def code_of(answer: Any) -> str:
    """The code of a refused answer, GraphQL or REST."""
    found = answer.json()
    code: str = found["errors"][0]["extensions"]["code"] if "errors" in found else found["code"]
    return code


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{chain{name}}","query":"{chain{name}}"}',
        b'{"query":"{chain{name}}","variables":{"a":1,"a":2}}',
        b'{"query":"{chain{name}}","variables":{"a":1.5}}',
        b'{"query":"{chain{name}}","variables":{"a":NaN}}',
        b'{"query":"{chain{name}}","variables":{"a":1e400}}',
        b'{"query":"{chain{name}}","more":1}',
        b'{"query":1}',
        b"\xff\xfe",
        b"",
        b'{"variables":' + b'{"a":' * 40 + b"1" + b"}" * 41,
    ],
)
def test_json_is_decoded_strictly(market: Platform, body: bytes) -> None:
    answer = market.raw("POST", content=body, headers=JSON)
    assert answer.status_code == 400
    assert code_of(answer) in ("Malformed", "too_deep")


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""],
)
def test_takes_no_other_content_type(market: Platform, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = market.raw("POST", content=b'{"query":"{chain{name}}"}', headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "media_type_refused")


def test_get_takes_kept_queries_alone(market: Platform) -> None:
    answer = market.raw("GET", "/graphql?query={chain{name}}")
    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
    unknown = market.raw("GET", "/graphql?documentId=sha256:" + "0" * 64)
    assert (unknown.status_code, code_of(unknown)) == (400, "unknown_document")
    assert market.raw("PUT").status_code == 405


def test_a_cookie_needs_our_origin(market: Platform) -> None:
    body = {"query": "{chain{name}}"}
    forged = {"cookie": "session=1", "origin": "https://elsewhere.example"}
    answer = market.post(body, headers=forged)
    assert (answer.status_code, code_of(answer)) == (403, "origin_refused")
    assert market.post(body, headers={"cookie": "session=1"}).status_code == 403
    own = {"cookie": "session=1", "origin": "http://test"}
    assert market.post(body, headers=own).status_code == 200
    assert market.post(body, headers={"origin": "https://elsewhere.example"}).status_code == 200


def test_a_failed_document_is_not_in_the_log(
    market: Platform, capfd: pytest.CaptureFixture[str]
) -> None:
    market.code("{secretword}")
    assert "secretword" not in capfd.readouterr().err


@settings(max_examples=60)
@given(st.text(alphabet='{}()[]$@:!."abtrades __#\n1', max_size=120))
def test_any_text_is_answered_or_refused(text: str) -> None:
    documents = Documents()
    with contextlib.suppress(DoorRefusal):
        document = documents.parsed(text)
        check_cost(weigh(core_schema(), document, None, {}).cost)
        documents.validated(core_schema(), text, document)


@settings(max_examples=60)
@given(st.binary(max_size=80) | st.text(alphabet='{}[]":,1.eE-nulqry', max_size=80).map(str.encode))
def test_any_body_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Malformed, DoorRefusal):
        read_asked(data)

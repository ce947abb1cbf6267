"""What can be asked, at which height, and in which pages (thallo.md 3.6, 3.7, 4.2 to 4.7)."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import get_introspection_query, strip_ignored_characters

from ctn.api.app import graphql_of
from ctn.api.graphql import execution
from ctn.kernel.codec import to_base64
from ctn.modules.assets.transfer import Transfer
from tests.api.graphql.worlds import BATCH, NAME, PEOPLE, REF, TONNE, Platform, order
from tests.worlds import Person

PAGES = (
    "query($n: Int, $a: String){trades(first: $n, after: $a)"
    "{nodes{no} pageInfo{hasNextPage hasPreviousPage endCursor} totalCount}}"
)


def cursor(*values: Any) -> str:
    """A cursor of these values."""
    data = json.dumps(list(values), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_every_answer_names_chain_height_and_cost(market: Platform) -> None:
    found = market.post({"query": "{chain{height name}}"}).json()
    stand = found["extensions"]["ctn"]
    assert found["data"]["chain"] == {"height": stand["height"], "name": stand["chain"]}
    assert stand["ageMs"] >= 0
    refused = market.post({"query": "{nothing}"}).json()
    assert refused["extensions"]["ctn"]["chain"] == stand["chain"]


def test_as_of_gives_what_was_held_then(market: Platform) -> None:
    query = (
        "query($a: Address!, $at: String){balances(at: $at, where: {account: $a, asset: "
        '"cny"}){nodes{amount} height time}}'
    )
    address = Person("carol").address
    before = market.ask(query, a=address)["balances"]
    height = market.pay("alice", "carol", 7)["receipt"]["height"]
    after = market.ask(query, a=address)["balances"]
    assert int(after["nodes"][0]["amount"]) == int(before["nodes"][0]["amount"]) + 7
    then = market.ask(query, a=address, at=str(height - 1))["balances"]
    assert then["nodes"] == before["nodes"]
    assert then["height"] == height - 1
    assert market.ask(query, a=address, at=then["time"])["balances"] == then
    assert market.ask(query, a=address, at="2027-01-15")["balances"]["nodes"] == after["nodes"]
    zoned = then["time"].replace("T08:", "T16:").replace("Z", "+08:00")
    assert market.ask(query, a=address, at=zoned)["balances"] == then


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("99999", "bad_filter"), ("01", "bad_filter"), ("yesterday", "bad_filter"),
        ("2027-02-30", "bad_filter"), ("2027-01-15T08:00:00", "bad_filter"),
        ("2020-01-01", "height_not_kept"),
    ],
)  # fmt: skip
def test_refuses_moments_that_are_none_or_not_kept(
    market: Platform, moment: str, code: str
) -> None:
    query = "query($a: String){balances(at: $a){totalCount}}"
    status = 410 if code == "height_not_kept" else 400
    assert market.code(query, status, a=moment) == code


def test_pages_miss_and_repeat_nothing_while_trades_arrive(market: Platform) -> None:
    for _ in range(5):
        market.trade()
    first = market.ask(PAGES, n=2)["trades"]
    seen = [row["no"] for row in first["nodes"]]
    assert first["pageInfo"]["hasNextPage"] is True
    assert first["pageInfo"]["hasPreviousPage"] is False
    page = first
    while page["pageInfo"]["hasNextPage"]:
        market.trade()
        page = market.ask(PAGES, n=2, a=page["pageInfo"]["endCursor"])["trades"]
        seen += [row["no"] for row in page["nodes"]]
    assert seen == list(range(first["totalCount"], 0, -1))


def test_pages_go_backwards(market: Platform) -> None:
    market.trade()
    market.trade()
    query = (
        "query($l: Int, $b: String){trades(last: $l, before: $b){nodes{no} "
        "pageInfo{startCursor hasPreviousPage hasNextPage}}}"
    )
    last = market.ask(query, l=1)["trades"]
    assert [row["no"] for row in last["nodes"]] == [1]
    before = market.ask(query, l=1, b=last["pageInfo"]["startCursor"])["trades"]
    assert [row["no"] for row in before["nodes"]] == [2]
    assert before["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    "bad",
    [
        "", "x", "!!!", cursor(), cursor("newest"), cursor("newest", "1"), cursor("newest", True),
        cursor("newest", None), cursor("newest", 1, 2), cursor("oldest", 1), cursor("other", 1),
        cursor("newest", 2**63), cursor("newest", 1.5), cursor("newest", [1]),
        "A" * 2_000, "碳",
    ],
)  # fmt: skip
def test_refuses_every_cursor_that_is_none_of_the_sort(market: Platform, bad: str) -> None:
    assert market.code(PAGES, a=bad) == "bad_cursor"


def test_first_and_last_exclude_each_other_and_are_bounded(market: Platform) -> None:
    assert market.code("{trades(first: 1, last: 1){totalCount}}") == "bad_filter"
    assert market.code("{trades(first: -1){totalCount}}") == "bad_filter"
    assert market.code("{trades(last: 101){totalCount}}") == "page_too_large"
    assert market.ask("{trades(first: 0){nodes{id}}}") == {"trades": {"nodes": []}}


def test_every_id_finds_its_object_again(market: Platform) -> None:
    market.trade()
    found = market.ask(
        "{trades(first: 1){nodes{id}} orders(first: 1){nodes{id}} batches(first: 1){nodes{id "
        "project{id}}} blocks(first: 1){nodes{id}} transactions(first: 1){nodes{id}} "
        "tickers(first: 1){nodes{id instrument{id}}} balances(first: 1){nodes{id}}}"
    )
    ids = [connection["nodes"][0]["id"] for connection in found.values()]
    ids += [found["batches"]["nodes"][0]["project"]["id"]]
    ids += [found["tickers"]["nodes"][0]["instrument"]["id"]]
    nodes = market.ask("query($i: [ID!]!){nodes(ids: $i){id __typename}}", i=ids)["nodes"]
    assert [node["id"] for node in nodes] == ids
    assert market.ask('{node(id: "bm90aGluZzox"){id} batch(id: "none"){id}}') == {
        "node": None, "batch": None,
    }  # fmt: skip
    by_id = market.ask("query($i: ID!){batch(id: $i){key}}", i=ids[2])
    assert by_id == market.ask("query($i: ID!){batch(id: $i){key}}", i=BATCH)


def test_hot_data_comes_as_columns(market: Platform) -> None:
    market.trade(REF, 2)
    found = market.ask(
        "query($i: String!){tape(instrument: $i, limit: 2) orderBook(instrument: $i) "
        "candles(instrument: $i, interval: D1)}", i=NAME,
    )  # fmt: skip
    tape = found["tape"]
    assert tape["rows"] == len(tape["no"]) <= 2
    assert tape["price"][0] == REF
    assert tape["qty"][0] == 2 * TONNE
    assert tape["strings"] == []
    candles = found["candles"]
    assert candles["rows"] == 1
    assert candles["time"][0] % 86_400 == 0
    assert candles["height"] == found["orderBook"]["height"]
    assert {"open", "high", "low", "close", "qty", "notional", "trades"} < set(candles)
    assert market.ask('{tape(instrument: "none")}') == {"tape": None}


def test_refuses_more_than_10_000_rows(market: Platform) -> None:
    query = 'query($n: Int){tape(instrument: "cea24-cny", limit: $n)}'
    answer = market.post({"query": query, "variables": {"n": 10_001}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "page_too_large"


def test_a_serial_tells_its_life(market: Platform) -> None:
    text = "CTN-VCS-00001-2021-001-3-5"
    life = market.ask(
        "query($t: String!){serial(text: $t){start end batch{key} pieces{start end status owner}}}",
        t=text,
    )["serial"]
    assert (life["start"], life["end"], life["batch"]["key"]) == (3, 5, BATCH)
    assert life["pieces"] == [
        {"start": 1, "end": 100, "status": "HELD", "owner": Person("alice").address}
    ]
    assert market.ask('{serial(text: "nothing"){start}}') == {"serial": None}


def test_search_finds_ids_names_and_parts_of_names(market: Platform) -> None:
    def hits(text: str) -> list[tuple[str, str]]:
        found = market.ask("query($t: String!){search(text: $t){kind key}}", t=text)["search"]
        return [(hit["kind"], hit["key"]) for hit in found]

    sent = market.pay()["id"]
    assert hits(sent) == [("Transaction", sent)]
    assert hits("SOIL")[0] == ("Project", "vcs-00001")
    assert ("Project", "vcs-00001") in hits("oi")
    assert ("Batch", BATCH) in hits(BATCH.upper())
    assert ("Account", Person("bob").address) in hits(Person("bob").address)
    assert hits("%") == hits("_") == []
    assert market.code('{search(text: "  "){key}}') == "bad_filter"


def test_submit_tells_what_became_of_an_envelope(market: Platform) -> None:
    query = (
        "mutation($t: String!, $w: Wait!){submit(tx: $t, wait: $w){id status refusal{code "
        "module message facts{name value} op} receipt{status moves{asset amount}}}}"
    )
    envelope = market.envelope("alice", Transfer("cny", 3, Person("bob").address))
    applied = market.ask(query, t=envelope, w="COMMIT")["submit"]
    assert (applied["status"], applied["refusal"]) == ("APPLIED", None)
    assert {"asset": "cny", "amount": "3"} in applied["receipt"]["moves"]
    assert market.ask(query, t=envelope, w="COMMIT")["submit"] == applied
    poor = market.envelope("alice", Transfer("cny", 10**15, Person("bob").address))
    refused = market.ask(query, t=poor, w="COMMIT")["submit"]
    assert refused["status"] == "REFUSED"
    assert refused["refusal"]["code"] == "InsufficientBalance"
    assert refused["refusal"]["op"] == 0
    rejected = market.ask(query, t=to_base64(b"nothing"), w="NONE")["submit"]
    assert (rejected["status"], rejected["id"], rejected["receipt"]) == ("REJECTED", None, None)
    assert rejected["refusal"]["module"] == "kernel"


def test_simulate_changes_nothing(market: Platform) -> None:
    envelope = market.envelope("bob", Transfer("cny", 3, Person("alice").address))
    market.sequences["bob"] -= 1
    found = market.ask(
        "query($t: String!){simulate(tx: $t){status fee{amount} moves{amount}}}", t=envelope
    )["simulate"]
    assert found["status"] == "APPLIED"


def test_a_kept_document_is_asked_for_by_get_with_an_etag(market: Platform) -> None:
    text = "query Name {chain{name height}}"
    name = hashlib.sha256(text.encode()).hexdigest()
    documents = market.documents
    documents.kept[name] = text
    path = f"/graphql?documentId=sha256:{name}"
    answer = market.raw("GET", path)
    assert answer.status_code == 200
    again = market.raw("GET", path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert market.post({"documentId": f"sha256:{name}"}).json()["data"] == answer.json()["data"]
    documents.mode = "persisted"
    refused = market.post({"query": text})
    documents.mode = "open"
    assert refused.json()["errors"][0]["extensions"]["code"] == "document_not_allowed"
    market.pay()
    assert market.raw("GET", path, headers={"if-none-match": answer.headers["etag"]}).status_code \
        == 200  # fmt: skip


def test_introspection_is_answered_and_costs_200(market: Platform) -> None:
    for _ in range(2):
        found = market.post({"query": get_introspection_query()}).json()
        assert found["extensions"]["cost"]["requested"] == 200
        assert found["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_refusal_speaks_the_readers_language(market: Platform) -> None:
    headers = {"accept-language": "zh-CN"}
    body = {"query": "{trades(first: 101){totalCount}}"}
    found = market.post(body, headers=headers).json()["errors"][0]
    assert found["message"] == "每页最多 100 项，按列最多 10,000 行。"
    assert found["extensions"]["type"] == "/reference/refusals#door.page_too_large"
    assert len(found["extensions"]["request_id"]) == 16


def test_people_are_not_counted_twice(market: Platform) -> None:
    for name in PEOPLE:
        query = (
            "query($a: Address!){permissions(address: $a)"
            "{isAttested roles authorities attestations{level}}}"
        )
        found = market.ask(query, a=Person(name).address)["permissions"]
        assert found["roles"] == ["VISITOR", "ORDINARY"]
        assert (found["isAttested"], found["attestations"]) == (True, [{"level": 2}])


def test_rest_and_graphql_give_the_same_bytes_of_columns(market: Platform) -> None:
    market.trade(REF, 2)
    market.send("bob", order("sell", REF + 500, 3))
    query = (
        "query($i: String!){candles(instrument: $i, interval: M1, limit: 7) "
        "series: candles(instrument: $i, interval: D1, series: BLOCK) "
        "orderBook(instrument: $i) bookOrders(instrument: $i) "
        "tape(instrument: $i, limit: 3)}"
    )
    body = market.post({"query": query, "variables": {"i": NAME}}).content
    at = f"/api/v1/instruments/{NAME}"
    for path in ("/candles?interval=1m&rows=7", "/candles?interval=1d&series=block", "/book",
                 "/orders", "/tape?rows=3"):  # fmt: skip
        answer = market.raw("GET", at + path)
        assert answer.status_code == 200, answer.text
        assert answer.content in body, (path, answer.content, body)


def test_a_range_of_candles_is_the_same_by_both_doors(market: Platform) -> None:
    market.trade()
    now = market.ask("{chain{time}}")["chain"]["time"]
    query = (
        "query($i: String!, $s: Time!, $e: Time!)"
        "{candles(instrument: $i, interval: M1, start: $s, end: $e, limit: 100)}"
    )
    end = int(datetime.fromisoformat(now).timestamp() * 1000) + 1
    times = {"s": timed(end - 3_600_000), "e": timed(end)}
    body = market.post({"query": query, "variables": {"i": NAME} | times}).content
    path = f"/api/v1/instruments/{NAME}/candles?interval=1m&rows=100"
    answer = market.raw("GET", f"{path}&start={end - 3_600_000}&end={end}")
    assert answer.json()["rows"] > 0
    assert answer.content in body


def timed(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat().replace("+00:00", "Z")


def test_editors_read_the_schema_without_its_being_executed(
    market: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphql = graphql_of(market.app)
    assert graphql is not None
    market.runner.run(graphql.warm())
    monkeypatch.setattr(execution, "execute", None)
    for options in ({}, {"input_value_deprecation": True, "schema_description": True}):
        text = strip_ignored_characters(get_introspection_query(**options)).replace("}", "}\n")
        body = {"query": text, "operationName": "IntrospectionQuery"}
        found = market.post(body).json()
        assert found["data"]["__schema"]["queryType"]["name"] == "Query"
    assert market.post({"query": "{__schema{queryType{kind}}}"}).status_code == 500


def test_a_serial_of_another_registry_or_none_of_ours_is_null(market: Platform) -> None:
    query = "query($t: String!){serial(text: $t){start}}"
    for text in ("CTN-VCS-00001-2021-001-101-102", "CTN-VCS-00009-2021-001-1-2", "9" * 300):
        assert market.ask(query, t=text) == {"serial": None}


def test_supply_is_told_as_of_any_height(market: Platform) -> None:
    query = "query($b: String, $at: String){supply(batch: $b, at: $at){batches issued held}}"
    assert market.ask(query, b=BATCH, at="0")["supply"] == {
        "batches": 1, "issued": 100, "held": 100,
    }  # fmt: skip
    assert market.ask(query, b="none")["supply"]["batches"] == 0

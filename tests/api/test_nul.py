"""NUL in a text that is asked for: refused by name at every door, in both databases alike.

PostgreSQL holds no text with NUL and fails at one, so none may come as far as a statement.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import msgspec
import pytest

from ctn.api.app import Parts, contract_document, create_app
from ctn.api.store import platform_store
from ctn.node.config import Config, EngineTable, StoreTable, ViewsTable, config_text
from ctn.views.writer import start_views
from tests.api.graphql.worlds import MarketChain, Platform
from tests.views.databases import BOTH, POSTGRESQL, postgresql

ENGINE = EngineTable(block_interval_ms=20)
STORE = StoreTable(map_gib=1, ballast_mib=0, min_free_mib=1)


@pytest.fixture(scope="module", params=BOTH)
def market(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """A platform that keeps all it has in one of the databases."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql()) if request.param == POSTGRESQL else ""
        home = Path(stack.enter_context(TemporaryDirectory(prefix="ctn-"))) / "home"
        chain = MarketChain(home)
        chain.home.config.write_text(
            config_text(Config(engine=ENGINE, store=STORE, views=ViewsTable(url=url)))
        )
        chain.start()
        stack.callback(chain.stop)
        views = start_views(home)
        stack.callback(views.close)
        store = platform_store(home, url)
        stack.callback(store.close)
        made = Platform(chain, views)
        made.app = create_app(made.link, Config(), Parts(views, store=store))
        transport = httpx.ASGITransport(made.app, raise_app_exceptions=False)
        made.client = httpx.AsyncClient(transport=transport, base_url="http://test")
        made.settle(0)
        yield made
        made.close()


def cursor(*values: str | int) -> str:
    data = msgspec.json.encode(list(values))
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


ARGUMENTS = [
    ("transaction", "id"), ("project", "id"), ("search", "text"), ("tape", "instrument"),
    ("ticker", "instrument"), ("block", "hash"), ("supply", "batch"), ("supply", "class"),
    ("supply", "at"), ("serial", "text"), ("node", "id"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "argument"), ARGUMENTS)
@pytest.mark.parametrize("text", ['"a\\u0000b"', '"a\\u{0}b"'])
def test_refuses_nul_in_a_literal_by_the_argument(
    market: Platform, field: str, argument: str, text: str
) -> None:
    answer = market.post({"query": f"{{ {field}({argument}: {text}) {{ __typename }} }}"})
    problem = answer.json()["errors"][0]["extensions"]
    assert (answer.status_code, problem["code"]) == (400, "invalid_document")
    assert problem["facts"]["field"] == argument


@pytest.mark.parametrize("text", ['"a\0b"', '"""a\0b"""'])
def test_refuses_nul_that_stands_in_the_document(market: Platform, text: str) -> None:
    assert market.code(f"{{ search(text: {text}) {{ __typename }} }}") == "invalid_document"


def test_refuses_nul_in_a_list_of_literals(market: Platform) -> None:
    query = '{ search(text: "x", kinds: ["a\\u0000"]) { __typename } }'
    problem = market.post({"query": query}).json()["errors"][0]["extensions"]
    assert problem["facts"]["field"] == "kinds"


@pytest.mark.parametrize("value", ["a\0b", ["x", "\0"], {"a": {"b": "\0"}}])
def test_refuses_nul_in_a_variable_by_its_name(market: Platform, value: Any) -> None:
    query = "query($wanted: String!) { search(text: $wanted) { __typename } }"
    answer = market.post({"query": query, "variables": {"wanted": value}})
    problem = answer.json()["errors"][0]["extensions"]
    assert (answer.status_code, problem["code"]) == (400, "invalid_document")
    assert problem["facts"]["field"] == "variables.wanted"


def test_an_id_that_holds_nul_names_nothing(market: Platform) -> None:
    identity = base64.urlsafe_b64encode(b"Project:a\0b").decode().rstrip("=")
    assert market.ask("query($id: ID!) { node(id: $id) { id } }", id=identity) == {"node": None}


def asked_with_nul() -> list[tuple[str, str]]:
    """Each parameter of each reading door in turn as a text with NUL, the others well formed."""
    found: list[tuple[str, str]] = []
    for path, methods in contract_document()["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "path":
                begun = path.replace(f"{{{name}}}", "a%00b")
                found.append((re.sub(r"{[^}]*}", lambda _: "a" * 64, begun), name))
            elif parameter["in"] == "query":
                whole = re.sub(r"{[^}]*}", lambda _: "a" * 64, path)
                found.append((f"{whole}?{name}=a%00b", name))
    return found


def test_no_parameter_with_nul_comes_as_far_as_a_statement(market: Platform) -> None:
    asked = asked_with_nul()
    assert len(asked) > 100
    for path, name in asked:
        answer = market.raw("GET", path)
        assert answer.status_code in (400, 404), (path, name, answer.text)


PATHS = [
    (f"/projects?cursor={cursor('projects', 'a' + chr(0))}", "bad_cursor", "cursor"),
    (f"/instruments?cursor={cursor('instruments', 'a' + chr(0))}", "bad_cursor", "cursor"),
    ("/batches/a%00b", "Malformed", "batch"), ("/serials/a%00b", "bad_filter", "text"),
    ("/state/account/a%00b", "Malformed", "place"), ("/search?q=a%00b", "Malformed", "q"),
    ("/certificates?beneficiary=a%00", "Malformed", "beneficiary"),
    ("/supply?at=%00", "bad_filter", "at"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "code", "field"), PATHS)
def test_refuses_nul_in_a_parameter_by_its_name(
    market: Platform, path: str, code: str, field: str
) -> None:
    answer = market.raw("GET", f"/api/v1{path}")
    found = answer.json()
    assert (answer.status_code, found["code"]) == (400, code)
    assert found["field"] == field


def test_a_cookie_with_nul_logs_nobody_in(market: Platform) -> None:
    headers = {"cookie": 'ctn_session="a\\000b.c"', "origin": "http://test"}
    for door, status in (("refresh", 401), ("end", 200)):
        answer = market.raw("POST", f"/api/v1/session/{door}", json={}, headers=headers)
        assert answer.status_code == status, answer.text

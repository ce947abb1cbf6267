"""The contract holds: whatever the OpenAPI document allows or forbids, no answer is a 5xx."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from ctn.api.app import PREFIX, ROUTES, Route, create_app
from ctn.api.link import Link
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import Asked, address, running

schemathesis = pytest.importorskip("schemathesis")
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
CASES = 8  # for each of 13 operations and both modes: more than 100 in all


@pytest.fixture(scope="module")
def contract() -> Iterator[Any]:
    """The contract of a platform over a chain with one block."""
    with TemporaryDirectory(prefix="ctn-") as folder, running(Path(folder) / "home") as chain:
        asked = Asked(chain)
        envelope = chain.envelope("alice", Transfer("cny", 5, address("bob")))
        asked.post("/transactions", {"tx": envelope, "wait": "commit"})
        asked.close()
        app = create_app(Link(chain.socket), spares_loopback=True)
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_makes_the_platform_fail(
    contract: Any, route: Route, mode: GenerationMode
) -> None:
    method = "GET" if route.body is None else "POST"
    operation = contract[PREFIX + route.path.replace(":path", "")][method]

    @settings(max_examples=CASES, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing in this request can be wrong

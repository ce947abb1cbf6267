"""The contract holds: whatever the OpenAPI document allows or forbids, no answer is a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from ctn.api.app import PREFIX, ROUTES
from ctn.api.routes import Route
from tests.api.open_worlds import opened, retire, trade

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
CASES = 8  # for each operation in both modes


@pytest.fixture(scope="module")
def contract() -> Iterator[Any]:
    """The contract of a platform over a chain on which something happened."""
    with opened() as platform:
        trade(platform)
        retire(platform)
        yield schemathesis.openapi.from_url(f"{platform.url}/openapi.json")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_makes_the_platform_fail(
    contract: Any, route: Route, mode: GenerationMode
) -> None:
    operation = contract[PREFIX + route.path.replace(":path", "")][route.method]

    @settings(max_examples=CASES, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing in this request can be wrong

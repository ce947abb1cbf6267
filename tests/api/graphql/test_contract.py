"""Whatever the schema allows or forbids, no answer is a server error."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ctn.api.graphql.schema import schema_text
from tests.api.graphql.worlds import BATCH, NAME, Platform
from tests.worlds import Person

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import strategies as st  # noqa: E402
from schemathesis.graphql import nodes  # noqa: E402

CASES = 8  # for each root field
SKIPPED = ("submit", "simulate")  # REST shows these with what a signer makes


NUMBERS = st.integers(-1, 2**40).map(nodes.Int)
TEXTS = st.sampled_from(
    ["", "0", "12", "2027-01-15", "2027-01-15T08:00:00Z", NAME, BATCH, "ab" * 32,
     Person("alice").address]
).map(nodes.String)  # fmt: skip
for scalar, strategy in (
    ("Address", TEXTS), ("Amount", TEXTS), ("Time", TEXTS), ("Hash", TEXTS), ("OpJson", TEXTS),
    ("Columns", TEXTS), ("Height", NUMBERS), ("Count", NUMBERS),
):  # fmt: skip
    schemathesis.graphql.scalar(scalar, strategy)


@pytest.fixture(scope="module")
def contract() -> Any:
    """The contract as a generator of documents."""
    return schemathesis.graphql.from_file(schema_text())


def test_no_document_makes_the_platform_fail(market: Platform, contract: Any) -> None:
    market.trade()
    started = time.monotonic()
    fields = [found.ok() for found in contract.get_all_operations()]
    for operation in fields:
        if operation.definition.field_name in SKIPPED:
            continue

        @settings(max_examples=CASES, database=None, suppress_health_check=list(HealthCheck),
                  deadline=None)  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = market.post({"query": case.body})
            assert answer.status_code in (200, 400, 410, 413), answer.text[:400]
            for error in answer.json().get("errors", ()):
                assert error["extensions"]["status"] < 500, (case.body, error)

        ask()
        if time.monotonic() - started > 60:
            break
    assert len(fields) > 30

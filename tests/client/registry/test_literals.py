"""List cells: values of Python and JSON, nothing else, and nothing evaluated."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.client.registry.literals import LiteralInvalid, read_literal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    TEXT | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_reads_what_python_and_json_write(value: Any) -> None:
    assert read_literal(repr(value)) == value
    assert read_literal(json.dumps(value, ensure_ascii=False)) == value


def test_numbers_stay_text() -> None:
    assert read_literal("[1, -2.50, 1e5]") == ["1", "-2.50", "1e5"]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "[",
        "[1",
        "[1 2]",
        "{'a'}",
        "{'a': }",
        "{1: 2}",
        "'a",
        "'a\n'",
        "[1]]",
        "print()",
        "a",
        "(1, 2)",
        "[1 for x in y]",
        "'\\q'",
        "'\\x1'",
        "'\\ud800'",
        "'\\U00110000'",
        "nan",
        "--1",
        "[" * 17 + "]" * 17,
        "[" * 100_000,
    ],
)
def test_refuses_when_the_cell_is_no_plain_value(cell: str) -> None:
    with pytest.raises(LiteralInvalid):
        read_literal(cell)


def test_a_cell_of_73_kilobytes_is_read_whole() -> None:
    value = [{"serial": f"CDC_{number}", "sign": "á \\ ' \""} for number in range(2_000)]
    assert len(repr(value)) > 73_000
    assert read_literal(repr(value)) == ast.literal_eval(repr(value))

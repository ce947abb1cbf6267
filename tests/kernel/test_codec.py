"""Canonical JSON, the integers and the patterns of typed fields (engine.md 1)."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.codec import (
    INT_MAX,
    Amount,
    Date,
    Hash,
    Hex,
    Identifier,
    decode_json,
    encode,
    field_of,
    from_base64,
    rule_of,
    to_base64,
)

ASCII = st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-INT_MAX, INT_MAX) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII, inner, max_size=4),
    max_leaves=16,
)


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


@given(value=VALUES)
def test_encoding_equals_that_of_json_dumps(value: Any) -> None:
    assert encode(value) == _canonical(value)


@given(value=VALUES)
def test_what_was_encoded_is_decoded(value: Any) -> None:
    assert decode_json(encode(value)) == value


def test_control_characters_have_their_short_or_lower_case_form() -> None:
    assert encode('"\\/\b\f\n\r\t\x01\x1f\x7f') == b'"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f"'


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"[1, 2]", b"01", b"-0", b"1.0", b"1e2", b'"\\u0041"',
        b'"\\/"', b" 1", b"1\n", b"", b"nul", b"NaN", b"'a'", b'"\xff"', b'"\\ud800"', b"{}{}",
    ],
)  # fmt: skip
def test_refuses_every_other_spelling(data: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        decode_json(data)


def test_refuses_what_is_too_deep() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        decode_json(b"[" * 100_000)


@given(data=st.binary(max_size=60))
def test_base64_goes_there_and_back(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "Q_-=", "QQ==QQ==", "碳"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        from_base64(text)


def _takes(kind: Any, value: Any) -> bool:
    try:
        msgspec.json.decode(encode(value), type=kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Amount, [0, 1, INT_MAX], [-1, INT_MAX + 1, True, "1", None]),
        (Identifier, ["a", "0", "a.b_c:d-e", "x" * 96], ["", "A", "-a", "a\n", "a/b", "x" * 97]),
        (Hash, ["0f" * 32], ["0f" * 31, "0F" * 32, "0f" * 32 + "\n", "0f" * 33, "zz" * 32]),
        (Hex, ["", "00", "ab" * 2048], ["0", "AB", "ab" * 2049, "ab\n"]),
        (Date, ["2027-01-31", "2028-12-01"], ["2027-13-01", "2027-1-01", "2027-01-32", "27-01-01"]),
    ],
)
def test_typed_fields_take_their_form_alone(kind: Any, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not _takes(kind, value)] == []
    assert [value for value in bad if _takes(kind, value)] == []


def test_names_the_field_and_the_rule_of_a_decoders_message() -> None:
    message = "Expected `int`, got `str` - at `$.ops[0].amount`"
    assert (field_of(message), rule_of(message)) == ("ops[0].amount", "Expected `int`, got `str`")
    assert (field_of("JSON is malformed"), rule_of("x")) == ("body", "x")

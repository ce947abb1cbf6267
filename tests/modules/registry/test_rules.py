"""Arithmetic of the registry, against slower ways to say the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.registry.rules import (
    are_ascending,
    ctn_serial,
    holds_year,
    is_date,
    is_fractional,
    is_lei,
    is_period,
    split_grams,
    tonnes_of,
    with_years,
    without_years,
)

TONNE = 1_000_000
PARTS = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=5)
RANGE = st.tuples(st.integers(1, 20), st.integers(0, 5)).map(lambda r: (r[0], r[0] + r[1]))


@given(PARTS)
def test_parts_ascend_when_their_serials_written_out_do(parts: list[tuple[int, int]]) -> None:
    serials = [n for start, end in parts for n in range(start, end + 1)]
    is_written = all(start <= end for start, end in parts)
    expected = is_written and serials == sorted(set(serials))
    assert are_ascending(tuple(parts)) == expected
    if expected:
        assert tonnes_of(tuple(parts)) == len(serials)


@given(st.integers(0, 10**15), st.integers(0, TONNE - 1))
def test_split_grams_loses_nothing_and_fills_first(grams: int, open_g: int) -> None:
    whole, filled, opened = split_grams(grams, open_g)
    assert whole * TONNE + filled + opened == grams
    assert 0 <= filled <= open_g
    assert 0 <= opened < TONNE
    assert opened == 0 or filled == open_g


@given(st.integers(0, 10**15))
def test_thousands_of_grams_are_fractions(grams: int) -> None:
    assert is_fractional(grams * 1_000)
    assert is_fractional(grams) == (grams % 1_000 == 0)


@given(st.dates())
def test_every_day_is_a_date(day: date) -> None:
    assert is_date(day.isoformat())


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2100-02-29", "2026-04-31", "2026-06-00", "2026-01-32"]
)
def test_a_day_that_does_not_exist_is_none(text: str) -> None:
    assert not is_date(text)


@given(st.dates(), st.dates())
def test_a_period_is_two_days_in_order(start: date, end: date) -> None:
    assert is_period(start.isoformat(), end.isoformat()) == (start <= end)


@pytest.mark.parametrize(
    "text",
    [
        # Published identifiers of well-known entities (Global LEI Index).
        "506700GE1G29325QX363",
        "5493001KJTIIGC8Y1R12",
        "7LTWFZYICNSX8D621K86",
    ],
)
def test_published_identifiers_are_valid_and_any_changed_sign_is_not(text: str) -> None:
    assert is_lei(text)
    for place in range(len(text)):
        other = "1" if text[place] != "1" else "2"
        assert not is_lei(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "506700GE1G29325QX36", "506700ge1g29325qx363", "5" * 21])
def test_other_texts_are_no_identifier(text: str) -> None:
    assert not is_lei(text)


@given(st.lists(RANGE, max_size=6), st.lists(RANGE, max_size=6))
def test_years_are_a_set(added: list[tuple[int, int]], taken: list[tuple[int, int]]) -> None:
    ranges: tuple[tuple[int, int], ...] = ()
    expected: set[int] = set()
    for first, last in added:
        ranges = with_years(ranges, first, last)
        expected |= set(range(first, last + 1))
    for first, last in taken:
        ranges = without_years(ranges, first, last)
        expected -= set(range(first, last + 1))
    assert {year for year in range(40) if holds_year(ranges, year)} == expected
    assert are_ascending(ranges)


@given(st.lists(RANGE, max_size=8))
def test_added_years_never_touch_and_their_order_does_not_matter(
    added: list[tuple[int, int]],
) -> None:
    one: tuple[tuple[int, int], ...] = ()
    other = one
    for first, last in added:
        one = with_years(one, first, last)
    for first, last in reversed(added):
        other = with_years(other, first, last)
    assert one == other
    assert all(one[n][1] + 1 < one[n + 1][0] for n in range(len(one) - 1))


def test_a_serial_is_printed_with_its_batch_in_upper_case() -> None:
    assert ctn_serial("phr-00001-2026-012", 7, 7) == "CTN-PHR-00001-2026-012-7-7"

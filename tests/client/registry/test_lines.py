"""What the ledger says to a row, by the rule of `registry.record_external`."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.client.registry.lines import Lines, clashes
from tests.client.registry.tables import VERRA, read, verra_serial

ENDED = {"Retirement/Cancellation Date": "2026-04-10", "Retirement Beneficiary": "Somebody"}


def _held(start: int, end: int, state: str) -> dict[str, Any]:
    return {"line": "VERRA", "start": start, "end": end, "state": state, "since": 5}


@pytest.mark.parametrize(
    ("state", "seen", "retired"),
    [
        ("seen", "known", "news"),
        ("retired", "known", "known"),
        ("inbound", "known", "clash"),
        ("immobilised", "known", "clash"),
        ("returned", "known", "news"),
    ],
)
def test_a_row_is_news_known_or_a_clash(state: str, seen: str, retired: str) -> None:
    lines = Lines([_held(100, 199, state)])
    held = read(verra_serial(120, 130))
    assert lines.say(held.units[0])[0] == seen
    ended = read(verra_serial(120, 130) | ENDED)
    assert lines.say(ended.units[0])[0] == retired
    assert [defect.code for defect in clashes(ended, lines)] == (
        ["overlap_ledger"] if retired == "clash" else []
    )


def test_a_row_beyond_what_is_known_is_news() -> None:
    lines = Lines([_held(100, 199, "seen"), _held(300, 399, "seen")])
    for start, end in ((90, 110), (190, 210), (150, 350), (200, 299)):
        assert lines.say(read(verra_serial(start, end)).units[0])[0] == "news"


def test_a_row_with_an_error_of_its_own_is_no_clash() -> None:
    lines = Lines([_held(1, 10**12, "immobilised")])
    assert clashes(read(VERRA | ENDED | {"Quantity Issued": "1"}), lines) == []


def test_only_what_is_locked_for_us_is_locked() -> None:
    lines = Lines([_held(1, 9, "seen"), _held(10, 19, "immobilised"), _held(20, 29, "inbound")])
    assert [each.start for each in lines.locked()["VERRA"]] == [10, 20]
    assert Lines([_held(1, 9, "seen")]).locked() == {}


@given(
    st.lists(st.integers(1, 60), unique=True, min_size=2, max_size=20),
    st.integers(1, 60),
    st.integers(0, 9),
)
def test_touching_are_all_that_share_a_number(
    edges: list[int],
    start: int,
    more: int,
) -> None:
    edges.sort()
    held = [_held(a, b, "seen") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    found = Lines(held).touching("VERRA", start, start + more)
    assert [each.start for each in found] == [
        each["start"] for each in held if each["start"] <= start + more and each["end"] >= start
    ]

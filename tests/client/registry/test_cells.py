"""Numbers and dates in the forms of registry.md 14."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.client.registry.cells import CellInvalid, read_date, read_integer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", 1234),
        ("1,234", 1234),
        ("12.0", 12),
        ("1,454,054.00", 1454054),
        ("0", 0),
        ("-5", -5),
        ("+5", 5),
        ("007", 7),
        ("999999999999999999", 10**18 - 1),
    ],
)
def test_reads_a_whole_number(text: str, number: int) -> None:
    assert read_integer(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1,23",
        "1,2345",
        ",123",
        "12.5",
        "12.",
        ".0",
        "1e3",
        "0x1",
        "1_000",
        "1 234",
        "--1",
        "\u0661",
        "\u00b2",
        "\uff11",
        "1" * 19,
        "5\n",
        "NaN",
        "twelve",
    ],
)
def test_refuses_when_the_cell_is_no_whole_number(text: str) -> None:
    with pytest.raises(CellInvalid):
        read_integer(text)


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_reads_what_is_printed_with_and_without_groups(number: int) -> None:
    assert read_integer(str(number)) == read_integer(f"{number:,}.0") == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-03", "2026-04-03"),
        ("2026-04-13T12:35:58.842275", "2026-04-13"),
        ("2026-04-14T16:50:41.621676Z", "2026-04-14"),
        ("2026-04-14 23:59:59", "2026-04-14"),
        ("02/28/2025", "2025-02-28"),
        ("1/2/2025", "2025-01-02"),
        ("11/3/2025 7:10:41 PM", "2025-11-03"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_reads_a_day_month_first_with_slashes(text: str, day: str) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "0000-01-01",
        "26-04-03",
        "2026/04/03",
        "31/12/2025",
        "2026-04-03T24:00:00",
        "2026-04-03T23:60:00",
        "2026-04-03T23:59:60",
        "1/2/2025 0:00:00 AM",
        "1/2/2025 13:00:00 PM",
        "1/2/2025 7:10:41",
        "2026-04-03T12:00:00+08:00",
        "3 April 2026",
        "2026-04-03\n",
        "\u0662026-04-03",
    ],
)
def test_refuses_when_the_cell_is_no_day(text: str) -> None:
    with pytest.raises(CellInvalid):
        read_date(text)


@given(st.dates())
def test_reads_every_day_in_both_orders(day: date) -> None:
    american = f"{day.month}/{day.day}/{day.year:04d}"
    assert read_date(day.isoformat()) == read_date(american) == day.isoformat()

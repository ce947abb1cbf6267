"""The table at the end of the tests hides nothing."""

from collections import Counter

from ctn.devtools.table import PartResult, counts, table, verdict

UNIT = PartResult("unit", passed=120, failed=0, seconds=9.31)
BROWSER = PartResult(
    "browser",
    passed=0,
    failed=0,
    seconds=0.4,
    skipped=Counter({"Chromium not found; to run: make browser": 7}),
)
BROKEN = PartResult("node", passed=3, failed=2, seconds=1)


def test_a_part_is_one_row_and_a_skip_names_reason_and_remedy() -> None:
    assert table([UNIT, BROWSER]) == [
        "part       passed failed skipped  time",
        "unit       120    0      0        9.3",
        "browser    0      0      7        -     skipped: Chromium not found",
        "           to run: make browser",
    ]


def test_every_reason_is_printed_once() -> None:
    mixed = PartResult("api", passed=1, failed=0, seconds=1, skipped=Counter({"a": 2, "b": 1}))
    assert [line.strip() for line in table([mixed])[1:]] == [
        "api        1      0      3        1.0   skipped: a",
        "skipped: b",
    ]


def test_totals_are_one_plain_line() -> None:
    assert counts([UNIT, BROWSER, BROKEN]) == "123 passed, 2 failed, 7 skipped"


def test_the_last_line_says_what_was_skipped() -> None:
    assert verdict([UNIT, BROWSER], strict=False, whole=True) == (
        True,
        "RESULT ok, 7 tests skipped in 1 part; nothing else was left out",
    )


def test_strict_turns_skips_into_failures() -> None:
    is_well, last = verdict([UNIT, BROWSER], strict=True, whole=True)
    assert not is_well
    assert last.startswith("RESULT failed, 7 tests skipped in 1 part")
    assert verdict([UNIT], strict=True, whole=True)[0]


def test_a_failed_test_fails_the_whole() -> None:
    assert verdict([UNIT, BROKEN], strict=False, whole=True) == (
        False,
        "RESULT failed, 2 tests failed in 1 part",
    )


def test_one_part_alone_does_not_claim_to_be_everything() -> None:
    assert verdict([UNIT], strict=False, whole=False)[1].endswith("only this part ran")

"""Counting what pytest reports; a part that ran nothing has not passed."""

from ctn.devtools.parts import count_report

REPORT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase name="a"/>
<testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><error message="no"/></testcase>
<testcase name="d"><skipped message="as root only"/></testcase>
<testcase name="e"><skipped message="as root only"/></testcase>
</testsuite></testsuites>"""


def test_counts_passed_failed_and_skipped_by_reason() -> None:
    result = count_report("node", REPORT, exit_code=1, seconds=2.0)
    assert (result.passed, result.failed, result.skipped) == (1, 2, {"as root only": 2})


def test_a_part_without_a_test_has_failed() -> None:
    assert count_report("node", "", exit_code=0, seconds=0).failed == 1
    assert count_report("node", "<testsuites/>", exit_code=5, seconds=0).failed == 1


def test_a_runner_that_broke_down_has_failed() -> None:
    whole = "<testsuites><testsuite><testcase name='a'/></testsuite></testsuites>"
    assert count_report("node", whole, exit_code=0, seconds=0).failed == 0
    assert count_report("node", whole, exit_code=3, seconds=0).failed == 1

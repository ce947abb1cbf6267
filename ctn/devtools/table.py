"""What the tests said, as a table: skips are counted and named, never hidden."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

REMEDY = "; to run: "

_HEAD = "part       passed failed skipped  time"


@dataclass(frozen=True)
class PartResult:
    """How one part of the tests ended; `skipped` counts the tests by their reason."""

    name: str
    passed: int
    failed: int
    seconds: float
    skipped: Counter[str] = field(default_factory=Counter)


def table(results: Sequence[PartResult]) -> list[str]:
    """Return the lines of the table; a reason for skipping has its remedy on the next line."""
    lines = [_HEAD]
    for result in results:
        skips = result.skipped.total()
        is_idle = result.passed + result.failed == 0
        spent = "-" if is_idle else f"{result.seconds:.1f}"
        row = f"{result.name:<10} {result.passed:<6} {result.failed:<6} {skips:<8} {spent:<5}"
        reasons = sorted(result.skipped)
        first, *others = reasons or [""]
        lines += _with_reason(row, first)
        for reason in others:
            lines += _with_reason(" " * len(row), reason)
    return lines


def counts(results: Sequence[PartResult]) -> str:
    """Return the totals as one plain line."""
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped.total() for result in results)
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def verdict(results: Sequence[PartResult], *, strict: bool, whole: bool) -> tuple[bool, str]:
    """Return whether all is well, and the last line; `whole` says that every part ran."""
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped.total() for result in results)
    skipping = sum(1 for result in results if result.skipped)
    is_well = failed == 0 and not (strict and skipped)
    skips = f"{_tests(skipped)} skipped in {_parts(skipping)}" if skipped else "no test skipped"
    if is_well and whole:
        return True, f"RESULT ok, {skips}; nothing else was left out"
    if is_well:
        return True, f"RESULT ok, {skips}; only this part ran"
    causes = []
    if failed:
        failing = sum(1 for result in results if result.failed)
        causes.append(f"{_tests(failed)} failed in {_parts(failing)}")
    if skipped:
        causes.append(skips + (" (STRICT=1 counts them as failures)" if strict else ""))
    return False, f"RESULT failed, {', '.join(causes)}"


def _with_reason(row: str, reason: str) -> list[str]:
    if not reason:
        return [row.rstrip()]
    cause, _, remedy = reason.partition(REMEDY)
    lines = [f"{row} skipped: {cause}"]
    if remedy:
        lines.append(f"{'':<10} to run: {remedy}")
    return lines


def _tests(number: int) -> str:
    return f"{number} test" if number == 1 else f"{number} tests"


def _parts(number: int) -> str:
    return f"{number} part" if number == 1 else f"{number} parts"

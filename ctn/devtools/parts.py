"""The parts of the tests: which folders each covers, and how it is run and counted."""

import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from ctn.devtools import web
from ctn.devtools.environment import ROOT, script
from ctn.devtools.refusals import ToolRefusal
from ctn.devtools.table import REMEDY, PartResult, counts, table, verdict

BROWSERS = ROOT / ".tools" / "browsers"  # what `make browser` fetches

_FOLDERS = {"node": ("tests/node",), "api": ("tests/api", "tests/cli", "tests/client")}
_PAGES = "tests/web"
_NETWORK = "tests/network"
_APART = ("tests/faults",)  # run by `make test-faults` alone: they need root or a spare disk
_TIDY = ("tests/test_tidy.py", "tests/web/test_tidy.py")
_COMPLETE = "tests/test_complete.py"
_WORKERS = str(max(2, min(os.cpu_count() or 2, 8)))


def run_tests() -> bool:
    """Run every part, print the table, and return whether all is well."""
    web.offer()
    results = [run_form(), run_unit()]
    results += [run_pytest(name, folders) for name, folders in _FOLDERS.items()]
    results += [run_web_unit(), run_browser(), run_network()]
    return report(results, whole=True)


def report(results: Sequence[PartResult], *, whole: bool) -> bool:
    """Print the table and the verdict, which are always the last lines."""
    is_well, last = verdict(results, strict=os.environ.get("STRICT") == "1", whole=whole)
    print("", *table(results), counts(results), last, sep="\n", flush=True)
    return is_well


def run_form() -> PartResult:
    """Check style, types, import contracts, generated files and the house rules."""
    print("== form", flush=True)
    started = time.monotonic()
    python = str(script("python"))
    checks = {
        "style": [python, "-m", "ruff", "check", "--output-format=concise", "."],
        "types": [python, "-m", "mypy", "--strict", "ctn"],
        "import contracts": [str(script("lint-imports"))],
        "generated files": [python, "-m", "ctn.reference", "--check"],
    }
    with ThreadPoolExecutor(2) as pool:
        failed = sum(pool.map(_check, checks, checks.values()))
    tidy = run_pytest("tidy", _TIDY, workers="0")
    return PartResult(
        name="form",
        passed=len(checks) - failed + tidy.passed,
        failed=failed + tidy.failed,
        seconds=time.monotonic() - started,
        skipped=tidy.skipped,
    )


def run_unit() -> PartResult:
    """Run every test that no other part runs, so a new folder is never left out.

    The worlds of tests/modules write what they saw; the test of completeness reads it after them.
    """
    others = [folder for folders in _FOLDERS.values() for folder in folders]
    apart = (*others, *_APART, *_TIDY, _PAGES, _NETWORK, _COMPLETE)
    ignored = [f"--ignore={path}" for path in apart]
    with tempfile.TemporaryDirectory() as cases:
        os.environ["CTN_CASES"] = cases
        tests = run_pytest("unit", ("tests",), options=ignored)
        del os.environ["CTN_CASES"]
        os.environ["CTN_CASES_READ"] = cases
        complete = run_pytest("unit: every operation complete", (_COMPLETE,), workers="0")
        del os.environ["CTN_CASES_READ"]
    return PartResult(
        "unit",
        tests.passed + complete.passed,
        tests.failed + complete.failed,
        tests.seconds + complete.seconds,
        tests.skipped + complete.skipped,
    )


def run_web_unit() -> PartResult:
    """Check the types of the pages and run their own tests."""
    print("== web-unit", flush=True)
    started = time.monotonic()
    try:
        node = web.find_node()
        web.install_packages(ROOT, node)
    except ToolRefusal as refusal:
        return PartResult("web-unit", 0, 0, 0.0, Counter({f"{refusal.line()}{REMEDY}make web": 1}))
    code, said = web.try_npm(ROOT, node, "run", "check")
    print(f"types: {'ok' if code == 0 else 'failed'}", *([said] if code else []), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report_file = Path(folder) / "report.xml"
        reporters = ("--reporter=default", "--reporter=junit", f"--outputFile={report_file}")
        tests_code, said = web.try_npm(ROOT, node, "test", "--", *reporters)
        print(said, flush=True)
        text = report_file.read_text("utf-8") if report_file.exists() else ""
    seconds = time.monotonic() - started
    tests = count_report("web-unit", text, exit_code=tests_code, seconds=seconds)
    failed = int(code != 0)
    return replace(tests, passed=tests.passed + 1 - failed, failed=tests.failed + failed)


def run_browser() -> PartResult:
    """Open the built pages in Chromium, in one process: they share one demo world."""
    os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(BROWSERS))
    ignored = [f"--ignore={path}" for path in _TIDY]
    return run_pytest("browser", (_PAGES,), options=ignored, workers="0")


def run_network() -> PartResult:
    """Run networks of validators; one after another, since each wants the whole machine."""
    return run_pytest("network", (_NETWORK,), workers="0")


def run_pytest(
    name: str,
    paths: Sequence[str],
    *,
    options: Sequence[str] = (),
    workers: str = _WORKERS,
) -> PartResult:
    """Run pytest on the folders that exist and count its report."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    found = [path for path in paths if (ROOT / path).exists()]
    spread = ["-n", workers, "--dist=loadfile"] if workers != "0" else []
    with tempfile.TemporaryDirectory() as folder:
        report_file = Path(folder) / "report.xml"
        code = 0
        if found:
            command = [str(script("python")), "-m", "pytest", "-q", f"--junit-xml={report_file}"]
            code = subprocess.call([*command, *spread, *options, *found], cwd=ROOT)
        text = report_file.read_text("utf-8") if report_file.exists() else ""
    return count_report(name, text, exit_code=code, seconds=time.monotonic() - started)


def count_report(name: str, text: str, *, exit_code: int, seconds: float) -> PartResult:
    """Count the tests of a JUnit report; a part that ran nothing has failed."""
    passed, failed, skipped = 0, 0, Counter[str]()
    # The report is pytest's own, written a moment ago, so no hostile XML is parsed here.
    for case in ElementTree.fromstring(text).iter("testcase") if text else ():  # noqa: S314
        skip = case.find("skipped")
        if skip is not None:
            skipped[skip.get("message") or "no reason given"] += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1
    if passed + failed + skipped.total() == 0:
        print(f"{name}: no test was found", flush=True)
        failed = 1
    elif exit_code != 0 and failed == 0:
        print(f"{name}: pytest ended with code {exit_code}", flush=True)
        failed = 1
    return PartResult(name, passed, failed, seconds, skipped)


def _check(title: str, command: Sequence[str]) -> bool:
    """Run one check, print it at once with what it said, and return whether it failed."""
    done = subprocess.run(list(command), cwd=ROOT, capture_output=True, text=True, check=False)
    is_failed = done.returncode != 0
    said = f"\n{done.stdout}{done.stderr}" if is_failed else ""
    print(f"{title}: {'failed' if is_failed else 'ok'}{said}", flush=True)
    return is_failed

"""The sources keep the house rules, and every rule finds what is planted for it."""

import warnings

import pytest

from tests.tidy.core import core_findings
from tests.tidy.finding import Finding, parse
from tests.tidy.house import FILE_MAX, FILE_SOFT, FUNCTION_MAX, house_findings
from tests.tidy.repository import (
    declared_libraries,
    imported_libraries,
    listed_files,
    mirror_findings,
    read,
    sources,
    text_findings,
    verifier_findings,
)

CORE = ("ctn/kernel/", "ctn/modules/", "ctn/machine.py", "ctn/hooks.py")

# Installed with a direct dependency that is made of them, and imported beside it.
CARRIED = {
    "fastapi": {"starlette", "pydantic"}, "typer": {"click"}, "fpdf": {"fontTools"},
}  # fmt: skip

# Declared, and imported by name only where they are there: WOFF2, PostgreSQL, workbooks.
BROUGHT = {"brotli", "psycopg", "xlsxwriter"}


def _all(findings: list[Finding]) -> str:
    return "\n" + "\n".join(str(finding) for finding in findings)


def test_the_core_is_deterministic() -> None:
    found = [finding for source in sources(*CORE) for finding in core_findings(source)]
    assert not found, _all(found)


def test_sources_keep_sizes_and_names() -> None:
    found = [finding for source in sources("ctn/") for finding in house_findings(source)]
    assert not found, _all(found)


def test_sources_grow_beyond_the_soft_limit_only_with_a_warning() -> None:
    for source in sources("ctn/"):
        lines = len(source.text.splitlines())
        if lines > FILE_SOFT:
            warnings.warn(f"{source.path} has {lines} lines, the goal is {FILE_SOFT}", stacklevel=1)


def test_files_name_no_machine_and_locks_no_host() -> None:
    found = [finding for path in listed_files() for finding in text_findings(path, read(path))]
    assert not found, _all(found)


def test_every_operation_has_its_test_file() -> None:
    found = list(mirror_findings(sources("ctn/modules/"), listed_files()))
    assert not found, _all(found)


def test_verifiers_import_nothing_of_what_they_verify() -> None:
    found = list(verifier_findings(sources("tools/")))
    assert not found, _all(found)
    assert len(list(verifier_findings([parse("tools/x.py", "from ctn.kernel import tx")]))) == 1


def test_every_imported_library_is_declared_and_every_declared_one_imported() -> None:
    imported, declared = imported_libraries(sources("ctn/")), declared_libraries()
    carried = set().union(*(CARRIED[name] for name in declared & CARRIED.keys()))
    assert imported - carried == declared - BROUGHT


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("fee = 0.003", "float literal"),
        ("fee = 2 / 3", "/ instead of //"),
        ("fee /= 3", "/ instead of //"),
        ("fee = round(7)", "call of round: no integer"),
        ("fee = float(7)", "call of float: no integer"),
        ("from decimal import Decimal", "import of decimal: no integer"),
        ("from math import sqrt", "math.sqrt: no integer"),
        ("import math\nroot = math.sqrt(4)", "math.sqrt: no integer"),
        ("import time", "import of time: a clock"),
        ("from datetime import UTC", "import of datetime: a clock"),
        ("import os.path", "import of os.path: I/O"),
        ("import random", "import of random: randomness"),
        ("import secrets", "import of secrets: randomness"),
        ("import threading", "import of threading: concurrency"),
        ("import asyncio", "import of asyncio: concurrency"),
        ("import logging", "import of logging: logging"),
        ("import locale", "import of locale: differs between machines"),
        ("import unicodedata", "import of unicodedata: differs between machines"),
        ("import re", "import of re: no regular expressions"),
        ("import lmdb", "import of lmdb: third-party library"),
        ("key = hash('a')", "call of hash: hash() differs between runs"),
        ("key = id(3)", "call of id: id() differs between runs"),
        ("print(3)", "call of print: I/O"),
        ("try:\n    pass\nexcept:\n    pass", "bare except"),
        ("try:\n    pass\nexcept Exception:\n    pass", "except Exception"),
        ("try:\n    pass\nexcept (KeyError, BaseException):\n    pass", "except Exception"),
        ("for name in {1, 2}:\n    pass", "iteration over a set"),
        ("for name in set(names):\n    pass", "iteration over a set"),
        ("found = [name for name in frozenset(names)]", "iteration over a set"),
        ("seen = set()\nfor name in seen:\n    pass", "iteration over a set"),
        ("def f(seen: set[str]) -> list[str]:\n    return list(seen)", "iteration over a set"),
        ("def f(seen: set[str] | None) -> None:\n    a, *b = *seen, 1", "iteration over a set"),
        ("both = [n for n in one.keys() & two.keys()]", "iteration over a set"),
        ("seen = {1}\nfirst = seen.pop()", "iteration over a set"),
        ("def f(n):\n    return f(n - 1)", "recursion through f"),
        ("def f(n):\n    return g(n)\ndef g(n):\n    return f(n)", "recursion through f"),
        ("class A:\n    def f(self):\n        return self.f()", "recursion through A.f"),
        ("def f(n):\n    def g(k):\n        return g(k)\n    return g(n)", "recursion through f.g"),
    ],
)
def test_finds_what_differs_between_machines(text: str, rule: str) -> None:
    assert rule in [finding.rule for finding in core_findings(parse("ctn/kernel/x.py", text))]


@pytest.mark.parametrize(
    "text",
    [
        "from math import isqrt\nroot = isqrt(4) // 2",
        "import msgspec\nimport hashlib\nfrom ctn.kernel import op",
        "seen = {1, 2}\nfor name in sorted(seen):\n    pass",
        "seen = set(names)\ncount = len(seen) + sum(seen)\nfound = 1 in seen",
        "def f(seen: dict[str, int]) -> list[str]:\n    return list(seen)",
        "def f(n):\n    return ledger.f(n)",
        "class A:\n    def move(self):\n        return move()\ndef move():\n    return 1",
        "def f():\n    s = {1}\n    return 1 in s\ndef g(s: list[int]):\n    return [*s]",
    ],
)
def test_finds_nothing_in_what_is_the_same_everywhere(text: str) -> None:
    assert core_findings(parse("ctn/kernel/x.py", text)) == []


def test_machine_and_hooks_alone_may_catch_everything_and_only_around_a_draft() -> None:
    text = "def {}(self):\n    try:\n        pass\n    except Exception:\n        pass\n"
    for path, name in (("ctn/machine.py", "_run"), ("ctn/hooks.py", "run_item")):
        assert core_findings(parse(path, text.format(name))) == []
        assert len(core_findings(parse("ctn/kernel/x.py", text.format(name)))) == 1
    assert len(core_findings(parse("ctn/machine.py", text.format("apply_block")))) == 1
    passed_on = text.format("apply_block").replace("        pass\n", "        raise\n")
    assert core_findings(parse("ctn/machine.py", passed_on)) == []


def _planted(body: str) -> list[str]:
    return [finding.rule for finding in house_findings(parse("ctn/x.py", f'"""X."""\n{body}\n'))]


def test_finds_a_file_that_is_too_long() -> None:
    assert _planted("a = 1\n" * FILE_MAX)[0].startswith("file of ")


def test_finds_a_function_that_is_too_long_without_counting_its_docstring() -> None:
    lines = "    a = 1\n" * (FUNCTION_MAX - 1)
    prose = '    """One.\n\n' + "    more\n" * 9 + '    """\n'
    assert _planted(f"def f():\n{prose}{lines}") == []
    assert _planted(f"def f():\n{lines}    b = 1\n") == ["f has 61 lines, at most 60"]


def test_finds_a_sixth_parameter_and_does_not_count_self() -> None:
    assert _planted("class A:\n    def f(self, a, b, c, *, d, e): ...") == []
    assert _planted("def f(a, b, c, *, d, e, g): ...") == ["f has 6 parameters, at most 5"]


@pytest.mark.parametrize("name", ["OrderManager", "TxHandler", "DTO", "PoolService", "Util"])
def test_finds_a_class_that_does_not_say_what_it_is(name: str) -> None:
    assert len(_planted(f"class {name}: ...")) == 1


def test_finds_no_forbidden_word_inside_another() -> None:
    assert _planted("class Utilisation: ...\nclass Serviceable: ...") == []


def test_finds_a_long_line_a_missing_docstring_and_work_left_for_later() -> None:
    assert _planted("a = '" + "x" * 100 + "'") == ["line of 106 characters"]
    assert _planted("# TO" + "DO: later") == ["work left for later"]
    assert [found.rule for found in house_findings(parse("ctn/x.py", "a = 1\n"))] == [
        "no module docstring"
    ]
    assert house_findings(parse("ctn/__init__.py", "")) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# return fee",
        "# import os",
        "# self.fee = 3",
        "# ledger.put(pool)",
        "# if fee > 3:",
        "# fee = 3\n# total = fee + 1",
    ],
)
def test_finds_commented_out_code(comment: str) -> None:
    assert _planted(comment) == ["commented-out code"]


@pytest.mark.parametrize(
    "comment",
    [
        "# down: the payer gains",
        "# amount_out = reserve_out - ceil(k, reserve_in)",
        "# a refused transaction still spends its fee",
        "# x * y >= k",
        "# sorted",
    ],
)
def test_finds_no_code_in_a_comment_that_explains(comment: str) -> None:
    assert _planted(comment) == []


def test_finds_a_path_of_one_machine_and_an_address_in_a_lock() -> None:
    path = "/" + "root/x"
    assert [found.rule for found in text_findings("docs/a.md", f"see {path}")] == [
        "path of one machine"
    ]
    address = "http" + "://index/simple"
    assert [found.rule for found in text_findings("requirements/run.lock", address)] == [
        "address of a host"
    ]
    assert list(text_findings("docs/a.md", f"{address} and GET /blocks/{{height}}{path}")) == []


def test_finds_an_operation_without_a_test() -> None:
    source = parse("ctn/modules/pools/swap.py", "class Swap(Op, tag='pools.swap'): ...")
    assert [found.rule for found in mirror_findings([source], [])] == [
        "no tests/modules/pools/test_swap.py"
    ]
    assert list(mirror_findings([source], ["tests/modules/pools/test_swap.py"])) == []
    rules = parse("ctn/modules/pools/rules.py", "class Side: ...")
    assert list(mirror_findings([rules], [])) == []

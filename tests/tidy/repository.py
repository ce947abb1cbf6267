"""Rules of the repository: what its files may name, and that tests mirror sources."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from tests.tidy.finding import Finding, Source, parse

ROOT = Path(__file__).resolve().parents[2]

# Distributions whose import name is not their own name in lower case.
IMPORT_NAMES = {
    "strawberry-graphql": "strawberry",
    "graphql-core": "graphql",
    "pynacl": "nacl",
    "fpdf2": "fpdf",
    "protobuf": "google",
}

_MACHINE_PATH = re.compile(r"(?<![\w}\])./-])/(work|root|home/\w+)/")
_NO_ADDRESS = (re.compile(r"requirements/.*\.(in|lock)"), re.compile(r"\.ci/.*|Makefile"))


def listed_files() -> list[str]:
    """Return the files that git has or would take, sorted."""
    said = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted({path for path in said.stdout.split("\0") if path and (ROOT / path).is_file()})


def read(path: str) -> str:
    """Return the text of a file of the repository; bytes that are no text are replaced."""
    return (ROOT / path).read_text("utf-8", errors="replace")


def sources(*prefixes: str) -> list[Source]:
    """Return the Python files whose path starts with one of the prefixes; no generated ones."""
    paths = [path for path in listed_files() if path.endswith(".py") and path.startswith(prefixes)]
    return [parse(path, read(path)) for path in paths if not path.endswith("_pb2.py")]


def text_findings(path: str, text: str) -> Iterator[Finding]:
    """Name paths of one machine, and addresses where only names belong."""
    has_no_address = any(pattern.fullmatch(path) for pattern in _NO_ADDRESS)
    for number, line in enumerate(text.splitlines(), 1):
        if _MACHINE_PATH.search(line):
            yield Finding(path, number, "path of one machine")
        if has_no_address and "://" in line:
            yield Finding(path, number, "address of a host")


def is_operation(source: Source) -> bool:
    """Tell whether a file holds an operation: a class declared with a tag."""
    return any(
        isinstance(node, ast.ClassDef) and any(word.arg == "tag" for word in node.keywords)
        for node in source.tree.body
    )


def mirror_findings(modules: Iterable[Source], paths: Iterable[str]) -> Iterator[Finding]:
    """Name operations without a test file of their own."""
    known = set(paths)
    for source in modules:
        folder, _, file = source.path.rpartition("/")
        expected = f"{folder.replace('ctn/', 'tests/', 1)}/test_{file}"
        if is_operation(source) and expected not in known:
            yield Finding(source.path, 1, f"no {expected}")


def imported_libraries(all_sources: Iterable[Source]) -> set[str]:
    """Return the third-party import names that sources use."""
    found = set()
    for source in all_sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return {name for name in found if name != "ctn" and name not in sys.stdlib_module_names}


def verifier_findings(tools: Iterable[Source]) -> Iterator[Finding]:
    """Name verifiers that import what they verify: they must stand alone."""
    for source in tools:
        for node in ast.walk(source.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.partition(".")[0] == "ctn" for name in names):
                yield source.finding(node, "a verifier imports ctn")


def declared_libraries() -> set[str]:
    """Return the import names of the direct dependencies in pyproject.toml, of extras too."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = [re.split(r"[\[=<>~! ]", line)[0].lower() for line in lines]
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}

"""Rules of kernel, modules and machine: the same input gives the same bytes on every machine."""

import ast
import sys
from collections.abc import Iterator

from tests.tidy.finding import Finding, Source, own_nodes
from tests.tidy.recursion import recursion
from tests.tidy.sets import set_iteration

THIRD_PARTY = ("msgspec",)
INTEGER_MATH = ("comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod")

# Where a bug inside a draft becomes `Broken` or `Stuck`, so that no transaction stops the network.
BROAD_EXCEPT_ALLOWED = {"ctn/machine.py": ("_run",), "ctn/hooks.py": ("run_item",)}

_IMPORTS = {
    **dict.fromkeys(("time", "datetime", "calendar", "sched", "zoneinfo"), "a clock"),
    **dict.fromkeys(("random", "secrets", "uuid"), "randomness"),
    **dict.fromkeys(("decimal", "fractions", "statistics", "cmath", "numbers"), "no integer"),
    **dict.fromkeys(("threading", "asyncio", "multiprocessing", "concurrent"), "concurrency"),
    **dict.fromkeys(
        ("os", "io", "pathlib", "shutil", "socket", "subprocess", "tempfile", "sqlite3", "urllib"),
        "I/O",
    ),
    **dict.fromkeys(("locale", "unicodedata", "platform"), "differs between machines"),
    **dict.fromkeys(("logging", "warnings"), "logging"),
    "re": "no regular expressions",
    "importlib": "dynamic lookup",
    "pickle": "loose decoding",
}
_CALLS = {
    **dict.fromkeys(("float", "complex", "round", "Decimal", "Fraction"), "no integer"),
    "hash": "hash() differs between runs",
    "id": "id() differs between runs",
    **dict.fromkeys(("open", "print", "input"), "I/O"),
    **dict.fromkeys(("eval", "exec", "__import__", "globals"), "dynamic lookup"),
}


_SCOPES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def core_findings(source: Source) -> list[Finding]:
    """Return every place where a source of the core breaks a rule."""
    found = [
        *_numbers(source),
        *_imports(source),
        *_excepts(source),
        *set_iteration(source),
        *recursion(source),
    ]
    return sorted(found)


def _numbers(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield source.finding(node, "float literal")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield source.finding(node, "/ instead of //")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _CALLS:
                yield source.finding(node, f"call of {node.func.id}: {_CALLS[node.func.id]}")
        elif isinstance(node, ast.Attribute) and _is_float_math(node):
            yield source.finding(node, f"math.{node.attr}: no integer")


def _is_float_math(node: ast.Attribute) -> bool:
    is_math = isinstance(node.value, ast.Name) and node.value.id == "math"
    return is_math and node.attr not in INTEGER_MATH


def _imports(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "math":
                for alias in node.names:
                    if alias.name not in INTEGER_MATH:
                        yield source.finding(node, f"math.{alias.name}: no integer")
        else:
            continue
        for name in names:
            cause = _import_cause(name.partition(".")[0])
            if cause:
                yield source.finding(node, f"import of {name}: {cause}")


def _import_cause(root: str) -> str | None:
    if root in _IMPORTS:
        return _IMPORTS[root]
    is_ours = root in {"ctn", "", *THIRD_PARTY}
    return None if is_ours or root in sys.stdlib_module_names else "third-party library"


def _excepts(source: Source) -> Iterator[Finding]:
    allowed = BROAD_EXCEPT_ALLOWED.get(source.path, ())
    scopes = [node for node in ast.walk(source.tree) if isinstance(node, _SCOPES)]
    for scope in scopes:
        caught = 0
        for node in own_nodes(scope):
            if not isinstance(node, ast.ExceptHandler):
                continue
            if node.type is None:
                yield source.finding(node, "bare except")
            elif _is_broad(node.type):
                caught += 1
                is_allowed = isinstance(scope, ast.FunctionDef) and scope.name in allowed
                if (not is_allowed or caught > 1) and not (allowed and _passes_on(node)):
                    yield source.finding(node, "except Exception")


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler cleans up and lets the error go on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(kind: ast.expr) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"} for one in kinds
    )

"""Recursion within one file: depth would depend on the input, and the limit on the machine.

A call is resolved when it names a function of the file, or a method of the same class by `self`
or `cls`. Every function that lies on a cycle of such calls is named.
"""

import ast
from collections.abc import Iterator

from tests.tidy.finding import Finding, Source, own_nodes

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def recursion(source: Source) -> Iterator[Finding]:
    """Return every function of a source that can come back to itself."""
    functions = _functions(source.tree)
    calls = {name: _calls(name, node, functions) for name, node in functions.items()}
    for name, node in functions.items():
        if name in _reached(name, calls):
            yield source.finding(node, f"recursion through {name}")


def _functions(tree: ast.Module) -> dict[str, _Function]:
    """Return the functions of a file by dotted name: `function`, `Class.method`, `outer.inner`."""
    found: dict[str, _Function] = {}
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        prefix, parent = waiting.pop()
        for node in own_nodes(parent):
            if isinstance(node, _Function | ast.ClassDef):
                name = f"{prefix}{node.name}"
                waiting.append((f"{name}.", node))
                if not isinstance(node, ast.ClassDef):
                    found[name] = node
    return found


def _calls(name: str, function: _Function, functions: dict[str, _Function]) -> set[str]:
    outer = name.rpartition(".")[0]
    called = set()
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=callee):
                candidates = [f"{name}.{callee}", callee]
                if outer in functions:  # a function inside a function sees its siblings and itself
                    candidates.insert(1, f"{outer}.{callee}")
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=callee):
                candidates = [f"{outer}.{callee}"]
            case _:
                continue
        called |= set([full for full in candidates if full in functions][:1])
    return called


def _reached(start: str, calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(calls[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += calls[name]
    return seen

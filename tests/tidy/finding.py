"""What a rule says of a source: where it is broken, and which rule it is."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One place where one rule is broken."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


@dataclass(frozen=True)
class Source:
    """One Python file, read and parsed."""

    path: str
    text: str
    tree: ast.Module

    def finding(self, node: ast.AST, rule: str) -> Finding:
        """Say that `rule` is broken at `node`."""
        return Finding(self.path, getattr(node, "lineno", 1), rule)


def parse(path: str, text: str) -> Source:
    """Read the text of a file as a source."""
    return Source(path, text, ast.parse(text))


def own_nodes(function: ast.AST) -> list[ast.AST]:
    """Return what lies in a function but not in the functions and classes inside it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return found

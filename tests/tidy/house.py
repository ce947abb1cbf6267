"""Rules of every source in `ctn`: sizes, names, and what a comment may hold."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise

from tests.tidy.finding import Finding, Source

FILE_MAX = 500
FILE_SOFT = 400
FUNCTION_MAX = 60
PARAMETERS_MAX = 5
LINE_MAX = 100

_NAMES = frozenset(
    "Context DTO Dto Handler Helper Keeper Manager Processor Service Util Utils".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")
_LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def house_findings(source: Source) -> list[Finding]:
    """Return every place where a source breaks a rule of the house."""
    return sorted([*_sizes(source), *_names(source), *_lines(source), *_comments(source)])


def _sizes(source: Source) -> Iterator[Finding]:
    lines = len(source.text.splitlines())
    if lines > FILE_MAX:
        yield Finding(source.path, lines, f"file of {lines} lines, at most {FILE_MAX}")
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield Finding(source.path, 1, "no module docstring")
    for node in ast.walk(source.tree):
        if isinstance(node, _Function):
            size = function_size(node)
            if size > FUNCTION_MAX:
                yield source.finding(node, f"{node.name} has {size} lines, at most {FUNCTION_MAX}")
            parameters = _parameters(node)
            if parameters > PARAMETERS_MAX:
                rule = f"{node.name} has {parameters} parameters, at most {PARAMETERS_MAX}"
                yield source.finding(node, rule)


def function_size(node: _Function) -> int:
    """Return how many lines a function has without its docstring."""
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        size -= (first.end_lineno or first.lineno) - first.lineno + 1
    return size


def _parameters(node: _Function) -> int:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args]
    own = 1 if named and named[0].arg in {"self", "cls"} else 0
    return len(named) + len(arguments.kwonlyargs) - own


def _names(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            for word in _WORDS.findall(node.name):
                if word in _NAMES:
                    yield source.finding(node, f"class {node.name}: say what it is, not {word}")


def _lines(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if len(line) > LINE_MAX:
            yield Finding(source.path, number, f"line of {len(line)} characters")
        if _LATER.search(line):
            yield Finding(source.path, number, "work left for later")


def _comments(source: Source) -> Iterator[Finding]:
    """Name comments that are code: a statement, or two lines that parse, one after the other."""
    comments = [
        (token.start[0], token.string.lstrip("#").strip())
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline)
        if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#")
    ]
    found = {number for number, text in comments if _is_statement(text)}
    for (above, first), (below, second) in pairwise(comments):
        if below == above + 1 and _is_assignment(first) and _is_assignment(second):
            found.add(above)
    for number in sorted(found):
        yield Finding(source.path, number, "commented-out code")


def _parsed(text: str) -> ast.stmt | None:
    try:
        body = ast.parse(f"{text} pass" if text.endswith(":") else text).body
    except SyntaxError:
        return None
    return body[0] if len(body) == 1 else None


def _is_statement(text: str) -> bool:
    """Tell whether a comment is code; a formula such as `out = a - b` explains, so it is none."""
    match _parsed(text):
        case ast.Assign(targets=[ast.Attribute(), *_]) | ast.Expr(ast.Call(func=ast.Attribute())):
            return True
        case ast.Assign(value=ast.Call(keywords=[_, *_])):
            return True
        case ast.Import() | ast.ImportFrom() | ast.Raise() | ast.For() | ast.If() | ast.While():
            return True
        case ast.FunctionDef() | ast.ClassDef() | ast.With() | ast.Delete():
            return True
        case ast.Return(value=value):
            return value is not None
    return False


def _is_assignment(text: str) -> bool:
    return isinstance(_parsed(text), ast.Assign | ast.AnnAssign | ast.AugAssign)

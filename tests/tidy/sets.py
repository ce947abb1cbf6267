"""Iteration over a set: its order differs between runs, so nothing in the core may depend on it.

A name is known to be a set by its annotation or by what it was assigned, within its function;
an attribute of `self` by the annotation in its class. `sorted`, `len`, `sum`, `min`, `max`,
`any`, `all` and `in` do not see the order and are free.
"""

import ast
from collections.abc import Iterator

from tests.tidy.finding import Finding, Source, own_nodes

_MAKERS = {"set", "frozenset"}
_TYPES = {"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"}
_ORDERED = {"list", "tuple", "iter", "enumerate", "zip", "map", "filter", "next", "reversed"}
_SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}
_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_RULE = "iteration over a set"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def set_iteration(source: Source) -> Iterator[Finding]:
    """Return every place of a source that walks a set in its own order."""
    attributes = _annotated_attributes(source.tree)
    module_names = _set_names(source.tree, set())
    scopes = [node for node in ast.walk(source.tree) if isinstance(node, _Function | ast.ClassDef)]
    for scope in [source.tree, *scopes]:
        names = _set_names(scope, module_names | attributes)
        for node in own_nodes(scope):
            if any(_is_set(walked, names) for walked in _walked(node, names)):
                yield source.finding(node, _RULE)


def _walked(node: ast.AST, names: set[str]) -> list[ast.expr]:
    """Return the expressions whose order this node sees."""
    if isinstance(node, ast.For | ast.AsyncFor):
        return [node.iter]
    if isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
        return [part.iter for part in node.generators]
    if isinstance(node, ast.Starred):
        return [node.value]
    if not isinstance(node, ast.Call):
        return []
    if isinstance(node.func, ast.Name) and node.func.id in _ORDERED:
        return list(node.args)
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in {"join", "fromkeys", "extend"}:
            return list(node.args)
        if node.func.attr == "pop" and not node.args and _is_set(node.func.value, names):
            return [node.func.value]
    return []


def _is_set(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return f"self.{name}" in names
        case ast.Call(func=ast.Name(id=name)):
            return name in _MAKERS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _SET_METHODS
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
            return any(_is_set(side, names) or _is_keys(side) for side in (left, right))
    return False


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
        node.func.attr == "keys"
    )  # fmt: skip


def _is_set_type(annotation: ast.expr | None) -> bool:
    """Tell whether an annotation is a set, or a set or None."""
    match annotation:
        case ast.Name(id=name):
            return name in _TYPES
        case ast.Subscript(value=ast.Name(id=name)):
            return name in _TYPES
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_set_type(left) or _is_set_type(right)
    return False


def _set_names(scope: ast.AST, known: set[str]) -> set[str]:
    """Return the names that are sets in a scope: those known around it, and its own."""
    names = set(known)
    if isinstance(scope, _Function):
        arguments = scope.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            names.discard(argument.arg)
            if _is_set_type(argument.annotation):
                names.add(argument.arg)
    nodes = sorted(own_nodes(scope), key=lambda node: getattr(node, "lineno", 0))
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if _is_set_type(node.annotation):
                names.add(node.target.id)
        elif isinstance(node, ast.Assign) and _is_set(node.value, names):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _annotated_attributes(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _is_set_type(node.annotation):
            if isinstance(node.target, ast.Name):
                found.add(f"self.{node.target.id}")
            elif isinstance(node.target, ast.Attribute):
                found.add(f"self.{node.target.attr}")
    return found

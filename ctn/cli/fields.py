"""Operations from words: each `field=value` is read by the type of its field.

Integers are strict, so that 1.5 or 1e3 never passes for an amount; lists and objects are JSON;
`null` is null where a field allows it; `@name` is the address of a key.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import typer
from msgspec import inspect

from ctn.cli.keyring import address_of
from ctn.kernel.account import Role
from ctn.kernel.codec import field_of, rule_of
from ctn.kernel.op import Op, needs_of, op_tag
from ctn.kernel.refusal import Malformed, refusal_code
from ctn.kernel.text import check_texts
from ctn.modules import op_kinds

ADDRESSES = ("address", "account")
BOOLEANS = {"true": True, "false": False}


def read_op(words: list[str]) -> Op:
    """An operation from its tag and `field=value` words; refuses what needs no state."""
    tag, *rest = words
    kind = find_kind(tag)
    fields = {field.encode_name: field for field in fields_of(kind)}
    values: dict[str, Any] = {"op": tag}
    for word in rest:
        name, is_pair, text = word.partition("=")
        if not is_pair:
            raise typer.BadParameter(f"{word!r} is not field=value")
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise typer.BadParameter(f"unknown field {name!r} of {tag}; fields: {known}")
        if name in values:
            raise typer.BadParameter(f"field {name!r} twice")
        values[name] = read_value(fields[name].type, text, name)
    missing = [name for name in fields if name not in values]
    if missing:
        raise typer.BadParameter(f"missing field {', '.join(missing)} of {tag}")
    return make_op(kind, values)


def make_op(kind: type[Op], values: dict[str, Any]) -> Op:
    """An operation from its fields, tested as a node tests it before it looks at the state."""
    try:
        op = msgspec.convert({"op": op_tag(kind), **values}, kind)
    except msgspec.ValidationError as error:
        raise Malformed(field=field_of(str(error)), rule=rule_of(str(error))) from None
    check_texts(op, op_tag(kind))
    op.check()
    return op


def find_kind(tag: str) -> type[Op]:
    """The operation class of a tag; refuses usage that names none, with near ones."""
    from difflib import get_close_matches

    kinds = op_kinds()
    if tag not in kinds:
        near = ", ".join(get_close_matches(tag, kinds, 3)) or "see ctn op --list"
        raise typer.BadParameter(f"no operation {tag!r}: {near}")
    return kinds[tag]


def fields_of(kind: type[Op]) -> tuple[inspect.Field, ...]:
    """The fields of an operation, in the order of its document."""
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found.fields


def read_value(kind: inspect.Type, text: str, name: str) -> Any:
    """A value from its text, by the type of its field; refuses usage that does not fit."""
    kind, mark = _unwrapped(kind)
    if isinstance(kind, inspect.UnionType):
        if text == "null" and kind.includes_none:
            return None
        others = [item for item in kind.types if not isinstance(item, inspect.NoneType)]
        return read_value(others[0], text, name) if len(others) == 1 else _json(text, name)
    if isinstance(kind, inspect.IntType):
        return _integer(text, name)
    if isinstance(kind, inspect.BoolType):
        if text not in BOOLEANS:
            raise typer.BadParameter(f"{name}: true or false, not {text!r}")
        return BOOLEANS[text]
    if isinstance(kind, inspect.LiteralType):
        if all(isinstance(value, int) for value in kind.values):
            return _integer(text, name)
        if text not in kind.values:
            known = ", ".join([str(value) for value in kind.values])
            raise typer.BadParameter(f"{name}: one of {known}, not {text!r}")
        return text
    if isinstance(kind, inspect.StrType):
        return address_of(text) if mark in ADDRESSES else text
    return _json(text, name)


def _unwrapped(kind: inspect.Type) -> tuple[inspect.Type, object]:
    mark: object = None
    while isinstance(kind, inspect.Metadata):
        mark = (kind.extra or {}).get("text", mark)
        kind = kind.type
    return kind, mark


def _integer(text: str, name: str) -> int:
    digits = text.removeprefix("-")
    is_plain = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
    if not is_plain:
        raise typer.BadParameter(f"{name}: a whole number in base units, not {text!r}")
    return int(text)


def _json(text: str, name: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{name}: JSON, but {error}") from None


# --- describing


def describe(kind: type[Op]) -> dict[str, Any]:
    """What is declared of an operation: fields, who may send it, how it may be refused."""
    return {
        "op": op_tag(kind),
        "doc": sentence(kind),
        "fields": [
            {"name": field.encode_name, "type": type_name(field.type)}
            for field in fields_of(kind)
        ],
        "needs": [need.value for need in needs_of(kind)],
        "threshold": kind.threshold.name.lower(),
        "refuses": [
            {"code": refusal_code(refusal), "sentence": sentence(refusal)}
            for refusal in kind.refuses
        ],
        "emits": [event.__name__ for event in kind.emits],
    }


def description(kind: type[Op]) -> Iterable[str]:
    """The lines of `ctn op <tag> --help`."""
    from ctn.cli.terminal import table

    told = describe(kind)
    yield f"{told['op']}: {told['doc']}"
    needs = " or ".join(told["needs"])
    role = "" if Role.VISITOR.value in told["needs"] else f"needs {needs}, "
    yield f"{role}signing weight {told['threshold']}"
    yield ""
    yield "fields, each as field=value:"
    yield from table([("", field["name"], field["type"]) for field in told["fields"]])
    if told["refuses"]:
        yield "refused by:"
        yield from table([("", row["code"], row["sentence"]) for row in told["refuses"]])
    if told["emits"]:
        yield "tells: " + ", ".join(told["emits"])


def sentence(kind: type) -> str:
    """The first line of a class's documentation."""
    return (kind.__doc__ or "").strip().split("\n", 1)[0]


def type_name(kind: inspect.Type) -> str:
    """A type as a reader of the help needs it."""
    kind, mark = _unwrapped(kind)
    if isinstance(kind, inspect.UnionType):
        return " | ".join([type_name(item) for item in kind.types])
    if isinstance(kind, inspect.LiteralType):
        return " | ".join([str(value) for value in kind.values])
    if isinstance(kind, inspect.IntType):
        return "integer" + _range(kind)
    if isinstance(kind, inspect.StrType):
        if mark in ADDRESSES:
            return f"{mark} or @name"
        if mark is not None:
            return f"text of at most {mark} bytes"
        return f"text {kind.pattern}" if kind.pattern else "text"
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return f"JSON list of {type_name(kind.item_type)}"
    if isinstance(kind, inspect.TupleType):
        return "[" + ", ".join([type_name(item) for item in kind.item_types]) + "]"
    if isinstance(kind, inspect.StructType):
        inner = [f"{field.encode_name}: {type_name(field.type)}" for field in kind.fields]
        return "{" + ", ".join(inner) + "}"
    return "true | false" if isinstance(kind, inspect.BoolType) else _last(kind)


def _range(kind: inspect.IntType) -> str:
    if kind.ge is None or kind.le is None or kind.le >= 1 << 62:
        return ""
    return f" {kind.ge}..{kind.le}"


def _last(kind: inspect.Type) -> str:
    return "null" if isinstance(kind, inspect.NoneType) else "JSON"

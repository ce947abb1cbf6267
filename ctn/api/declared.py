"""What the classes of operations and refusals declare, as data for forms, clients and readers."""

from functools import cache
from types import SimpleNamespace
from typing import Any, get_args

import msgspec
from fastapi import Request
from msgspec import inspect
from starlette.responses import Response

from ctn.api.answers import (
    Operation,
    Operations,
    OpEvent,
    OpField,
    RefusalAnswer,
    Refusals,
    Sentence,
    WorkRule,
)
from ctn.api.link import answer
from ctn.api.problems import DOOR, sentence_of, status_of
from ctn.api.refusals import DoorRefusal
from ctn.api.sentences_zh import SENTENCES
from ctn.client.refusals import refusal_kinds
from ctn.kernel.op import Op, needs_of, op_tag
from ctn.kernel.refusal import module_of, refusal_code
from ctn.kernel.text import Mark, texts_of
from ctn.modules import AnyOp


async def ops(_request: Request) -> Response:
    """Every operation with its fields, who may send it, how it is refused and what it tells."""
    return answer(operations())


async def refusals(_request: Request) -> Response:
    """Every reason that the ledger or a door gives for a no, with its public sentence."""
    return answer(reasons())


@cache
def operations() -> Operations:
    """Every operation of the ledger, in the order of its modules."""
    kinds: tuple[type[Op], ...] = get_args(AnyOp)
    found, schemas = msgspec.json.schema_components(kinds, ref_template="#/schemas/{name}")
    places = [_last(reference["$ref"]) for reference in found]
    shared = {name: schema for name, schema in schemas.items() if name not in places}
    rows = [_operation(kind, schemas[place]) for kind, place in zip(kinds, places, strict=True)]
    return Operations(rows, shared)


@cache
def reasons() -> Refusals:
    """Every refusal of the ledger by its name, then those of the doors."""
    rows = [
        _reason(refusal_code(kind), sentence_of(kind), status_of(refusal_code(kind)))
        for kind in refusal_kinds()
    ]
    doors = sorted(DoorRefusal.__subclasses__(), key=lambda kind: kind.code)
    rows += [_reason(f"{DOOR}.{kind.code}", sentence_of(kind), kind.status) for kind in doors]
    return Refusals(rows)


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _field(
    field: msgspec.structs.FieldInfo, properties: dict[str, Any], marks: dict[str, Mark | None]
) -> OpField:
    name = field.encode_name
    return OpField(name, properties[name], _text_rule(marks.get(field.name)))


def _operation(kind: type[Op], schema: dict[str, Any]) -> Operation:
    properties = schema["properties"]
    marks = dict(texts_of(kind))
    return Operation(
        op=op_tag(kind),
        module=module_of(kind),
        doc=sentence_of(kind),
        fields=[_field(field, properties, marks) for field in msgspec.structs.fields(kind)],
        needs=[need.value for need in needs_of(kind)],
        family=kind.family,
        threshold=kind.threshold.name.lower(),
        work=work_rule(kind),
        lane=kind.lane,
        delegable=kind.delegable,
        writes=[record.table for record in kind.writes],
        refuses=[refusal_code(refusal) for refusal in kind.refuses],
        emits=[
            OpEvent(
                f"{module_of(event)}.{event.__name__}",
                sentence_of(event),
                list(event.__struct_fields__),
            )
            for event in kind.emits
        ],
    )


def work_rule(kind: type[Op]) -> WorkRule:
    """The work of an operation as data: it is linear in its numbers and in its lists' lengths."""
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    least = {field.encode_name: _sized(field.type, 0) for field in found.fields}
    base = _work(kind, least)
    per: dict[str, int] = {}
    for field in found.fields:
        more = _work(kind, least | {field.encode_name: _sized(field.type, 1)}) - base
        if more:
            per[field.encode_name] = more
    return WorkRule(base, per)


def _work(kind: type[Op], values: dict[str, Any]) -> int:
    """The work that a class states for fields of these sizes; it reads nothing else of them."""
    rule: Any = kind.work
    stated: int = rule.fget(SimpleNamespace(**values))
    return stated


def _sized(kind: inspect.Type, size: int) -> int | tuple[None, ...]:
    """A number of this size, or a list with so many items."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return (None,) * size if isinstance(kind, inspect.VarTupleType) else size


def _text_rule(mark: Mark | None) -> str | None:
    """`address`, `account`, or the most bytes of a free text."""
    return None if mark is None else str(mark)


def _reason(name: str, sentence: str, status: int) -> RefusalAnswer:
    module, _, code = name.partition(".")
    return RefusalAnswer(
        name, module, code, Sentence(sentence, SENTENCES.get(name, sentence)), status
    )

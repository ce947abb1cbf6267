"""What classes of operations declare, as data for pages that show, check and pay for them."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import inspect

from ctn.api.declared import operations, work_rule
from ctn.kernel.op import Op
from ctn.modules import op_kinds

KINDS = sorted(op_kinds().items())


def _sized(kind: inspect.Type, size: int) -> Any:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return (None,) * size if isinstance(kind, inspect.VarTupleType) else size


@pytest.mark.parametrize(("tag", "kind"), KINDS)
@pytest.mark.parametrize("size", [0, 1, 7])
def test_the_work_of_an_operation_is_what_its_rule_says(
    tag: str, kind: type[Op], size: int
) -> None:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    values = {field.encode_name: _sized(field.type, size) for field in found.fields}
    stated: Any = kind.work
    rule = work_rule(kind)
    reckoned = rule.base + sum(size * more for more in rule.per.values())
    assert reckoned == stated.fget(SimpleNamespace(**values)), tag


def test_every_operation_states_its_work() -> None:
    assert [row.op for row in operations().ops if row.work.base <= 0] == []

"""A parameter is a number or name that governance may set, declared beside the records it rules."""

from typing import NamedTuple


class Param(NamedTuple):
    """Name, default, and the range that `set_param` is held to (genesis may name any value)."""

    name: str
    default: int
    low: int
    high: int


class Declared(NamedTuple):
    """A parameter and the module that declares it."""

    module: str
    param: Param


def param(name: str, default: int, low: int | None = None, high: int | None = None) -> Param:
    """A parameter whose unstated range is a tenth to ten times its default."""
    lowest = default // 10 if low is None else low
    return Param(name, default, lowest, default * 10 if high is None else high)

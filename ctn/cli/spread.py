"""A command with more options than a function should have parameters: they are a tuple's fields."""

import inspect
from collections.abc import Callable
from typing import TypeVar, get_type_hints

T = TypeVar("T", bound=tuple[object, ...])


def spread(kind: type[T], work: Callable[[T], None]) -> Callable[..., None]:
    """A function that takes the fields of a named tuple one by one and does some work with it."""
    def command(**said: object) -> None:
        work(kind(**said))

    command.__signature__ = inspect.signature(kind)  # type: ignore[attr-defined]
    command.__annotations__ = get_type_hints(kind, include_extras=True)
    command.__doc__ = work.__doc__
    return command

"""A route: a path, what serves it, what it answers, and the body that it takes."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

Endpoint = Callable[..., Coroutine[Any, Any, Response]]


class Route(NamedTuple):
    """A path below /api/v1; `media` is what it answers, `takes` what a body must be.

    `shape` None: bytes of the media type. `body` None: GET, unless `takes` names other media
    types, each with its schema, of which the body is one then. `login`: needs a session's token.
    """

    path: str
    endpoint: Endpoint
    shape: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None = None
    media: tuple[str, ...] = ("application/octet-stream",)
    takes: Mapping[str, Any] = MappingProxyType({})
    login: bool = False

    @property
    def method(self) -> str:
        """POST for what takes a body."""
        return "POST" if self.takes or self.body is not None else "GET"

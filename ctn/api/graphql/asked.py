"""What a client sends by HTTP or socket, decoded strictly (reliability.md 3)."""

import re
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from ctn.api.graphql.refusals import BatchTooLarge, TooDeep
from ctn.kernel.codec import DECODE_ERRORS, field_of, rule_of
from ctn.kernel.refusal import Malformed

BODY_BYTES: Final = 96 * 1024
BATCH_MAX: Final = 10
DEPTH_MAX: Final = 32
RULE_MAX: Final = 200
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')

T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One GraphQL request."""

    query: str | None = None
    document_id: str | None = msgspec.field(default=None, name="documentId")
    operation_name: str | None = msgspec.field(default=None, name="operationName")
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of graphql-transport-ws from a client."""

    type: str
    id: str | None = None
    payload: dict[str, Any] | None = None


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no whole number")


Batch = Asked | list[Asked]
_ASKED: Final[msgspec.json.Decoder[Batch]] = msgspec.json.Decoder(Batch, float_hook=_no_float)
_MESSAGE: Final = msgspec.json.Decoder(Message, float_hook=_no_float)
_VALUES: Final = msgspec.json.Decoder(dict[str, Any], float_hook=_no_float)


def read_asked(data: bytes) -> Asked | list[Asked]:
    """A request or a batch of at most 10; refuses Malformed, TooDeep, BatchTooLarge."""
    found = _decoded(_ASKED, data)
    if isinstance(found, list) and not 1 <= len(found) <= BATCH_MAX:
        raise BatchTooLarge(limit=BATCH_MAX)
    return found


def read_message(data: bytes) -> Message:
    """A message of a socket; refuses Malformed, TooDeep."""
    return _decoded(_MESSAGE, data)


def read_values(data: bytes) -> dict[str, Any]:
    """Variables in an address; refuses Malformed, TooDeep."""
    return _decoded(_VALUES, data)


def asked_of(payload: dict[str, Any] | None) -> Asked:
    """The request in a `subscribe` message; refuses Malformed."""
    try:
        return msgspec.convert(payload or {}, Asked)
    except msgspec.ValidationError as error:
        raise _malformed(error) from None


def _decoded(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    plain = _STRING.sub(b"", data)
    _check_depth(plain)
    try:
        found = decoder.decode(data)
        members = _members(msgspec.json.decode(data))
    except (*DECODE_ERRORS, ValueError) as error:
        raise _malformed(error) from None
    if plain.count(b":") != members:
        raise Malformed(field="body", rule="each key once")
    return found


def _malformed(error: Exception) -> Malformed:
    text = str(error)
    return Malformed(field=field_of(text)[:RULE_MAX], rule=rule_of(text)[:RULE_MAX])


def _check_depth(plain: bytes) -> None:
    depth = 0
    for byte in plain:
        if byte in b"{[":
            depth += 1
            if depth > DEPTH_MAX:
                raise TooDeep(limit=DEPTH_MAX, what="JSON")
        elif byte in b"}]":
            depth -= 1


def _members(value: Any) -> int:
    """How many keys the objects of a value have together."""
    count = 0
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            count += len(current)
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return count

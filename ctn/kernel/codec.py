"""Canonical JSON, the only encoding of anything hashed, signed, stored or exported.

Object keys are sorted by byte, there are no spaces, and numbers are integers (RFC 8785 restricted
to integers). Typed fields carry their own rule, so a decoder refuses before any code of ours runs;
what a decoder cannot say (free text, addresses) is walked by `ctn.kernel.text`.
"""

import base64
import binascii
from typing import Annotated, Any

import msgspec
from msgspec import Meta

INT_MAX = 2**63 - 1

Json = None | bool | int | str | list[Any] | dict[str, Any]

Amount = Annotated[int, Meta(ge=0, le=INT_MAX)]
Count = Annotated[int, Meta(ge=0, le=INT_MAX)]
Time = Annotated[int, Meta(ge=0, le=INT_MAX)]
Ppm = Annotated[int, Meta(ge=0, le=1_000_000)]
BasisPoints = Annotated[int, Meta(ge=0, le=1_000_000)]
# `\Z`, because in these patterns `$` would let a final newline pass.
Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._:-]{0,95}\Z")]
RegistryId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._:_-]{0,95}\Z")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hex = Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2})*\Z", max_length=4096)]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\Z")]

_encoder = msgspec.json.Encoder(order="sorted")
encode = _encoder.encode
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def _refuse_float(text: str) -> None:
    raise ValueError(f"{text} is no integer")


_plain_decoder = msgspec.json.Decoder(float_hook=_refuse_float)


def decode_json(data: bytes) -> Json:
    """The plain value of canonical JSON; raises ValueError when `data` is not canonical."""
    try:
        value: Json = _plain_decoder.decode(data)
    except DECODE_ERRORS as error:
        raise ValueError(f"not JSON: {error}") from None
    if encode(value) != data:
        raise ValueError("not canonical JSON")
    return value


def to_base64(data: bytes) -> str:
    """Standard base64 with padding, the only text form of an envelope at any door."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of standard base64 with padding; raises ValueError for any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None
    if to_base64(data) != text:
        raise ValueError("not canonical base64")
    return data


def field_of(message: str) -> str:
    """The field path that a decoder's message names, such as `ops[0].amount`, or `body`."""
    place = message.rfind(" - at `$")
    if place < 0:
        return "body"
    return message[place + 8 :].rstrip("`").lstrip(".") or "body"


def rule_of(message: str) -> str:
    """The rule that a decoder's message names, without the place."""
    place = message.rfind(" - at `$")
    return message if place < 0 else message[:place]

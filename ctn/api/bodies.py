"""Bodies from outside: size, then type, then range, each before any work (reliability.md 2, 3).

`json.loads` never sees them: it takes duplicate keys, NaN and integers of any length.
"""

import asyncio
import re
from typing import NoReturn, TypeVar

import msgspec
from fastapi import Request

from ctn.api.refusals import BodyTooLarge, MediaTypeRefused, TooSlow
from ctn.kernel.codec import DECODE_ERRORS, field_of, rule_of
from ctn.kernel.refusal import Malformed

BODY_BYTES = 32 * 1024
TRANSACTION_BYTES = 96 * 1024
SEND_SECONDS = 10
NUMBER_DIGITS = 19
RULE_MAX = 200  # a decoder's message may quote a name from outside
MEDIA_TYPES = ("application/json", "application/json;charset=utf-8")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')

S = TypeVar("S")


class StrictRequest(Request):
    """A request whose body is read as a typed struct or not at all."""

    async def json(self) -> NoReturn:
        """Never: a body is read by `read_body`."""
        raise AssertionError("a body is read as a typed struct")


async def read_body(request: Request, kind: type[S], limit: int = BODY_BYTES) -> S:
    """The body as a struct; refuses by BodyTooLarge, MediaTypeRefused, TooSlow, Malformed."""
    return decode(await read_bytes(request, limit), kind)


async def read_bytes(request: Request, limit: int) -> bytes:
    """The bytes of a JSON body; refuses by BodyTooLarge, MediaTypeRefused, TooSlow."""
    headers = request.headers
    if headers.get("content-encoding", "identity") != "identity":
        raise MediaTypeRefused(encoding=headers["content-encoding"][:64])
    media_type = headers.get("content-type", "")
    if media_type.replace(" ", "").lower() not in MEDIA_TYPES:
        raise MediaTypeRefused(type=media_type[:64])
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await receive(request, limit)
    except TimeoutError:
        raise TooSlow(seconds=SEND_SECONDS) from None


def decode(data: bytes, kind: type[S]) -> S:
    """Typed JSON: unknown fields, duplicate keys and whatever is no JSON are Malformed."""
    try:
        found = msgspec.json.decode(data, type=kind)
        members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except DECODE_ERRORS as error:
        message = str(error)
        rule = rule_of(message)[:RULE_MAX]
        raise Malformed(field=field_of(message)[:RULE_MAX], rule=rule) from None
    # Our bodies are flat, so each colon outside of a text is one member.
    if _STRING.sub(b"", data).count(b":") != len(members):
        raise Malformed(field="body", rule="each key once")
    return found


async def receive(request: Request, limit: int) -> bytes:
    """The bytes of a body, refused by BodyTooLarge before all of them came."""
    stated = request.headers.get("content-length", "0")
    is_number = stated.isascii() and stated.isdigit()
    if is_number and (len(stated) > NUMBER_DIGITS or int(stated) > limit):
        raise BodyTooLarge(limit=limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit=limit)
        parts.append(part)
    return b"".join(parts)

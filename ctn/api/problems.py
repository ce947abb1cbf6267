"""What a door refuses, and how it says so: RFC 9457 problem documents (thallo.md 5.2).

A class per cause, like the ledger's refusals: the docstring is the public sentence, `code` is
stable. Refusals of the ledger keep their own class and get only a status here.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from starlette.responses import Response

from ctn.api.sentences_zh import SENTENCES
from ctn.kernel.refusal import Refusal
from ctn.node.door_client import EngineGone, EngineRefused

DOOR = "door"
REFUSED = 422
STATUSES = {
    "kernel.Malformed": 400,
    "kernel.NotCanonical": 400,
    "kernel.BadText": 400,
    "kernel.BadAddress": 400,
    "kernel.SchemeUnknown": 400,
    "kernel.TooLarge": 413,
    "kernel.TooManyPending": 429,
    "kernel.PoolFull": 503,
    "kernel.DiskLow": 507,
}
RETRY_AFTER = {429: "1", 503: "1"}
_LANGUAGE = re.compile(
    r"(?:(zh|en)(?:-[A-Za-z0-9-]{1,32})?)(?:;q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE
)


class DoorRefusal(Exception):
    """A door refuses a request before the ledger sees it."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts: dict[str, Any] = facts


class NotFound(DoorRefusal):
    """There is no such thing here."""

    status = 404
    code = "not_found"


class MethodNotAllowed(DoorRefusal):
    """This address does not take this method."""

    status = 405
    code = "method_not_allowed"


class TooSlow(DoorRefusal):
    """The request did not arrive within 10 seconds."""

    status = 408
    code = "too_slow"


class BodyTooLarge(DoorRefusal):
    """The body is larger than this address takes."""

    status = 413
    code = "body_too_large"


class AddressTooLong(DoorRefusal):
    """The address of the request is longer than 8 KiB."""

    status = 414
    code = "address_too_long"


class HeadTooLarge(DoorRefusal):
    """The head of the request is larger than 16 KiB."""

    status = 431
    code = "head_too_large"


class MediaTypeRefused(DoorRefusal):
    """The body must be application/json in UTF-8, and not encoded any further."""

    status = 415
    code = "media_type_refused"


class RateLimited(DoorRefusal):
    """Too many requests came from this address; try again in a moment."""

    status = 429
    code = "rate_limited"


class PageTooLarge(DoorRefusal):
    """A page holds at most 100 items."""

    code = "page_too_large"


class Busy(DoorRefusal):
    """The engine has no time for this now; try again in a moment."""

    status = 503
    code = "busy"


class EngineAway(DoorRefusal):
    """The engine does not answer; try again in a moment."""

    status = 503
    code = "engine_away"


class BadRequest(DoorRefusal):
    """The request is no HTTP that this server understands."""

    code = "bad_request"


class FormatNotInstalled(DoorRefusal):
    """This server was installed without what makes this format; the page still prints."""

    status = 404
    code = "format_not_installed"


class Failed(DoorRefusal):
    """Something failed here; `request_id` finds it in the log."""

    status = 500
    code = "failed"


class Problem(msgspec.Struct, frozen=True):
    """An RFC 9457 problem document; `code` with its `module` is the stable name."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    module: str
    facts: dict[str, Any]
    field: str | None
    request_id: str


class Cause(msgspec.Struct, frozen=True):
    """A refusal of the ledger or of a door, before a language is chosen."""

    module: str
    code: str
    sentence: str
    facts: dict[str, Any]
    status: int


def sentence_of(kind: type) -> str:
    """The public English sentence of a refusal class."""
    return (kind.__doc__ or "").strip().split("\n", 1)[0]


def status_of(name: str) -> int:
    """The HTTP status of a ledger refusal named `<module>.<Class>`."""
    return STATUSES.get(name, REFUSED)


def cause_of(error: Exception) -> Cause:
    """What a refusal says, whichever of the rooms it comes from."""
    if isinstance(error, EngineGone):
        error = EngineAway()
    if isinstance(error, DoorRefusal):
        sentence = sentence_of(type(error))
        return Cause(DOOR, error.code, sentence, error.facts, error.status)
    if isinstance(error, EngineRefused):
        module, _, code = error.code.partition(".")
        return Cause(module, code, error.sentence, error.facts, status_of(error.code))
    assert isinstance(error, Refusal)
    module, _, code = error.code.partition(".")
    sentence = sentence_of(type(error))
    return Cause(module, code, sentence, error.facts, status_of(error.code))


def problem_of(cause: Cause, language: str, request_id: str) -> Problem:
    """The problem document of a cause in the reader's language, English where none is known."""
    name = f"{cause.module}.{cause.code}"
    detail = cause.sentence
    if language == "zh":
        detail = SENTENCES.get(name, detail)
    field = cause.facts.get("field")
    return Problem(
        type=f"/reference/refusals#{name}",
        title=HTTPStatus(cause.status).phrase,
        status=cause.status,
        detail=detail,
        code=cause.code,
        module=cause.module,
        facts=cause.facts,
        field=field if isinstance(field, str) else None,
        request_id=request_id,
    )


def problem_response(error: Exception, language: str, request_id: str) -> Response:
    """The answer to a refused request."""
    cause = cause_of(error)
    headers = {"Cache-Control": "no-store", "Content-Language": language}
    if cause.status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[cause.status]
    return Response(
        msgspec.json.encode(problem_of(cause, language, request_id)),
        cause.status,
        headers,
        "application/problem+json",
    )


def language_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """`zh` or `en` by Accept-Language; `en` when neither is asked for."""
    chosen, best = "en", 0
    for name, value in headers:
        if name.lower() != b"accept-language":
            continue
        for part in value.decode("latin-1").replace(" ", "").split(",")[:32]:
            found = _LANGUAGE.fullmatch(part)
            if found is None:
                continue
            weight = _thousandths(found[2])
            if weight > best:
                chosen, best = found[1].lower(), weight
    return chosen


def _thousandths(quality: str | None) -> int:
    """A quality value `0`..`1` with up to three decimals, in thousandths; 1 when not given."""
    if quality is None or quality.startswith("1"):
        return 1000
    return sum(
        place * (ord(digit) - ord("0"))
        for place, digit in zip((100, 10, 1), quality[2:], strict=False)
    )

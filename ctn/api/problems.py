"""How a refusal is told: RFC 9457 problem documents (thallo.md 5.2).

Refusals of the ledger keep their own class and get only a status here.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

from ctn.api.refusals import Banned, DoorRefusal, EngineAway, refused_read
from ctn.api.sentences_zh import SENTENCES
from ctn.kernel.refusal import Refusal
from ctn.node.door_client import EngineGone, EngineRefused
from ctn.views.refusals import ViewRefusal

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
    "kernel.NotSynced": 503,
    "kernel.HeightNotKept": 404,
}
RETRY_AFTER = {429: "1", 503: "1"}
_LANGUAGE = re.compile(
    r"(?:(zh|en)(?:-[A-Za-z0-9-]{1,32})?)(?:;q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE
)


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
    if isinstance(error, ViewRefusal):
        error = refused_read(error)
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
    if isinstance(error, Banned):
        headers["Retry-After"] = str(error.facts["seconds"])
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

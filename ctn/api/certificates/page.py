"""The page `/c/<id>`: made here, works without scripts, prints on one sheet of A4."""

import hashlib
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from starlette.responses import Response

from ctn.api.certificates.codes import svg_address
from ctn.api.certificates.facts import Facts, facts_of
from ctn.api.certificates.lines import lines, serial_lines
from ctn.api.certificates.words import word
from ctn.api.link import fresh_head, link_of
from ctn.api.problems import language_of
from ctn.api.refusals import NotFound

FOLDER = Path(__file__).parents[1] / "templates"
STYLE = (FOLDER / "certificate.css").read_bytes()
STYLE_TAG = f'"{hashlib.sha256(STYLE).hexdigest()[:16]}"'
HTML = "text/html; charset=utf-8"
TAGS = {"zh": "zh-CN", "en": "en"}
# From how many serials on a printed page sets them smaller, so that it stays one sheet.
CROWDED, FULL = 12, 40
_IDENTITY = re.compile(r"r-[0-9a-f]{24}")


async def page(request: Request, identity: str) -> Response:
    """The certificate for a reader; a wrong or missing id gives a page that says so."""
    language = _language(request)
    headers = {"Cache-Control": "no-cache", "Content-Language": TAGS[language]}
    if _IDENTITY.fullmatch(identity) is None:
        return Response(_rendered("no_certificate.html", language), 404, headers, HTML)
    head = await fresh_head(request)
    try:
        head, facts = await facts_of(link_of(request), identity)
    except NotFound:
        return Response(_rendered("no_certificate.html", language), 404, headers, HTML)
    text = _certificate(facts, language, request)
    return Response(text, 200, headers | {"ETag": head.etag}, HTML)


async def style(request: Request) -> Response:
    """The style of the page."""
    headers = {"Cache-Control": "no-cache", "ETag": STYLE_TAG}
    if request.headers.get("if-none-match") == STYLE_TAG:
        return Response(None, 304, headers)
    return Response(STYLE, 200, headers, "text/css; charset=utf-8")


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "").partition("-")[0].lower()
    return asked if asked in TAGS else language_of(request.headers.raw)


def _certificate(facts: Facts, language: str, request: Request) -> str:
    public_url: str = request.app.state.public_url
    held = request.query_params.get("h")
    count = len(facts.serials)
    return _rendered(
        "certificate.html",
        language,
        facts=facts,
        lines=lines(facts, language),
        serials=serial_lines(facts),
        density="full" if count > FULL else "crowded" if count > CROWDED else "roomy",
        verdict=None if held is None else "agrees" if held == facts.fingerprint else "differs",
        address=f"{public_url}/c/{facts.certificate.id}",
        code=svg_address(public_url + facts.page),
        files=f"/api/v1/certificates/{facts.certificate.id}",
    )


def _rendered(template: str, language: str, **facts: Any) -> str:
    other = "en" if language == "zh" else "zh"
    said = partial(word, language=language)
    return _templates().get_template(template).render(
        word=said, both=word, tag=TAGS[language], other=other, other_tag=TAGS[other], **facts
    )


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

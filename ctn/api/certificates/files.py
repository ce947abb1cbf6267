"""Certificates at `/api/v1/certificates/{id}`: their facts as JSON, the document, the proof."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import Path, Request
from starlette.responses import Response

from ctn.api.certificates.facts import CertificateAnswer, facts_of
from ctn.api.certificates.pdf import document
from ctn.api.cometbft import committed
from ctn.api.link import Head, answer, fresh_head, link_of
from ctn.api.refusals import Busy, NotFound
from ctn.client.certificate_proof import keys_of, proof_bytes

Identity = Annotated[str, Path(pattern="^r-[0-9a-f]{24}$", description="Id of a certificate")]


async def certificate(request: Request, identity: Identity) -> Response:
    """A certificate: its record as stored, and what the records that it names add."""
    await fresh_head(request)
    head, facts = await facts_of(link_of(request), identity)
    fields = {name: getattr(facts, name) for name in facts.__struct_fields__}
    return answer(CertificateAnswer(**(fields | head.fields)), head)


async def facts_file(request: Request, identity: Identity) -> Response:
    """The facts of a certificate as a file: the same bytes until something on it changes."""
    await fresh_head(request)
    head, facts = await facts_of(link_of(request), identity)
    data = msgspec.json.encode(facts, order="sorted")
    return _file(data, "application/json", f"{identity}.json", head)


async def pdf_file(request: Request, identity: Identity) -> Response:
    """The certificate as a document of A4 pages, with Chinese, and a code to check it."""
    await fresh_head(request)
    head, facts = await facts_of(link_of(request), identity)
    # Off the loop: a document takes up to 150 ms, and others are waiting.
    data = await asyncio.to_thread(document, facts, request.app.state.public_url)
    return _file(data, "application/pdf", f"{identity}.pdf", head)


async def proof_file(request: Request, identity: Identity) -> Response:
    """What proves the certificate offline: records, paths, a signed header (`ctn-proof/1`)."""
    head = await fresh_head(request)
    link = link_of(request)
    found = await link.call("state", table="certificate", place=identity)
    if found["value"] is None:
        raise NotFound(certificate=identity)
    proved = await link.call("proofs", keys=keys_of(found["value"]))
    is_comet = request.app.state.cometbft is not None
    if proved["header"] is None and not is_comet:
        raise Busy()
    signed = await committed(request, proved["height"]) if is_comet else None
    head = head._replace(height=proved["height"])
    return _file(proof_bytes(proved, signed), "application/json", f"{identity}.proof.json", head)


def _file(data: bytes, media_type: str, name: str, head: Head) -> Response:
    headers = {
        "Cache-Control": "no-cache", "ETag": head.etag,
        "Content-Disposition": f'inline; filename="{name}"',
    }  # fmt: skip
    return Response(data, 200, headers, media_type)

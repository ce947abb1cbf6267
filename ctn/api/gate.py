"""What every request passes and every answer carries: limits, headers, a request id.

The gate stands around the whole application, so that the answer to a bug has the same headers.
"""

import hashlib
import secrets

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctn.api.origin import check_origin
from ctn.api.problems import language_of, problem_response
from ctn.api.rates import Bans, Rates, bucket_of, is_loopback
from ctn.api.refusals import AddressTooLong, Banned, DoorRefusal, HeadTooLarge, RateLimited
from ctn.api.static import FOLDERS

ADDRESS_BYTES = 8 * 1024
HEAD_BYTES = 16 * 1024
REQUEST_ID_BYTES = 8
STRIKES = (400, 413, 414, 415, 431)

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types default"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Everything here is public and nothing depends on who asks, so any page may read it.
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, X-Request-Id",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Content-Type, If-None-Match, Accept-Language",
    "Access-Control-Max-Age": "86400",
}


class Gate:
    """An ASGI application around another one."""

    def __init__(self, application: ASGIApp, *, spares_loopback: bool) -> None:
        self.application = application
        self.spares_loopback = spares_loopback
        self._rates = Rates()
        self._bans = Bans()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request that keeps the limits, and answer one that does not."""
        request_id = secrets.token_hex(REQUEST_ID_BYTES)
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return

        is_head = scope["method"] == "HEAD"
        if is_head:  # whatever can be read answers its head alike
            scope = {**scope, "method": "GET"}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"])
                _add_headers(MutableHeaders(scope=message), request_id)
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            self._check(scope)
        except DoorRefusal as refusal:
            answer = problem_response(refusal, language_of(scope["headers"]), request_id)
            await answer(scope, receive, send_with_headers)
            return
        if _is_preflight(scope):
            await Response(None, 204, PREFLIGHT_HEADERS)(scope, receive, send_with_headers)
            return
        await self.application(scope, receive, send_with_headers)

    def _check(self, scope: Scope) -> None:
        address = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if address > ADDRESS_BYTES:
            raise AddressTooLong(limit=ADDRESS_BYTES)
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEAD_BYTES:
            raise HeadTooLarge(limit=HEAD_BYTES)
        if scope["path"].startswith(FOLDERS):
            return
        check_origin(scope)
        client = _client_of(scope)
        if self.spares_loopback and is_loopback(client):
            return
        if any(self._bans.is_banned(who) for who in _names_of(scope)):
            raise Banned()
        if not self._rates.take(client):
            raise RateLimited()

    def _note(self, scope: Scope, status: int) -> None:
        """Count what was malformed, for the address and for the token that came along."""
        if status not in STRIKES or (self.spares_loopback and is_loopback(_client_of(scope))):
            return
        for who in _names_of(scope):
            self._bans.strike(who)


def _client_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _names_of(scope: Scope) -> list[str]:
    """The address and the token of a request, as strikes are counted by."""
    tokens = [value for name, value in scope["headers"] if name == b"authorization"]
    digests = [hashlib.sha256(token).hexdigest() for token in tokens[:1]]
    return [bucket_of(_client_of(scope)), *digests]


def _add_headers(headers: MutableHeaders, request_id: str) -> None:
    for name, value in (SECURITY_HEADERS | CORS_HEADERS).items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = request_id
    headers.add_vary_header("Accept-Language")


def _is_preflight(scope: Scope) -> bool:
    names = [name for name, _value in scope["headers"]]
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in names

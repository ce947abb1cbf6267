"""What every request passes and every answer carries: limits, headers, a request id.

The gate stands around the whole application, so that the answer to a bug has the same headers.
"""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from ctn.api.limits import Limits
from ctn.api.origin import check_origin
from ctn.api.peers import Peers
from ctn.api.problems import language_of, problem_response
from ctn.api.refusals import AddressTooLong, DoorRefusal, HeadTooLarge
from ctn.api.static import FOLDERS

ADDRESS_BYTES = 8 * 1024
HEAD_BYTES = 16 * 1024
REQUEST_ID_BYTES = 8

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
# Only where TLS is: a browser that once saw it never asks by plain HTTP again.
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, X-Request-Id",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Content-Type, If-None-Match, Accept-Language",
    "Access-Control-Max-Age": "86400",
}
# What depends on who asks, with all below it; and what other pages may post to.
PRIVATE = ("/api/v1/session", "/api/v1/pending")
POSTED = ("/graphql", "/api/v1/transactions", "/api/v1/simulate")
READ_METHODS = ("GET", "HEAD")


class Gate:
    """An ASGI application around another one."""

    def __init__(
        self,
        application: ASGIApp,
        limits: Limits,
        *,
        trusted_proxies: Iterable[str] = (),
        public_url: str = "",
    ) -> None:
        self.application = application
        self.limits = limits
        self._peers = Peers(trusted_proxies)
        is_tls = urlsplit(public_url).scheme == "https"
        self._headers = SECURITY_HEADERS | (TLS_HEADERS if is_tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request that keeps the limits, and answer one that does not."""
        request_id = secrets.token_hex(REQUEST_ID_BYTES)
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["type"] == "lifespan":
            await self.application(scope, receive, send)
            return
        scope = self._peers.seen(scope)
        if scope["type"] == "websocket":
            await self._open_socket(scope, receive, send)
            return

        is_head = scope["method"] == "HEAD"
        if is_head:  # whatever can be read answers its head alike
            scope = {**scope, "method": "GET"}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.limits.note(scope, message["status"])
                self._add_headers(scope, MutableHeaders(scope=message), request_id)
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            self._check(scope)
        except DoorRefusal as refusal:
            answer = problem_response(refusal, language_of(scope["headers"]), request_id)
            await answer(scope, receive, send_with_headers)
            return
        if _is_preflight(scope) and _is_shared(scope):
            await Response(None, 204, PREFLIGHT_HEADERS)(scope, receive, send_with_headers)
            return
        await self.application(scope, receive, send_with_headers)

    async def _open_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Opening a socket is a request like any other; a refusal answers it before it opens."""
        try:
            self._check(scope)
        except DoorRefusal as refusal:
            self.limits.note(scope, refusal.status)
            await refuse_socket(WebSocket(scope, receive, send), refusal)
            return
        await self.application(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        address = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if address > ADDRESS_BYTES:
            raise AddressTooLong(limit=ADDRESS_BYTES)
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEAD_BYTES:
            raise HeadTooLarge(limit=HEAD_BYTES)
        if scope["path"].startswith(FOLDERS):
            return
        check_origin(scope)
        self.limits.check_ban(scope)
        self.limits.take(scope)

    def _add_headers(self, scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        shared = CORS_HEADERS if _is_shared(scope) else {}
        for name, value in (self._headers | shared).items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = request_id
        headers.add_vary_header("Accept-Language")


async def refuse_socket(socket: WebSocket, refusal: DoorRefusal) -> None:
    """Answer the opening request itself, so that a client reads why."""
    language = language_of(socket.scope["headers"])
    answer = problem_response(refusal, language, socket.scope["state"]["request_id"])
    await socket.send_denial_response(answer)


def _is_shared(scope: Scope) -> bool:
    """Whether any page may read the answer: it is public and does not depend on who asks."""
    path: str = scope["path"]
    if any(path == private or path.startswith(private + "/") for private in PRIVATE):
        return False
    method = scope["method"]
    if method == "OPTIONS":
        method = Headers(scope=scope).get("access-control-request-method", "GET")
    return method in READ_METHODS or path in POSTED


def _is_preflight(scope: Scope) -> bool:
    names = [name for name, _value in scope["headers"]]
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in names

"""The doors of login: a challenge, a session for a signed text, its renewal and its end."""

import contextlib
import time
from typing import Annotated, Final

import msgspec
from fastapi import Request
from msgspec import Meta
from starlette.responses import Response

from ctn.api.bodies import read_body
from ctn.api.link import Link, answer, link_of
from ctn.api.login.challenges import Challenges
from ctn.api.login.origins import origin_asked
from ctn.api.login.refusals import (
    LoginExpired,
    LoginMessageRefused,
    LoginRequired,
    LoginSignatureBad,
    NotSigner,
    WrongDomain,
    WrongLoginChain,
)
from ctn.api.login.sessions import REFRESH_MS, Opened, Session, Sessions
from ctn.api.login.signers import has_account, is_signer
from ctn.api.peers import client_of
from ctn.api.routes import Route
from ctn.crypto import schemes
from ctn.crypto.errors import CryptoError
from ctn.wallet.login import BadMessage, Login, login_bytes, read_login

COOKIE: Final = "ctn_session"
COOKIE_PATH: Final = "/api/v1/session"
SKEW_MS: Final = 60_000
LIFE_MAX_MS: Final = 600_000
BEARER: Final = "Bearer "
Hex = Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2}){1,128}\Z")]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class ChallengeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the signed text must name; `expires` in ms."""

    nonce: str
    domain: str
    uri: str
    chain_id: str
    expires: int


class LoginAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A login's text with the signature of one key, both in hex."""

    message: str
    scheme: Annotated[int, Meta(ge=1, le=255)]
    key: Hex
    signature: Hex


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in; `expires` is the access token's, times in ms."""

    account: str
    scheme: int
    key: str
    since: int
    expires: int


class LoginAnswer(SessionAnswer, frozen=True, kw_only=True):
    """A session that was opened or renewed; `token` is sent as `Authorization: Bearer`."""

    token: str


class LoggedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The session has ended, if there was one."""

    ended: bool


def milliseconds() -> int:
    """The time of this machine, in ms since 1970."""
    return time.time_ns() // 1_000_000


async def challenge(request: Request) -> Response:
    """A nonce to be signed once within five minutes, for the page that asks."""
    await read_body(request, Nothing)
    origin = origin_asked(request)
    nonce, expires = _challenges(request).give(origin, client_of(request.scope))
    chain = await _chain_name(link_of(request))
    return answer(
        ChallengeAnswer(
            nonce=nonce, domain=origin.split("/")[2], uri=origin, chain_id=chain, expires=expires
        )
    )


async def login(request: Request) -> Response:
    """Open a session by a signed text (CAIP-122); the key must sign for the account it names."""
    asked = await read_body(request, LoginAsk)
    try:
        found = read_login(asked.message)
    except BadMessage as error:
        raise LoginMessageRefused(field=error.field, rule=error.rule) from None
    await _check(request, found)
    try:
        key, signature = bytes.fromhex(asked.key), bytes.fromhex(asked.signature)
        schemes.verify(asked.scheme, key, login_bytes(asked.message), signature)
    except (CryptoError, ValueError):
        raise LoginSignatureBad() from None
    link = link_of(request)
    if not await is_signer(link, found.account, asked.scheme, asked.key):
        raise NotSigner(account=found.account)
    is_fresh = not await has_account(link, found.account)
    opened = await sessions_of(request).open(
        found.account, asked.scheme, asked.key, is_fresh=is_fresh
    )
    return _logged_in(opened)


async def _check(request: Request, found: Login) -> None:
    """Domain and URI, chain, nonce, times: in this order (people.md 12.2)."""
    origin = origin_asked(request)
    if (found.domain, found.uri) != (origin.split("/")[2], origin):
        raise WrongDomain(domain=found.domain)
    chain = await _chain_name(link_of(request))
    if found.chain != chain:
        raise WrongLoginChain(chain=found.chain, here=chain)
    _challenges(request).use(found.nonce, origin)
    now = milliseconds()
    if found.issued > now + SKEW_MS or found.expires < now:
        raise LoginExpired()
    if not 0 < found.expires - found.issued <= LIFE_MAX_MS:
        raise LoginMessageRefused(field="Expiration Time", rule="within 10 min after Issued At")


async def refresh(request: Request) -> Response:
    """Both tokens of a session anew, by its cookie."""
    await read_body(request, Nothing)
    opened = await sessions_of(request).refresh(request.cookies.get(COOKIE, ""))
    session = opened.session
    link = link_of(request)
    if not await is_signer(link, session.account, session.scheme, session.key):
        await sessions_of(request).end(session.id)
        raise LoginRequired()
    return _logged_in(opened)


async def end(request: Request) -> Response:
    """Log out: by the token, by the cookie, or both."""
    await read_body(request, Nothing)
    sessions = sessions_of(request)
    ended: dict[str, None] = {}
    with contextlib.suppress(LoginRequired):
        ended[sessions.find(_token(request))[0].id] = None
    with contextlib.suppress(LoginRequired):
        ended[(await sessions.refresh(request.cookies.get(COOKIE, ""))).session.id] = None
    for identity in ended:
        await sessions.end(identity)
    found = answer(LoggedOut(ended=bool(ended)))
    found.delete_cookie(COOKIE, COOKIE_PATH, secure=True, httponly=True, samesite="strict")
    return found


async def who(request: Request) -> Response:
    """For which account one is logged in, and until when the token serves."""
    session = await logged_in(request)
    _session, expires = sessions_of(request).find(_token(request))
    return answer(
        SessionAnswer(
            account=session.account, scheme=session.scheme, key=session.key, since=session.since,
            expires=expires,
        )
    )  # fmt: skip


async def logged_in(request: Request) -> Session:
    """The session of a request whose key still signs for the account; refuses LoginRequired."""
    session, _expires = sessions_of(request).find(_token(request))
    link = link_of(request)
    if not await is_signer(link, session.account, session.scheme, session.key):
        await sessions_of(request).end(session.id)
        raise LoginRequired()
    return session


def sessions_of(request: Request) -> Sessions:
    """The sessions that the application was made with."""
    found: Sessions = request.app.state.sessions
    return found


def _challenges(request: Request) -> Challenges:
    found: Challenges = request.app.state.challenges
    return found


async def _chain_name(link: Link) -> str:
    return (await link.head()).chain.partition(":")[0]


def _token(request: Request) -> str:
    stated = request.headers.get("authorization", "")
    if not stated.startswith(BEARER):
        raise LoginRequired()
    return stated.removeprefix(BEARER)


def _logged_in(opened: Opened) -> Response:
    session = opened.session
    found = answer(
        LoginAnswer(
            account=session.account, scheme=session.scheme, key=session.key, since=session.since,
            expires=opened.expires, token=opened.token,
        )
    )  # fmt: skip
    found.set_cookie(
        COOKIE, opened.refresh, REFRESH_MS // 1_000, path=COOKIE_PATH,
        secure=True, httponly=True, samesite="strict",
    )  # fmt: skip
    return found


ROUTES: Final = (
    Route("/session/challenge", challenge, ChallengeAnswer, Nothing),
    Route("/session/refresh", refresh, LoginAnswer, Nothing),
    Route("/session/end", end, LoggedOut, Nothing),
    Route("/session", login, LoginAnswer, LoginAsk),
    Route("/session", who, SessionAnswer, login=True),
)

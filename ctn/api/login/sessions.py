"""Sessions: an access token of ten minutes in memory, a refresh token of fourteen days, rotated.

Only hashes of tokens are kept. A refresh token that was rotated away and comes again was stolen or
copied, so it ends its session.

A key has at most 20 sessions for one account: the oldest ends when another begins. Addresses
without an account cost nothing, so they have 10,000 together, of which the oldest ends likewise;
all others are refused beyond 100,000.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from ctn.api.login.refusals import LoginRequired
from ctn.api.refusals import Busy
from ctn.api.store import PlatformStore

ACCESS_MS: Final = 600_000
REFRESH_MS: Final = 14 * 86_400_000
TOKEN_BYTES: Final = 32
TOKENS_MAX: Final = 100_000
# Of one session that is renewed again and again, so that it pushes out no other's.
TOKENS_OF_ONE_MAX: Final = 8
OF_ONE_KEY_MAX: Final = 20
FRESH_MAX: Final = 10_000
SESSIONS_MAX: Final = 100_000
_IDENTITY: Final = re.compile(r"[0-9a-f]{32}")
_OF_KEY: Final = "account = :account AND scheme = :scheme AND signer_key = :key"
_FRESH: Final = "is_fresh = 1"


class Session(NamedTuple):
    """Which key logged in for which account, since when; times in ms."""

    id: str
    account: str
    scheme: int
    key: str
    since: int


class Opened(NamedTuple):
    """A session with its tokens; `expires` is the access token's, in ms."""

    session: Session
    token: str
    expires: int
    refresh: str


class Sessions:
    """The sessions of a platform."""

    def __init__(self, store: PlatformStore, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._tokens: dict[str, tuple[Session, int]] = {}
        # Of each session the digests of its tokens.
        self._of: dict[str, dict[str, None]] = {}

    async def open(self, account: str, scheme: int, key: str, *, is_fresh: bool = False) -> Opened:
        """A new session of a key that has proved itself; refuses Busy when there are too many.

        `is_fresh`: the address has no account yet.
        """
        now = self._clock()
        session = Session(secrets.token_hex(16), account, scheme, key, now)
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        row = session._asdict() | {"refresh": _digest(secret), "expires": now + REFRESH_MS}

        def write(connection: Connection) -> list[str]:
            gone = text("DELETE FROM session WHERE expires < :since")
            connection.execute(gone, {"since": now})
            ended = _make_space(connection, session, is_fresh=is_fresh)
            connection.execute(
                text(
                    "INSERT INTO session (id, account, scheme, signer_key, refresh_hash, since, "
                    "expires, is_fresh) VALUES (:id, :account, :scheme, :key, :refresh, :since, "
                    ":expires, :is_fresh)"
                ),
                row | {"is_fresh": int(is_fresh)},
            )
            return ended

        for identity in await self._store.run(write):
            self._forget(identity)
        return self._opened(session, secret)

    async def refresh(self, cookie: str) -> Opened:
        """Both tokens anew; refuses LoginRequired, and ends the session when the cookie is old."""
        identity, _, secret = cookie.partition(".")
        if not _IDENTITY.fullmatch(identity):
            raise LoginRequired()
        renewed = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()

        def write(connection: Connection) -> Session | None:
            found = connection.execute(
                text(
                    "SELECT account, scheme, signer_key, since, refresh_hash FROM session "
                    "WHERE id = :id AND expires >= :now"
                ),
                {"id": identity, "now": now},
            ).first()
            if found is None:
                return None
            if not hmac.compare_digest(found[4], _digest(secret)):
                _drop(connection, identity)
                return None
            rotated = text(
                "UPDATE session SET refresh_hash = :refresh, expires = :expires WHERE id = :id"
            )
            fresh = {"refresh": _digest(renewed), "expires": now + REFRESH_MS, "id": identity}
            connection.execute(rotated, fresh)
            return Session(identity, *found[:4])

        session = await self._store.run(write)
        if session is None:
            self._forget(identity)
            raise LoginRequired()
        return self._opened(session, renewed)

    async def end(self, identity: str) -> None:
        """Log out: neither token of the session serves any more."""
        # A renewal that runs meanwhile is either before the drop, and forgotten with the rest, or
        # behind it, and finds no session.
        await self._store.run(lambda connection: _drop(connection, identity))
        self._forget(identity)

    def find(self, token: str) -> tuple[Session, int]:
        """The session of an access token and when that expires; refuses LoginRequired."""
        found = self._tokens.get(_digest(token))
        if found is None or found[1] < self._clock():
            raise LoginRequired()
        return found

    def _opened(self, session: Session, secret: str) -> Opened:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = self._clock() + ACCESS_MS
        digest = _digest(token)
        self._tokens[digest] = (session, expires)
        held = self._of.setdefault(session.id, {})
        held[digest] = None
        if len(held) > TOKENS_OF_ONE_MAX:
            self._forget_token(next(iter(held)))
        if len(self._tokens) > TOKENS_MAX:
            self._forget_token(next(iter(self._tokens)))
        return Opened(session, token, expires, f"{session.id}.{secret}")

    def _forget(self, identity: str) -> None:
        for digest in self._of.pop(identity, {}):
            del self._tokens[digest]

    def _forget_token(self, digest: str) -> None:
        session, _expires = self._tokens.pop(digest)
        held = self._of[session.id]
        del held[digest]
        if not held:
            del self._of[session.id]


def _make_space(connection: Connection, session: Session, *, is_fresh: bool) -> list[str]:
    """End the oldest sessions where a limit is reached; their ids. Refuses Busy."""
    ended = _end_oldest(connection, _OF_KEY, session, OF_ONE_KEY_MAX)
    if is_fresh:
        return ended + _end_oldest(connection, _FRESH, session, FRESH_MAX)
    count = text("SELECT count(*) FROM session")
    if connection.execute(count).scalar_one() >= SESSIONS_MAX:
        raise Busy()
    return ended


def _end_oldest(connection: Connection, which: str, session: Session, most: int) -> list[str]:
    """Drop those of some sessions that leave no place for one more, the oldest first."""
    facts = {"account": session.account, "scheme": session.scheme, "key": session.key}
    count = text(f"SELECT count(*) FROM session WHERE {which}")  # noqa: S608
    surplus = connection.execute(count, facts).scalar_one() - most + 1
    if surplus <= 0:
        return []
    oldest = text(
        f"SELECT id FROM session WHERE {which} ORDER BY since, id LIMIT :surplus"  # noqa: S608
    )
    ended = list(connection.scalars(oldest, {**facts, "surplus": surplus}))
    for identity in ended:
        _drop(connection, identity)
    return ended


def _drop(connection: Connection, identity: str) -> None:
    connection.execute(text("DELETE FROM session WHERE id = :id"), {"id": identity})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

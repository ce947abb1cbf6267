"""Sessions: an access token of ten minutes in memory, a refresh token of fourteen days, rotated.

Only hashes of tokens are kept. A refresh token that was rotated away and comes again was stolen or
copied, so it ends its session.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from ctn.api.login.refusals import LoginRequired
from ctn.api.store import PlatformStore

ACCESS_MS: Final = 600_000
REFRESH_MS: Final = 14 * 86_400_000
TOKEN_BYTES: Final = 32
TOKENS_MAX: Final = 100_000


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

    async def open(self, account: str, scheme: int, key: str) -> Opened:
        """A new session of a key that has proved itself."""
        now = self._clock()
        session = Session(secrets.token_hex(16), account, scheme, key, now)
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        row = session._asdict() | {"refresh": _digest(secret), "expires": now + REFRESH_MS}

        def write(connection: Connection) -> None:
            gone = text("DELETE FROM session WHERE expires < :since")
            connection.execute(gone, {"since": now})
            connection.execute(
                text(
                    "INSERT INTO session (id, account, scheme, signer_key, refresh_hash, since, "
                    "expires) VALUES (:id, :account, :scheme, :key, :refresh, :since, :expires)"
                ),
                row,
            )

        await self._store.run(write)
        return self._opened(session, secret)

    async def refresh(self, cookie: str) -> Opened:
        """Both tokens anew; refuses LoginRequired, and ends the session when the cookie is old."""
        identity, _, secret = cookie.partition(".")
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
        self._forget(identity)
        await self._store.run(lambda connection: _drop(connection, identity))

    def find(self, token: str) -> tuple[Session, int]:
        """The session of an access token and when that expires; refuses LoginRequired."""
        found = self._tokens.get(_digest(token))
        if found is None or found[1] < self._clock():
            raise LoginRequired()
        return found

    def _opened(self, session: Session, secret: str) -> Opened:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = self._clock() + ACCESS_MS
        self._tokens[_digest(token)] = (session, expires)
        if len(self._tokens) > TOKENS_MAX:
            del self._tokens[next(iter(self._tokens))]
        return Opened(session, token, expires, f"{session.id}.{secret}")

    def _forget(self, identity: str) -> None:
        kept = {token: row for token, row in self._tokens.items() if row[0].id != identity}
        self._tokens = kept


def _drop(connection: Connection, identity: str) -> None:
    connection.execute(text("DELETE FROM session WHERE id = :id"), {"id": identity})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

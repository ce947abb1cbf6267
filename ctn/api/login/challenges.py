"""Nonces: each of them once, within five minutes, and at the origin that asked for it."""

import secrets
from collections.abc import Callable
from typing import Final, NamedTuple

from ctn.api.login.refusals import LoginExpired, NonceUsed
from ctn.api.rates import bucket_of, is_loopback

NONCE_BYTES: Final = 16
LIFE_MS: Final = 300_000
NONCES_MAX: Final = 10_000
# Of one client, so that nobody alone makes the nonces of others forgotten.
OF_ONE_CLIENT_MAX: Final = 100


class Given(NamedTuple):
    """For which origin a nonce was given, to which client, and until when it serves in ms."""

    origin: str
    client: str
    until: int


NEVER: Final = Given("", "", 0)


class Challenges:
    """The nonces that were given and not yet used; beyond a limit the oldest are forgotten."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._given: dict[str, Given] = {}
        # Of each client the nonces that it has, the oldest first.
        self._of: dict[str, dict[str, None]] = {}

    def give(self, origin: str, client: str) -> tuple[str, int]:
        """A nonce for an origin, and the time in ms until which it serves.

        `client` is the address that asks; of IPv6 its network of 64 bits is one client. This
        machine counts as nobody, since a program on it may speak for many.
        """
        nonce = secrets.token_hex(NONCE_BYTES)
        until = self._clock() + LIFE_MS
        given = self._given[nonce] = Given(origin, _name_of(client), until)
        held = self._of.setdefault(given.client, {})
        held[nonce] = None
        if given.client and len(held) > OF_ONE_CLIENT_MAX:
            self._take(next(iter(held)))
        if len(self._given) > NONCES_MAX:
            self._take(next(iter(self._given)))
        return nonce, until

    def use(self, nonce: str, origin: str) -> None:
        """Spend a nonce; refuses NonceUsed, also one of another origin, and LoginExpired."""
        given = self._take(nonce)
        if given.origin != origin:
            raise NonceUsed()
        if given.until < self._clock():
            raise LoginExpired()

    def _take(self, nonce: str) -> Given:
        given = self._given.pop(nonce, NEVER)
        held = self._of.get(given.client, {})
        held.pop(nonce, None)
        if not held:
            self._of.pop(given.client, None)
        return given


def _name_of(client: str) -> str:
    return "" if is_loopback(client) else bucket_of(client)

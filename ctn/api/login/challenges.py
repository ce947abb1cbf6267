"""Nonces: each of them once, within five minutes, and at the origin that asked for it."""

import secrets
from collections.abc import Callable
from typing import Final

from ctn.api.login.refusals import LoginExpired, NonceUsed

NONCE_BYTES: Final = 16
LIFE_MS: Final = 300_000
NONCES_MAX: Final = 10_000


class Challenges:
    """The nonces that were given and not yet used; beyond the limit the oldest are forgotten."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._given: dict[str, tuple[str, int]] = {}

    def give(self, origin: str) -> tuple[str, int]:
        """A nonce for an origin, and the time in ms until which it serves."""
        nonce = secrets.token_hex(NONCE_BYTES)
        until = self._clock() + LIFE_MS
        self._given[nonce] = (origin, until)
        if len(self._given) > NONCES_MAX:
            del self._given[next(iter(self._given))]
        return nonce, until

    def use(self, nonce: str, origin: str) -> None:
        """Spend a nonce; refuses NonceUsed, also one of another origin, and LoginExpired."""
        given, until = self._given.pop(nonce, ("", 0))
        if given != origin:
            raise NonceUsed()
        if until < self._clock():
            raise LoginExpired()
